import { useText } from '../../text/useText'
import { Page } from '../parts'
import { setupText } from '../text'
import { ChangePassword } from './ChangePassword'
import { Sessions } from './Sessions'
import { accessText } from './text'
import { Tokens } from './Tokens'

export default function AccessPage() {
  const t = useText(accessText)
  const s = useText(setupText)
  return (
    <Page title={s('access')} lead={t('lead')}>
      <Sessions />
      <Tokens />
      <ChangePassword />
    </Page>
  )
}
