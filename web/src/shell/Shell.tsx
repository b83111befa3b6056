// What stands around every room: where to go, what waits where, whether we are connected.
import { ActionIcon, Loader, Select, Tooltip, UnstyledButton, useComputedColorScheme, useMantineColorScheme, VisuallyHidden } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { Suspense, useEffect, useState } from 'react'
import { Link, Redirect, Route, Switch, useLocation } from 'wouter'
import { chooseBrand } from '../api/brand'
import { useFormats } from '../format'
import { LiveProvider, useLive } from '../live'
import { useLiveQueues, useQueues } from '../queues'
import { homeOf, rooms } from '../rooms'
import { useSession } from '../session/Session'
import { useText } from '../text/useText'
import { useCommand } from './commands'
import { Help } from './Help'
import { SearchIcon } from './icons'
import { NotFound, RoomBoundary } from './NotFound'
import { Palette } from './Palette'
import { PersonMenu } from './PersonMenu'
import classes from './Shell.module.css'
import { shellText } from './text'

export function Shell() {
  const session = useSession()
  return (
    <LiveProvider who={session.brand + session.me.person_id}>
      <Frame />
    </LiveProvider>
  )
}

function Frame() {
  const t = useText(shellText)
  const session = useSession()
  const [location, navigate] = useLocation()
  const [palette, setPalette] = useState(false)
  const [help, setHelp] = useState(false)
  useLiveQueues()
  const { setColorScheme } = useMantineColorScheme()
  const scheme = useComputedColorScheme('light')
  useCommand({ id: 'palette', label: t('palette'), group: t('general'), keys: ['mod+k', '/'], quiet: true, run: () => setPalette(true) })
  useCommand({ id: 'help', label: t('help'), group: t('general'), keys: ['?'], run: () => setHelp(true) })
  useCommand({ id: 'scheme', label: t('toggleScheme'), group: t('general'), run: () => setColorScheme(scheme === 'dark' ? 'light' : 'dark') })
  const here = rooms.filter(room => room.for(session))
  return (
    <div className={classes.frame}>
      <a href="#room" className={classes.skip}>{t('skip')}</a>
      <header className={classes.header}>
        <Link href={homeOf(session)} className={classes.brand}><img src="/icon.svg" alt="" width={24} height={24} /> Triage</Link>
        <BrandChoice />
        <div className={classes.space} />
        <Connection />
        <UnstyledButton className={classes.search} onClick={() => setPalette(true)} aria-label={t('palette')} aria-keyshortcuts="Control+K">
          <SearchIcon size={16} /> <span className={classes.wide}>{t('palette')}</span>
        </UnstyledButton>
        <PersonMenu onHelp={() => setHelp(true)} />
      </header>
      <nav className={classes.rail} aria-label={t('rooms')}>
        {here.map((room, n) => (
          <RoomLink key={room.path} room={room} number={n + 1} active={location.startsWith(room.path)} go={() => navigate(room.path)} />
        ))}
      </nav>
      <main id="room" className={classes.room} tabIndex={-1}>
        <VisuallyHidden component="h1">{t(here.find(room => location.startsWith(room.path))?.name ?? 'rooms')}</VisuallyHidden>
        <RoomBoundary key={location.split('/')[1]}>
          <Suspense fallback={<div className={classes.waiting}><Loader aria-label={t('loading')} /></div>}>
            <Switch>
              <Route path="/"><Redirect to={homeOf(session)} replace /></Route>
              {rooms.map(room => <Route key={room.path} path={`${room.path}/*?`}><room.Page /></Route>)}
              <Route><NotFound /></Route>
            </Switch>
          </Suspense>
        </RoomBoundary>
      </main>
      <Palette opened={palette} onClose={() => setPalette(false)} />
      <Help opened={help} onClose={() => setHelp(false)} />
    </div>
  )
}

function RoomLink({ room, number, active, go }: { room: (typeof rooms)[number]; number: number; active: boolean; go(): void }) {
  const t = useText(shellText)
  const f = useFormats()
  const queues = useQueues()
  const count = room.count?.(queues.data ?? [])
  useCommand({ id: `go${room.path}`, label: `${t('go')}: ${t(room.name)}`, group: t('general'), keys: [`alt+${number}`], run: go })
  useEffect(() => {
    if (active) document.title = `${count ? `(${count}) ` : ''}${t(room.name)} · Triage`
  }, [active, count, t, room.name])
  return (
    <Link href={room.path} className={classes.link} aria-current={active ? 'page' : undefined}>
      <room.Icon size={22} />
      <span>{t(room.name)}</span>
      {count !== undefined && count > 0 && <span className={classes.count}>{f.compact(count)}</span>}
    </Link>
  )
}

function BrandChoice() {
  const t = useText(shellText)
  const queries = useQueryClient()
  const { me, brand } = useSession()
  if (me.brands.length < 2) return <span className={classes.brandName} dir="auto">{me.brands[0]?.name}</span>
  return (
    <Select
      size="xs" aria-label={t('brand')} allowDeselect={false} value={brand} data={me.brands.map(b => ({ value: b.id, label: b.name }))}
      onChange={id => { chooseBrand(id); void queries.resetQueries() }}
    />
  )
}

function Connection() {
  const t = useText(shellText)
  const { state } = useLive()
  return (
    <Tooltip label={t(state)}>
      <ActionIcon variant="transparent" component="span" role="status" aria-label={t(state)} tabIndex={0} className={classes.connection} data-state={state}>
        <span className={classes.dot} />
        {state === 'away' && <span className={classes.wide}>Offline</span>}
      </ActionIcon>
    </Tooltip>
  )
}
