import { useFormats } from '../format'
import { useTaxonomy } from '../inbox/useTaxonomy'
import { Chart } from './Chart'

interface Props {
  title: string
  lead?: string
  axis: string
  buckets: { start: string; negative: number; neutral: number; positive: number }[]
}

/** ToneChart is how many were negative, neutral and positive, from time to time. */
export function ToneChart({ title, lead, axis, buckets }: Props) {
  const f = useFormats()
  const w = useTaxonomy()
  const moods = ['negative', 'neutral', 'positive'] as const
  return (
    <Chart
      kind="columns" title={title} lead={lead}
      figures={{ axis, labels: buckets.map(b => f.long(b.start)), whole: true, format: f.number, series: moods.map(mood => ({ name: w('sentiment', mood), tone: mood, values: buckets.map(b => b[mood]) })) }}
    />
  )
}
