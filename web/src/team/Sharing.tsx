import { Alert, Button, Loader, SegmentedControl, Text, Title } from '@mantine/core'
import { useMemo, useState } from 'react'
import { Link, useLocation, useSearch } from 'wouter'
import type { MateBody, Queue } from '../api/types'
import { useAct } from '../inbox/actions'
import { useUndo } from '../inbox/undo'
import { useNow } from '../inbox/useNow'
import { useTaxonomy } from '../inbox/useTaxonomy'
import { Kept } from '../insight/Answers'
import { atTen } from '../insight/figures'
import { useCommand } from '../shell/commands'
import { Page } from '../shell/Page'
import { useText } from '../text/useText'
import { Alerts } from './Alerts'
import { Figures } from './Figures'
import { Mate } from './Mate'
import classes from './Team.module.css'
import { fits, mayTake, readWanted, useTeam, useTeamNews, useWork, type Wanted, whiches, writeWanted } from './team'
import { teamText } from './text'
import { WorkRow } from './WorkRow'

const shown = 50

/** Sharing is where a lead gives work to people, by hand and by key. */
export function Sharing() {
  const t = useText(teamText)
  const w = useTaxonomy()
  const now = useNow()
  const [ten] = useState(atTen)
  const [, navigate] = useLocation()
  const search = useSearch()
  const wanted = useMemo(() => readWanted(search), [search])
  const team = useTeam()
  const work = useWork(wanted)
  const act = useAct()
  const undo = useUndo()
  const [chosen, setChosen] = useState<string>()
  const [menu, setMenu] = useState<string>()
  const [dragged, setDragged] = useState<Queue>()
  useTeamNews()

  const people = team.data?.people ?? []
  const items = (work.data?.items ?? []).filter(item => fits(item, wanted, now))
  const rows = items.slice(0, shown)
  const at = rows.findIndex(item => item.id === chosen)
  const want = (next: Wanted) => navigate(`/team?${writeWanted(next)}`, { replace: true })
  const go = (by: 1 | -1) => setChosen(rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? 0 : at + by))]?.id)
  function assign(id: string, mate: MateBody) {
    setMenu(undefined)
    if (id === chosen) setChosen(rows[at + 1]?.id ?? rows[at - 1]?.id)
    void act(id, { verb: 'assign', assignee: mate.id }).then(() => { void team.refetch(); void work.refetch() })
  }
  const group = t('keys')
  const current = rows[at]
  useCommand({ id: 'next', label: t('next'), group, keys: ['j', 'arrowdown'], run: () => go(1) })
  useCommand({ id: 'previous', label: t('previous'), group, keys: ['k', 'arrowup'], run: () => go(-1) })
  useCommand({ id: 'assign', label: t('assign'), group, keys: ['a'], disabled: !current, run: () => setMenu(current?.id) })
  useCommand({ id: 'open', label: t('openItem'), group, keys: ['o', 'enter'], disabled: !current, run: () => current && navigate(`/${current.queue === 'smm' ? 'content' : 'relationships'}/${current.id}?group=none`) })
  useCommand({ id: 'undo', label: t('undo'), group, keys: ['u', 'z'], run: () => void undo().then(() => work.refetch()) })

  const mates = [...people].filter(m => m.role !== 'viewer').sort((a, b) => Number(b.on_duty) - Number(a.on_duty) || a.name.localeCompare(b.name))
  const person = people.find(m => m.id === wanted.person)
  return (
    <Page title={t('title')} lead={t('lead')} extra={<Button component={Link} href="/team/plan" variant="default" size="xs">{t('plan')}</Button>}>
      <Figures cover={team.data?.queues ?? []} wanted={wanted} onWant={want} />
      {team.data && <Alerts alerts={team.data.alerts} people={people} />}
      <div className={classes.columns}>
        <section className={classes.card} aria-label={t('work')}>
          <div className={classes.choice}>
            <Title order={3} size="h6">{person ? <bdi>{t('theirs', { name: person.name })}</bdi> : t('work')}</Title>
            <SegmentedControl size="xs" aria-label={t('queue')} value={wanted.queue} onChange={queue => want({ ...wanted, queue: queue as Queue })} data={(['cm', 'smm'] as const).map(q => ({ value: q, label: w('queue', q) }))} />
            {person ? (
              <Button size="xs" variant="default" onClick={() => want({ ...wanted, person: undefined })}>{t('all')}</Button>
            ) : (
              <SegmentedControl size="xs" aria-label={t('which')} value={wanted.which} onChange={which => want({ ...wanted, which: which as Wanted['which'] })} data={whiches.map(one => ({ value: one, label: t(`which.${one}`) }))} />
            )}
          </div>
          <Text size="xs" c="dimmed" mb="xs" className={classes.wide}>{t('hint')}</Text>
          {work.isPending && <Loader size="sm" aria-label={t('loading')} />}
          {work.isError && <Alert color="gray" role="alert">{t('failed')}</Alert>}
          {work.data && rows.length === 0 && <Text size="sm" c="dimmed">{t('none')}</Text>}
          <ul className={`${classes.rows} ${classes.work}`}>
            {rows.map(item => (
              <WorkRow
                key={item.id} item={item} now={now} chosen={item.id === chosen} opened={menu === item.id} mates={mates.filter(m => mayTake(m, item.queue))}
                onChoose={setChosen} onMenu={open => setMenu(open ? item.id : undefined)} onAssign={mate => assign(item.id, mate)} onDrag={on => setDragged(on ? item.queue : undefined)}
              />
            ))}
          </ul>
          {items.length > shown && <Text size="xs" c="dimmed" mt="xs">{t('first', { n: shown })}</Text>}
        </section>
        <div className={classes.side}>
        <section className={classes.card} aria-label={t('people')}>
          <Title order={3} size="h6" mb="xs">{t('people')}</Title>
          {team.isPending && <Loader size="sm" aria-label={t('loading')} />}
          <ul className={classes.rows}>
            {mates.map(mate => <Mate key={mate.id} mate={mate} now={now} dragged={dragged} onDrop={id => assign(id, mate)} onShow={() => want({ ...wanted, person: mate.id, queue: mayTake(mate, wanted.queue) ? wanted.queue : mate.role === 'smm' ? 'smm' : 'cm' })} />)}
          </ul>
        </section>
        <section aria-label={t('sla')}><Kept span={{ days: 7 }} now={ten} /></section>
        </div>
      </div>
    </Page>
  )
}
