// The room in which a brand is set up: one page per matter, each loaded when it is opened.
import { Loader } from '@mantine/core'
import { type ComponentType, lazy, type LazyExoticComponent, Suspense } from 'react'
import { Link, Redirect, Route, Switch, useLocation } from 'wouter'
import { type Session, useSession } from '../session/Session'
import { useCommand } from '../shell/commands'
import { NotFound } from '../shell/NotFound'
import { useText } from '../text/useText'
import classes from './Setup.module.css'
import { setupText } from './text'

interface Matter {
  path: string
  name: keyof typeof setupText.en
  for(session: Session): boolean
  Page: LazyExoticComponent<ComponentType>
}

const matters: Matter[] = [
  { path: '/setup/start', name: 'start', for: s => s.rules, Page: lazy(() => import('./start/StartPage')) },
  { path: '/setup/brand', name: 'brand', for: s => s.leads, Page: lazy(() => import('./brand/BrandPage')) },
  { path: '/setup/people', name: 'people', for: s => s.leads, Page: lazy(() => import('./people/PeoplePage')) },
  { path: '/setup/hours', name: 'hours', for: s => s.leads, Page: lazy(() => import('./hours/HoursPage')) },
  { path: '/setup/channels', name: 'channels', for: s => s.leads, Page: lazy(() => import('./channels/ChannelsPage')) },
  { path: '/setup/slack', name: 'slack', for: s => s.leads, Page: lazy(() => import('./slack/SlackPage')) },
  { path: '/setup/engines', name: 'engines', for: s => s.leads, Page: lazy(() => import('./engines/EnginesPage')) },
  { path: '/setup/trouble', name: 'trouble', for: s => s.leads, Page: lazy(() => import('./trouble/TroublePage')) },
  { path: '/setup/audit', name: 'audit', for: s => s.leads, Page: lazy(() => import('./audit/AuditPage')) },
  { path: '/setup/access', name: 'access', for: () => true, Page: lazy(() => import('./access/AccessPage')) },
]

export default function Setup() {
  const t = useText(setupText)
  const session = useSession()
  const [location] = useLocation()
  const mine = matters.filter(matter => matter.for(session))
  return (
    <div className={classes.setup}>
      <nav className={classes.matters} aria-label={t('matters')}>
        {mine.map(matter => <MatterLink key={matter.path} matter={matter} active={location === matter.path} />)}
      </nav>
      <div className={classes.page}>
        <Suspense fallback={<Loader aria-label="…" />}>
          <Switch>
            <Route path="/setup"><Redirect to={mine[0]?.path ?? '/setup/access'} replace /></Route>
            {mine.map(matter => <Route key={matter.path} path={matter.path} component={matter.Page} />)}
            <Route><NotFound /></Route>
          </Switch>
        </Suspense>
      </div>
    </div>
  )
}

function MatterLink({ matter, active }: { matter: Matter; active: boolean }) {
  const t = useText(setupText)
  const [, navigate] = useLocation()
  useCommand({ id: matter.path, label: t(matter.name), group: t('setup'), run: () => navigate(matter.path) })
  return <Link href={matter.path} className={classes.link} aria-current={active ? 'page' : undefined}>{t(matter.name)}</Link>
}
