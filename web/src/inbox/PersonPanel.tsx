import { Anchor, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { personHref } from '../addresses'
import { api, must } from '../api/client'
import type { DetailBody } from '../api/types'
import { useFormats } from '../format'
import { useText } from '../text/useText'
import classes from './Context.module.css'
import { authorName } from './ItemRow'
import { Mood } from './Mood'
import { inboxText } from './text'
import { useNow } from './useNow'
import { useTaxonomy } from './useTaxonomy'

/** PersonPanel is who speaks: what was between us before. */
export function PersonPanel({ id, item }: { id: string; item: DetailBody }) {
  const t = useText(inboxText)
  const f = useFormats()
  const w = useTaxonomy()
  const now = useNow()
  const { data: page } = useQuery({ queryKey: ['author', id], queryFn: () => must(api.GET('/v1/authors/{id}', { params: { path: { id }, query: { limit: 6 } } })), staleTime: 60_000 })
  if (!page) return null
  const s = page.counts.by_sentiment
  const before = page.timeline.filter(m => m.item.id !== item.id && m.item.engagement.id !== item.engagement.id)
  return (
    <section className={classes.panel} aria-label={authorName(item, t('noName'))}>
      <Title order={2} size="h6"><Anchor component={Link} href={personHref(id)} inherit underline="always"><bdi>{authorName(item, t('noName'))}</bdi></Anchor></Title>
      <Text size="xs" c="dimmed">{t('author.since', { when: f.ago(page.account.first_seen_at, now) })}{page.last_touch && ` · ${t('author.touch', { when: f.ago(page.last_touch.at, now) })}`}</Text>
      {page.history ? (
        <div className={classes.figures}>
          <span>{t('author.comments', { n: page.counts.engagements })}</span>
          <span>{t('author.open', { n: page.counts.open })}</span>
        </div>
      ) : (
        <Text size="sm">{t('author.noHistory')}</Text>
      )}
      <Mood negative={s.negative ?? 0} neutral={s.neutral ?? 0} positive={s.positive ?? 0} />
      {page.promises.length > 0 && (
        <>
          <Title order={3} size="h6" mt="xs">{t('author.promises')}</Title>
          {page.promises.map(p => <Text key={p.id} size="sm" dir="auto">{p.text}</Text>)}
        </>
      )}
      {before.length > 0 && (
        <>
          <Title order={3} size="h6" mt="xs">{t('author.before')}</Title>
          {before.map(m => (
            <div key={m.item.id} className={classes.before}>
              <Text size="xs" c="dimmed">{f.ago(m.item.engagement.received_at, now)} · {w('status', m.item.status)}</Text>
              <Text size="sm" dir="auto" lineClamp={3}>{m.item.engagement.text}</Text>
            </div>
          ))}
        </>
      )}
    </section>
  )
}
