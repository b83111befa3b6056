import { Chart } from '../charts/Chart'
import { useFormats } from '../format'
import { useText } from '../text/useText'
import { Asked } from './Card'
import { useDrift, useLearning } from './figures'
import { insightText } from './text'

/** Accuracy is what was unsure, and what people corrected, week by week. */
export function Accuracy() {
  const t = useText(insightText)
  const f = useFormats()
  const drift = useDrift()
  return (
    <Asked from={drift}>
      {({ weeks }) => {
        const oldest = [...weeks].reverse()
        return (
          <Chart
            kind="lines" title={t('accuracy')} lead={t('accuracyLead')}
            figures={{
              axis: t('week'), labels: oldest.map(week => f.date(week.week)), format: f.percent,
              series: [
                { name: t('unsure'), tone: 'first', values: oldest.map(week => week.unsure_share) },
                { name: t('corrected'), tone: 'second', values: oldest.map(week => share(week.intents)) },
              ],
            }}
          />
        )
      }}
    </Asked>
  )
}

function share(intents: { judged: number; corrected: number }[]): number | null {
  const judged = intents.reduce((sum, i) => sum + i.judged, 0)
  return judged ? intents.reduce((sum, i) => sum + i.corrected, 0) / judged : null
}

/** Learning is what the corrections of people are good for. */
export function Learning() {
  const t = useText(insightText)
  const f = useFormats()
  const learning = useLearning(true)
  return (
    <Asked from={learning}>
      {({ corrections, fixed, own }) => {
        const measured = [[t('fixed'), fixed], [t('own'), own]] as const
        return (
          <Chart
            kind="columns" title={t('learning')} lead={t('learningLead', { n: corrections })} beside
            figures={{
              axis: t('measure'), labels: measured.map(([name]) => name), format: f.percent,
              series: [
                { name: t('alone'), tone: 'neutral', values: measured.map(([, one]) => one.before) },
                { name: t('taught'), tone: 'first', values: measured.map(([, one]) => one.after) },
              ],
            }}
          />
        )
      }}
    </Asked>
  )
}
