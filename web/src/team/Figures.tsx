import { Text, Title } from '@mantine/core'
import type { Queue, TeamOutputBody } from '../api/types'
import { useFormats } from '../format'
import { useNow } from '../inbox/useNow'
import { useTaxonomy } from '../inbox/useTaxonomy'
import { useQueues } from '../queues'
import { useText } from '../text/useText'
import classes from './Team.module.css'
import { type Wanted, whiches } from './team'
import { teamText } from './text'

interface Props {
  cover: TeamOutputBody['queues']
  wanted: Wanted
  onWant(wanted: Wanted): void
}

/** Figures are how each queue stands; each of them opens the items that it counts. */
export function Figures({ cover, wanted, onWant }: Props) {
  const t = useText(teamText)
  const f = useFormats()
  const w = useTaxonomy()
  const now = useNow()
  const queues = useQueues().data ?? []
  return (
    <section className={classes.queues} aria-label={t('figures')}>
      {queues.map(q => {
        const there = cover.find(c => c.queue === q.queue)
        return (
          <div key={q.queue} className={classes.card}>
            <Title order={3} size="h6">{w('queue', q.queue)}</Title>
            <Text size="xs" c="dimmed">
              {there && (there.nobody ? (there.next_opening ? t('nobodyUntil', { when: f.moment(there.next_opening) }) : t('nobody')) : t('onDuty', { n: there.on_duty }))}
              {q.oldest && ` · ${t('oldest', { when: f.ago(q.oldest, now) })}`}
            </Text>
            <div className={classes.figures}>
              <span className={classes.figure}><strong>{f.number(q.open)}</strong> {t('open')}</span>
              {whiches.map(which => (
                <button
                  key={which} type="button" className={classes.figure} data-late={(which === 'overdue' && q.overdue > 0) || undefined}
                  aria-pressed={wanted.queue === q.queue && wanted.which === which && !wanted.person} onClick={() => onWant({ queue: q.queue as Queue, which })}
                >
                  <strong>{f.number(q[which])}</strong> {t(which)}
                </button>
              ))}
            </div>
          </div>
        )
      })}
    </section>
  )
}
