// The lead's room: what waits, who has how much, and who takes what.
import { Loader } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { Route, Switch } from 'wouter'
import { useText } from '../text/useText'
import { Sharing } from './Sharing'
import { teamText } from './text'

const PlanPage = lazy(() => import('../plan/PlanPage'))

export default function TeamRoom() {
  const t = useText(teamText)
  return (
    <Suspense fallback={<Loader m="md" aria-label={t('loading')} />}>
      <Switch>
        <Route path="/team/plan"><PlanPage /></Route>
        <Route><Sharing /></Route>
      </Switch>
    </Suspense>
  )
}
