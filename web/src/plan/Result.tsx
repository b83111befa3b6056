import { Anchor, Table, Text, Title } from '@mantine/core'
import { Link } from 'wouter'
import type { PreviewBody } from '../api/types'
import { Chart, FigureTable } from '../charts/Chart'
import { useFormats } from '../format'
import { useTaxonomy } from '../inbox/useTaxonomy'
import { Wide } from '../shell/Wide'
import { useText } from '../text/useText'
import classes from './Plan.module.css'
import { planText } from './text'

type Seat = PreviewBody['moves'][number]['from']
const ways = ['queue', 'priority', 'dismissed', 'companion', 'tags', 'unsure', 'assignee', 'due', 'order'] as const

/** Result is what a plan would have changed in the last days. */
export function Result({ preview }: { preview: PreviewBody }) {
  const t = useText(planText)
  const f = useFormats()
  const w = useTaxonomy()
  const seat = (s: Seat) => `${w('queue', s.queue)}, ${s.dismissed ? t('dismissed') : w('priority', s.priority)}`
  const { now, then, moves, examples } = preview
  const seats = [...new Set([...now.seats, ...then.seats].map(seat))]
  const counts = (totals: typeof now) => seats.map(name => totals.seats.find(s => seat(s) === name)?.engagements ?? 0)
  const happened = ways.filter(way => preview.ways[way] > 0)
  return (
    <section className={classes.card} aria-label={t('result')} aria-live="polite">
      <Title order={3} size="h5">{t('result')}</Title>
      <Text>{preview.changed === 0 ? t('same', { all: preview.engagements }) : t('changed', { changed: preview.changed, all: preview.engagements })}</Text>
      <Text size="sm" c="dimmed" mb="sm">{t('effort', { now: now.effort, then: then.effort })}</Text>
      {preview.changed > 0 && (
        <div className={classes.columns}>
          <div>
            <Title order={4} size="h6">{t('ways')}</Title>
            <FigureTable title={t('ways')} figures={{ axis: t('way'), labels: happened.map(way => t(`way.${way}`)), series: [{ name: t('comments'), tone: 'first', values: happened.map(way => preview.ways[way]) }], format: f.number }} />
          </div>
          {moves.length > 0 && (
            <div>
              <Title order={4} size="h6">{t('moves')}</Title>
              <Wide label={t('moves')}>
              <Table aria-label={t('moves')} verticalSpacing={4}>
                <Table.Thead><Table.Tr><Table.Th scope="col">{t('from')}</Table.Th><Table.Th scope="col">{t('to')}</Table.Th><Table.Th scope="col" ta="end">{t('comments')}</Table.Th></Table.Tr></Table.Thead>
                <Table.Tbody>
                  {moves.slice(0, 12).map(m => <Table.Tr key={seat(m.from) + seat(m.to)}><Table.Td>{seat(m.from)}</Table.Td><Table.Td>{seat(m.to)}</Table.Td><Table.Td ta="end">{f.number(m.engagements)}</Table.Td></Table.Tr>)}
                </Table.Tbody>
              </Table>
              </Wide>
            </div>
          )}
          <Chart
            kind="columns" beside title={t('seats')}
            figures={{ axis: t('seat'), labels: seats, whole: true, format: f.number, series: [{ name: t('now'), tone: 'neutral', values: counts(now) }, { name: t('then'), tone: 'first', values: counts(then) }] }}
          />
          {examples.length > 0 && (
            <div>
              <Title order={4} size="h6">{t('examples')}</Title>
              <ul className={classes.examples}>
                {examples.slice(0, 8).map(x => (
                  <li key={x.item_id}>
                    <Anchor component={Link} size="sm" underline="always" href={`/${x.now.queue === 'smm' ? 'content' : 'relationships'}/${x.item_id}?group=none`}>{w('intent', x.intent)}</Anchor>
                    <Text span size="sm">: {seat(x.now)} → {seat(x.then)}; {f.moment(x.now.due_at)} → {f.moment(x.then.due_at)}</Text>
                  </li>
                ))}
              </ul>
            </div>
          )}
        </div>
      )}
    </section>
  )
}
