import type { DetailBody, ItemBody } from '../api/types'
import type { Language } from '../text/dictionary'
import { inboxText } from './text'

type Key = keyof typeof inboxText.en

interface Tools {
  language: Language
  t(key: Key, values?: Record<string, string | number>): string
  w(kind: string, name: string): string
  percent(share: number): string
  number(n: number): string
}

/** reasonText says a reason in the reader's language. The server's own sentence is English
 * and stays where we have no words of ours for its rule. */
export function reasonText(reason: ItemBody['reasons'][number], item: DetailBody, { language, t, w, percent, number }: Tools): string {
  const key = `reason.${reason.rule}`
  if (language === 'en' || !(key in inboxText.en)) return reason.text
  const name = /"([^"]*)"/.exec(reason.text)?.[1] ?? ''
  return t(key as Key, {
    name, intent: w('intent', item.receipt.intent ?? item.intent), queue: w('queue', item.queue), priority: w('priority', item.priority),
    sure: percent(item.receipt.confidence.queue), risks: item.risks.map(r => w('risk', r)).join(', '),
    followers: number(item.engagement.author?.followers ?? 0),
  })
}
