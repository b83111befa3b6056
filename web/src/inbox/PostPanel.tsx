import { Anchor, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { postHref } from '../addresses'
import { api, must } from '../api/client'
import { useFormats } from '../format'
import { useText } from '../text/useText'
import classes from './Context.module.css'
import { Mood } from './Mood'
import { inboxText } from './text'

/** PostPanel is what was published, and the reaction to it as a whole. */
export function PostPanel({ id }: { id: string }) {
  const t = useText(inboxText)
  const f = useFormats()
  const { data: post } = useQuery({ queryKey: ['thread', id], queryFn: () => must(api.GET('/v1/threads/{id}', { params: { path: { id }, query: { limit: 1 } } })), staleTime: 60_000 })
  if (!post) return null
  const s = post.numbers.by_sentiment
  return (
    <section className={classes.panel} aria-label={t('post.title')}>
      <Title order={2} size="h6"><Anchor component={Link} href={postHref(id)} inherit underline="always">{t('post.title')}</Anchor></Title>
      <Text size="xs" c="dimmed">{post.channel.name} · {f.day(post.first_seen_at)}</Text>
      {post.text && <Text size="sm" dir="auto" className={classes.text}>{post.text}</Text>}
      <div className={classes.figures}>
        <span>{t('count.people', { n: post.numbers.engagements })}</span>
        <span>{t('post.authors', { n: post.numbers.authors })}</span>
        <span>{t('author.open', { n: post.numbers.open })}</span>
      </div>
      <Mood negative={s.negative ?? 0} neutral={s.neutral ?? 0} positive={s.positive ?? 0} />
      {post.topics.length > 0 && <Text size="sm">{t('post.topics')}: {post.topics.slice(0, 6).map(topic => topic.topic).join(', ')}</Text>}
    </section>
  )
}
