import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { Chart, type Tone } from '../charts/Chart'
import { useFormats } from '../format'
import { useTaxonomy } from '../inbox/useTaxonomy'
import { platformName } from '../platforms'
import { useText } from '../text/useText'
import { Asked } from './Card'
import { useAnswers, useKept } from './figures'
import type { Span } from './span'
import { insightText } from './text'

/** Answers is how long people waited for the first answer, over time. */
export function Answers({ span, now }: { span: Span; now: number }) {
  const t = useText(insightText)
  const f = useFormats()
  const { pieces, found } = useAnswers(span, now)
  const hours = (seconds: number | null | undefined) => (seconds == null ? null : seconds / 3600)
  return (
    <Chart
      kind="lines" title={t('answers')} lead={t('answersLead')}
      figures={{
        axis: t('from'), labels: pieces.map(p => f.day(p.from)), format: f.hours,
        series: [
          { name: t('median'), tone: 'first', values: found.map(one => hours(one?.median_seconds)) },
          { name: t('p90'), tone: 'second', values: found.map(one => hours(one?.p90_seconds)) },
        ],
      }}
    />
  )
}

const groups = ['priority', 'platform', 'queue'] as const
const order = ['urgent', 'high', 'normal', 'low']
const states = [['met', 'met', 'positive'], ['running', 'running', 'neutral'], ['atRisk', 'at_risk', 'second'], ['breached', 'breached', 'negative']] as const

/** Kept is how the targets of first answers were kept. */
export function Kept({ span, now }: { span: Span; now: number }) {
  const t = useText(insightText)
  const f = useFormats()
  const w = useTaxonomy()
  const [by, setBy] = useState<(typeof groups)[number]>('priority')
  const kept = useKept(span, now, by)
  const named = (key: string) => (by === 'platform' ? platformName(key) : w(by, key))
  return (
    <Asked from={kept}>
      {data => {
        const sorted = [...data.groups].sort((a, b) => order.indexOf(a.key ?? '') - order.indexOf(b.key ?? ''))
        return (
          <Chart
            kind="bars" title={t('kept')}
            lead={<SegmentedControl size="xs" mt={4} aria-label={t('keptBy')} value={by} onChange={value => setBy(value as typeof by)} data={groups.map(g => ({ value: g, label: t(`by.${g}`) }))} />}
            figures={{
              axis: t(`by.${by}`), labels: sorted.map(g => named(g.key ?? '')), format: f.number, whole: true,
              series: states.map(([name, field, tone]) => ({ name: t(name), tone: tone as Tone, values: sorted.map(g => g.first_answer[field]) })),
            }}
          />
        )
      }}
    </Asked>
  )
}
