// A post with its reaction as a picture, and everything that is said below it.
import { Button, Group, Loader, Text } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useRoute } from 'wouter'
import { api, must } from '../api/client'
import type { ThreadPage } from '../api/types'
import { CountChart } from '../charts/CountChart'
import { ToneChart } from '../charts/ToneChart'
import { useFormats } from '../format'
import { safeLink } from '../inbox/link'
import classes from '../person/Person.module.css'
import { platformName } from '../platforms'
import { Page } from '../shell/Page'
import { Said } from '../shell/Said'
import { useText } from '../text/useText'
import own from './Post.module.css'
import { postText } from './text'

type Branch = ThreadPage['tree'][number]

function fetchThread(id: string, query: { parent?: string; cursor?: string; limit: number }) {
  return must(api.GET('/v1/threads/{id}', { params: { path: { id }, query } }))
}

export default function PostPage() {
  const t = useText(postText)
  const f = useFormats()
  const [, params] = useRoute<{ id: string }>('/post/:id')
  const id = params?.id ?? ''
  const found = useInfiniteQuery({
    queryKey: ['post', id], queryFn: ({ pageParam }) => fetchThread(id, { limit: 25, ...(pageParam && { cursor: pageParam }) }),
    initialPageParam: undefined as string | undefined, getNextPageParam: page => page.next_cursor ?? undefined, staleTime: 30_000,
  })
  const post = found.data?.pages[0]
  if (found.isError) return <Text p="md" role="alert">{t('missing')}</Text>
  if (!post) return <Loader m="md" aria-label={t('loading')} />
  const { numbers } = post
  const link = safeLink(post.permalink)
  const title = t('untitled', { platform: platformName(post.platform) })
  return (
    <Page
      title={title} tab={title} lead={<>{post.channel.name} · {f.day(post.first_seen_at)} · {t('lead', { n: numbers.engagements, authors: numbers.authors, open: numbers.open, answered: numbers.answered })}{!numbers.complete && ` ${t('newest')}`}</>}
      extra={(
        <Group gap="xs">
          {link && <Button component="a" href={link} target="_blank" rel="noopener noreferrer nofollow" variant="default" size="xs">{t('source')}</Button>}
          <Button component={Link} href={`/content?group=none&thread=${post.id}`} variant="default" size="xs">{t('queue')}</Button>
          <Button variant="default" size="xs" onClick={() => history.back()}>{t('back')}</Button>
        </Group>
      )}
    >
      {post.text && <blockquote className={own.text} dir="auto">{post.text}</blockquote>}
      <div className={classes.columns}>
        <section className={classes.card} aria-label={t('said')}>
          <h3 className={classes.head}>{t('said')}</h3>
          {found.data?.pages.flatMap(p => p.tree).map(branch => <BranchRow key={branch.item.id} thread={id} branch={branch} />)}
          {found.hasNextPage && <Button mt="sm" variant="default" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>{t('more')}</Button>}
        </section>
        <div className={classes.side}>
          <ToneChart title={t('mood')} axis={t('time')} buckets={post.mood.buckets} />
          <CountChart title={t('topics')} axis={t('topic')} name={t('comments')} counts={Object.fromEntries(post.topics.map(topic => [topic.topic, topic.count]))} />
          <CountChart title={t('intents')} axis={t('intent')} name={t('comments')} counts={numbers.by_intent} kind="intent" />
        </div>
      </div>
    </Page>
  )
}

/** BranchRow is a comment with the replies to it. */
function BranchRow({ thread, branch }: { thread: string; branch: Branch }) {
  const t = useText(postText)
  const [all, setAll] = useState(false)
  const parent = branch.item.engagement.id
  const more = useQuery({ queryKey: ['replies', parent], queryFn: () => fetchThread(thread, { parent, limit: 100 }), enabled: all, staleTime: 30_000 })
  const replies = more.data?.tree ?? branch.replies
  return (
    <div>
      <Said item={branch.item} who />
      {replies.length > 0 && <div className={own.replies}>{replies.map(reply => <BranchRow key={reply.item.id} thread={thread} branch={reply} />)}</div>}
      {branch.reply_count > replies.length && !all && <Button size="compact-sm" variant="subtle" onClick={() => setAll(true)}>{t('replies', { n: branch.reply_count })}</Button>}
    </div>
  )
}
