import { useText } from '../../text/useText'
import { Page } from '../parts'
import { setupText } from '../text'
import { DeadWork } from './DeadWork'
import { Quarantine } from './Quarantine'
import { troubleText } from './text'

export default function TroublePage() {
  const t = useText(troubleText)
  const s = useText(setupText)
  return (
    <Page title={s('trouble')} lead={t('lead')}>
      <Quarantine />
      <DeadWork />
    </Page>
  )
}
