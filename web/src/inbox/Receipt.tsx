// Why an item is where it is: to be read in five seconds, with everything else below.
import { Collapse, Group, Progress, Text, Tooltip, UnstyledButton } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import type { DetailBody } from '../api/types'
import { useFormats } from '../format'
import { usePreferences } from '../preferences'
import { DownIcon } from '../shell/icons'
import { useText } from '../text/useText'
import classes from './Receipt.module.css'
import { ReceiptMore } from './ReceiptMore'
import { reasonText } from './reasons'
import { inboxText } from './text'
import { useNow } from './useNow'
import { useTaxonomy } from './useTaxonomy'

export function Receipt({ item }: { item: DetailBody }) {
  const t = useText(inboxText)
  const f = useFormats()
  const w = useTaxonomy()
  const { language } = usePreferences()
  const now = useNow()
  const [more, setMore] = useState(false)
  const r = item.receipt
  const said = r.reasons.map(reason => ({ rule: reason.rule, text: reasonText(reason, item, { language, t, w, percent: f.percent, number: f.number }) }))
  const here = said.filter(s => !timely.has(s.rule))
  const why = said.filter(s => timely.has(s.rule))
  const late = Date.parse(item.due_at) < now
  const quotes = r.evidence.filter(e => e.quote)
  return (
    <section className={classes.receipt} aria-label={t('receipt.title')}>
      <Line name={t('receipt.here')}>
        {here.length ? here.map(s => <span key={s.rule + s.text}>{s.text} </span>) : t('receipt.none')}
      </Line>
      <Line name={t('receipt.now')}>
        <strong>{w('priority', item.priority)}</strong> · {t(late ? 'overdue' : 'due', { when: f.ago(item.due_at, now) })} · {why.map(s => <span key={s.rule + s.text}>{s.text} </span>)}
      </Line>
      {quotes.length > 0 && (
        <Line name={t('receipt.quotes')}>
          {quotes.map((q, n) => <bdi key={n}><mark className={classes.mark} data-why={q.why}>{q.quote}</mark> </bdi>)}
        </Line>
      )}
      <Line name={t('receipt.sure')}><Sure item={item} /></Line>
      <Line name={t('receipt.engine')}><Engine item={item} /></Line>
      <UnstyledButton className={classes.more} aria-expanded={more} onClick={() => setMore(!more)}>
        <DownIcon size={14} data-open={more || undefined} /> {t('receipt.more')}
      </UnstyledButton>
      <Collapse expanded={more}>{more && <ReceiptMore item={item} />}</Collapse>
    </section>
  )
}

const timely = new Set(['urgency', 'risk', 'reach', 'rule_priority', 'spam_last'])

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={classes.line}>
      <span className={classes.name}>{name}</span>
      <span className={classes.value}>{children}</span>
    </div>
  )
}

/** Sure is how sure the engine is of queue and intent, in a word and as a bar. */
function Sure({ item }: { item: DetailBody }) {
  const t = useText(inboxText)
  const f = useFormats()
  const w = useTaxonomy()
  const { confidence, intent } = item.receipt
  return (
    <span className={classes.sures}>
      {([['queue', w('queue', item.queue), confidence.queue], ['intent', intent ? w('intent', intent) : '', confidence.intent]] as const).map(([field, name, share]) => name && (
        <span key={field} className={classes.sure}>
          <span>{name}: {t(`sure.${share >= 0.8 ? 'high' : share >= 0.5 ? 'middle' : 'low'}`)}, {f.percent(share)}</span>
          <Progress value={share * 100} size="xs" aria-label={name} color={share >= 0.8 ? 'teal.8' : share >= 0.5 ? 'yellow.7' : 'red.8'} />
        </span>
      ))}
    </span>
  )
}

function Engine({ item }: { item: DetailBody }) {
  const t = useText(inboxText)
  const r = item.receipt
  const w = useTaxonomy()
  if (!r.engine) return <>{t('receipt.none')}</>
  const outside = r.outside && r.outside.fields.length > 0
  return (
    <Group gap={6} component="span">
      <Tooltip label={r.model}><span>{r.engine === 'builtin' ? t('receipt.builtin') : t('receipt.llm', { model: r.model })}</span></Tooltip>
      {r.intent && <span>· {t('receipt.readAs', { intent: w('intent', r.intent) })}</span>}
      {r.reused_from && <span>· {t('receipt.reused')}</span>}
      {r.learned && <span>· {t('receipt.learned', { n: r.learned.corrections })}</span>}
      <Text span inherit c="dimmed">· {outside ? t('receipt.out', { fields: r.outside?.fields.join(', ') ?? '' }) : t('receipt.nothingOut')}</Text>
      {r.provisional && <span>· {t('receipt.provisional')}</span>}
      {!r.current && <span>· {t('receipt.old')}</span>}
    </Group>
  )
}
