import { Text } from '@mantine/core'
import type { DetailBody } from '../api/types'
import { useFormats } from '../format'
import { useText } from '../text/useText'
import classes from './Receipt.module.css'
import { inboxText } from './text'

/** ReceiptMore is the rest of the receipt: the order, the plan, the money, what happened. */
export function ReceiptMore({ item }: { item: DetailBody }) {
  const t = useText(inboxText)
  const f = useFormats()
  const r = item.receipt
  const parts = item.score.parts.filter(p => Math.abs(p.hours) >= 0.01)
  return (
    <div className={classes.rest}>
      <Text size="sm" fw={600}>{t('receipt.parts')}</Text>
      <dl className={classes.parts}>
        {parts.map(p => (
          <div key={p.name}>
            <dt title={p.text}>{`part.${p.name}` in inboxText.en ? t(`part.${p.name}` as 'part.risk') : p.name}</dt>
            <dd>{p.hours > 0 ? '+' : ''}{f.number(Math.round(p.hours * 10) / 10)}</dd>
          </div>
        ))}
      </dl>
      <Text size="sm">
        {t('receipt.plan', { n: r.plan_version })}
        {r.cost_micro_usd > 0 && ` · ${t('receipt.cost', { cost: `$${(r.cost_micro_usd / 1e6).toFixed(4)}` })}`}
        {r.outside && r.outside.masked.length > 0 && ` · ${t('receipt.masked', { kinds: r.outside.masked.join(', ') })}`}
      </Text>
      <Text size="sm" fw={600} mt="xs">{t('history')}</Text>
      <ol className={classes.history}>
        {item.history.map(h => <li key={h.id}><time dateTime={h.at}>{f.moment(h.at)}</time> {h.sentence}</li>)}
      </ol>
    </div>
  )
}
