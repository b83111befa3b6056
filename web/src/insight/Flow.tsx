import { Chart, type Series, type Tone } from '../charts/Chart'
import { useFormats } from '../format'
import { useTaxonomy } from '../inbox/useTaxonomy'
import { platformName } from '../platforms'
import { useText } from '../text/useText'
import { Asked } from './Card'
import { useFlow } from './figures'
import type { Span } from './span'
import { insightText } from './text'

const moods = ['negative', 'neutral', 'positive'] as const

/** Flow is what came in: how much, in which mood, wanting what, from where. */
export function Flow({ span, now }: { span: Span; now: number }) {
  const t = useText(insightText)
  const f = useFormats()
  const w = useTaxonomy()
  const flow = useFlow(span, now)
  const comments = (names: string[], counts: Record<string, number>): Series[] => [{ name: t('comments'), tone: 'first', values: names.map(n => counts[n] ?? 0) }]
  return (
    <Asked from={flow}>
      {({ days, engagements, by_intent, by_platform }) => {
        const labels = days.map(d => f.date(d.day))
        const series = (share: boolean, names: readonly (typeof moods)[number][]): Series[] => names.map(mood => ({
          name: w('sentiment', mood), tone: mood as Tone,
          values: days.map(d => (share ? (d.engagements ? (d.by_sentiment[mood] ?? 0) / d.engagements : null) : (d.by_sentiment[mood] ?? 0))),
        }))
        const intents = Object.keys(by_intent).sort((a, b) => (by_intent[b] ?? 0) - (by_intent[a] ?? 0))
        const platforms = Object.keys(by_platform).sort((a, b) => (by_platform[b] ?? 0) - (by_platform[a] ?? 0))
        return (
          <>
            <Chart kind="columns" title={t('volume')} lead={t('sum', { n: engagements })} figures={{ axis: t('day'), labels, series: series(false, moods), format: f.number, whole: true }} />
            <Chart kind="lines" title={t('mood')} lead={t('moodLead')} figures={{ axis: t('day'), labels, series: series(true, ['negative', 'positive']), format: f.percent }} />
            <Chart kind="bars" title={t('intents')} figures={{ axis: t('intent'), labels: intents.map(i => w('intent', i)), series: comments(intents, by_intent), format: f.number, whole: true }} />
            <Chart kind="bars" title={t('platforms')} figures={{ axis: t('platform'), labels: platforms.map(platformName), series: comments(platforms, by_platform), format: f.number, whole: true }} />
          </>
        )
      }}
    </Asked>
  )
}
