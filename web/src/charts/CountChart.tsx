import { useFormats } from '../format'
import { useTaxonomy } from '../inbox/useTaxonomy'
import { Chart } from './Chart'

/** CountChart is how often each word occurs, the most frequent first. */
export function CountChart({ title, axis, name, counts, kind }: { title: string; axis: string; name: string; counts: Record<string, number>; kind?: 'intent' }) {
  const f = useFormats()
  const w = useTaxonomy()
  const keys = Object.keys(counts).sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0))
  return <Chart kind="bars" title={title} figures={{ axis, labels: keys.map(key => (kind ? w(kind, key) : key)), whole: true, format: f.number, series: [{ name, tone: 'first', values: keys.map(key => counts[key] ?? 0) }] }} />
}
