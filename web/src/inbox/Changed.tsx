import { Alert, Button, Text } from '@mantine/core'
import { useRef, useState } from 'react'
import type { DetailBody } from '../api/types'
import { useText } from '../text/useText'
import { inboxText } from './text'
import { useTaxonomy } from './useTaxonomy'

/** Changed tells what others did to an item since it was opened, or last acted on. */
export function Changed({ item, mine, own }: { item: DetailBody; mine: string; own: number }) {
  const t = useText(inboxText)
  const w = useTaxonomy()
  const seen = useRef({ item, own })
  const [, again] = useState(0)
  if (seen.current.own !== own) seen.current = { item, own } // what I did myself is no news
  const old = seen.current.item
  const news: string[] = []
  if (old.engagement.text !== item.engagement.text) news.push(t('changed.text'))
  if (old.queue !== item.queue) news.push(t('changed.queue', { queue: w('queue', item.queue) }))
  else if (old.assignee?.id !== item.assignee?.id && item.assignee?.id !== mine) {
    news.push(item.assignee ? t('changed.assignee', { name: item.assignee.name }) : t('changed.free'))
  } else if (old.status !== item.status && item.assignee?.id !== mine) news.push(t('changed.status', { status: w('status', item.status) }))
  if (old.priority !== item.priority) news.push(t('changed.priority', { priority: w('priority', item.priority) }))
  if (item.notes.some(n => n.person?.id !== mine && !old.notes.some(o => o.id === n.id))) news.push(t('changed.notes'))
  if (news.length === 0) return null
  return (
    <Alert variant="light" color="yellow" title={t('changed.title')} role="status" my="sm">
      {news.map(n => <Text key={n} size="sm">{n}</Text>)}
      <Button size="compact-sm" variant="default" mt="xs" onClick={() => { seen.current = { item, own }; again(n => n + 1) }}>{t('changed.ok')}</Button>
    </Alert>
  )
}
