import { Chart, type Series, type Tone } from '../charts/Chart'
import { useFormats } from '../format'
import { useText } from '../text/useText'
import { Asked } from './Card'
import { useCosts } from './figures'
import { insightText } from './text'

const steps = [
  ['builtin', 'first'], ['reuse_exact', 'neutral'], ['reuse_near', 'positive'], ['model', 'second'], ['together', 'third'], ['stood_in', 'fourth'], ['embed', 'fifth'],
] as const

/** Costs are what judging costs, and which step of the cascade judged how much. */
export function Costs({ days }: { days: number }) {
  const t = useText(insightText)
  const f = useFormats()
  const costs = useCosts(days, true)
  return (
    <Asked from={costs}>
      {({ lines, month }) => {
        const dates = [...new Set(lines.map(l => l.day))].sort()
        const labels = dates.map(f.date)
        const series = (value: (line: (typeof lines)[number]) => number): Series[] => steps
          .map(([step, tone]) => ({
            name: t(`step.${step}`), tone: tone as Tone,
            values: dates.map(day => lines.reduce((sum, l) => sum + (l.day === day && l.step === step ? value(l) : 0), 0)),
          }))
          .filter(s => s.values.some(v => v > 0))
        const spent = lines.some(l => l.micro_usd > 0)
        return (
          <>
            <Chart
              kind="columns" title={t('cost')} lead={spent || month.spent_micro_usd > 0 ? t('costLead', { spent: f.money(month.spent_micro_usd), forecast: f.money(month.forecast_micro_usd) }) : t('costFree')}
              figures={{ axis: t('day'), labels, series: series(l => l.micro_usd / 1e6), format: f.dollars }}
            />
            <Chart kind="columns" title={t('steps')} figures={{ axis: t('day'), labels, series: series(l => l.items), format: f.number, whole: true }} />
          </>
        )
      }}
    </Asked>
  )
}
