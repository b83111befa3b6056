import { useText } from '../../text/useText'
import { Page } from '../parts'
import { setupText } from '../text'
import { Costs } from './Costs'
import { Privacy } from './Privacy'
import { Test } from './Test'
import { enginesText } from './text'
import { Thrift } from './Thrift'

export default function EnginesPage() {
  const t = useText(enginesText)
  const s = useText(setupText)
  return (
    <Page title={s('engines')} lead={t('lead')}>
      <Privacy />
      <Test />
      <Costs />
      <Thrift />
    </Page>
  )
}
