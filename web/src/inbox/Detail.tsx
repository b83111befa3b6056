import { ActionIcon, Alert, Button, Loader, Stack, Text, Title } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api, must } from '../api/client'
import { isProblem } from '../api/problem'
import type { DetailBody, Queue } from '../api/types'
import { useFormats } from '../format'
import { platformName } from '../platforms'
import { useSession } from '../session/Session'
import { useCommand } from '../shell/commands'
import { BackIcon, LinkIcon, PeopleIcon } from '../shell/icons'
import { useText } from '../text/useText'
import { ActionBar } from './ActionBar'
import { type Action, useAct } from './actions'
import { Changed } from './Changed'
import { CommentText } from './CommentText'
import classes from './Detail.module.css'
import { authorName } from './ItemRow'
import { safeLink } from './link'
import { Notes } from './Notes'
import { Question } from './Question'
import { Receipt } from './Receipt'
import { Tags } from './Tags'
import { inboxText } from './text'
import { useNow } from './useNow'
import { useTaxonomy } from './useTaxonomy'
import { WavePanel } from './wave/WavePanel'

export function itemQuery(id: string) {
  return { queryKey: ['item', id], queryFn: () => must(api.GET('/v1/items/{id}', { params: { path: { id } } })) as Promise<DetailBody>, staleTime: 60_000 }
}

interface Props {
  id: string
  queue: Queue
  /** The item is done with here: on to the next. */
  onDone(id: string): void
  onBack(): void
  /** Shows post and person where there is no room beside the item. */
  onContext?: (() => void) | undefined
  /** The item that is likely to be read next. */
  preload: string | undefined
}

export function Detail({ id, queue, onDone, onBack, onContext, preload }: Props) {
  const t = useText(inboxText)
  const queries = useQueryClient()
  const found = useQuery(itemQuery(id))
  useEffect(() => {
    if (preload) void queries.prefetchQuery(itemQuery(preload))
  }, [queries, preload])
  if (found.data) return <Item item={found.data} queue={queue} onDone={onDone} onBack={onBack} onContext={onContext} />
  return (
    <Stack p="md">
      <Back onBack={onBack} />
      {found.isError ? (
        <Alert color="gray" role="alert">
          <Text>{isProblem(found.error, 'gone') ? t('gone') : isProblem(found.error, 'not-found') ? t('missing') : t('list.failed')}</Text>
          <Button mt="sm" variant="default" onClick={() => void found.refetch()}>{t('list.retry')}</Button>
        </Alert>
      ) : (
        <Loader size="sm" aria-label={t('list.loading')} />
      )}
    </Stack>
  )
}

/** leaves are the deeds after which an item stands in the list no more. */
const leaves = new Set<Action['verb']>(['resolve', 'dismiss', 'snooze', 'wait', 'handover', 'return'])

const urgencies = ['urgent', 'high', 'normal', 'low'] as const

function Item({ item, queue, onDone, onBack, onContext }: { item: DetailBody } & Omit<Props, 'id' | 'preload'>) {
  const t = useText(inboxText)
  const { me } = useSession()
  const perform = useAct()
  const [own, setOwn] = useState(0)
  function act(action: Action): Promise<boolean> {
    const moves = leaves.has(action.verb) || (action.verb === 'correct' && action.label.queue !== undefined && action.label.queue !== queue)
    const done = perform(item.id, action)
    setOwn(n => n + 1)
    if (moves) onDone(item.id)
    return done.finally(() => setOwn(n => n + 1))
  }
  return (
    <article className={classes.item} aria-label={authorName(item, t('noName'))}>
      <Head item={item} onBack={onBack} onContext={onContext} />
      <div className={classes.body}>
        <Changed item={item} mine={me.person_id} own={own} />
        <CommentText item={item} />
        {item.unsure && <Question item={item} act={action => void act(action)} />}
        {item.wave_id && <WavePanel id={item.wave_id} item={item} />}
        <Receipt item={item} />
        <Tags item={item} act={act} />
        <Notes item={item} act={act} />
        <Urgencies item={item} act={act} />
      </div>
      <footer className={classes.actions}><ActionBar item={item} act={act} /></footer>
    </article>
  )
}

function Head({ item, onBack, onContext }: { item: DetailBody } & Pick<Props, 'onBack' | 'onContext'>) {
  const t = useText(inboxText)
  const f = useFormats()
  const w = useTaxonomy()
  const now = useNow()
  const { me } = useSession()
  const e = item.engagement
  const link = safeLink(e.permalink)
  return (
    <header className={classes.head}>
      <Back onBack={onBack} />
      <div className={classes.headText}>
        <Title order={2} size="h5" lineClamp={2}><bdi>{authorName(item, t('noName'))}</bdi></Title>
        <Text size="sm" c="dimmed">
          {[
            platformName(e.platform), w('form', e.form), t('received', { when: f.ago(e.received_at, now) }),
            e.author?.followers != null && t('followers', { n: e.author.followers }), e.author?.verified && t('verified'),
            e.edited && t('edited'), e.language !== 'und' && f.language(e.language),
          ].filter(Boolean).join(' · ')}
        </Text>
        {item.assignee && item.status === 'claimed' && <Text size="sm" fw={600}>{item.assignee.id === me.person_id ? t('mine') : t('heldBy', { name: item.assignee.name })}</Text>}
        {item.linked && <Text size="sm">{t('linked', { status: w('status', item.linked.status) })}</Text>}
      </div>
      {onContext && (
        <ActionIcon variant="subtle" color="gray" aria-label={t('context')} title={`${t('context')} (I)`} onClick={onContext}><PeopleIcon size={18} /></ActionIcon>
      )}
      {link && (
        <ActionIcon component="a" href={link} target="_blank" rel="noopener noreferrer nofollow" variant="subtle" color="gray" aria-label={t('source')} title={t('source')}>
          <LinkIcon size={18} />
        </ActionIcon>
      )}
    </header>
  )
}

function Back({ onBack }: { onBack(): void }) {
  const t = useText(inboxText)
  return <ActionIcon className={classes.back} variant="subtle" color="gray" size="lg" aria-label={t('back')} onClick={onBack}><BackIcon /></ActionIcon>
}

/** Urgencies are 1 to 4: what the urgency is in truth. */
function Urgencies({ item, act }: { item: DetailBody; act(action: Action): Promise<boolean> }) {
  return <>{urgencies.map((urgency, n) => <Urgency key={urgency} urgency={urgency} number={n + 1} item={item} act={act} />)}</>
}

function Urgency({ urgency, number, item, act }: { urgency: (typeof urgencies)[number]; number: number; item: DetailBody; act(action: Action): Promise<boolean> }) {
  const t = useText(inboxText)
  const w = useTaxonomy()
  const { works } = useSession()
  useCommand({
    id: `urgency${number}`, label: t('keys.urgency', { urgency: w('priority', urgency) }), group: t('keys.item'), keys: [String(number)],
    disabled: !works(item.queue) || item.urgency === urgency, run: () => void act({ verb: 'correct', label: { urgency } }),
  })
  return null
}
