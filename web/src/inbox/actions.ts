// What people do with items. The list shows it at once; when the server refuses, the item
// goes back to what it was and a sentence says why.
import { notifications } from '@mantine/notifications'
import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { api } from '../api/client'
import { isProblem, type Problem } from '../api/problem'
import type { BulkOutputBody, ItemBody, Queue } from '../api/types'
import { useSession } from '../session/Session'
import { useText } from '../text/useText'
import { word, words } from '../words'
import { cachedItem, patchItem } from './list'
import { inboxText } from './text'
import { offerUndo, useUndo } from './undo'

export type ResolveOutcome = 'answered' | 'no_reply_needed' | 'published' | 'forwarded' | 'other'
export type DismissOutcome = 'spam' | 'abuse' | 'unrelated' | 'duplicate' | 'dismissed'

export interface Label {
  intent?: ItemBody['intent']
  sentiment?: ItemBody['sentiment']
  urgency?: ItemBody['urgency']
  queue?: Queue
  reply_expected?: boolean
}

export type Action =
  | { verb: 'claim' | 'release' | 'accept' | 'reopen' | 'answered' | 'wait' }
  | { verb: 'resolve'; outcome: ResolveOutcome }
  | { verb: 'dismiss'; outcome: DismissOutcome }
  | { verb: 'snooze'; until: string; until_author?: boolean }
  | { verb: 'handover' | 'return' | 'companion'; reason: string }
  | { verb: 'assign'; assignee: string }
  | { verb: 'note'; text: string }
  | { verb: 'tags'; add?: string[]; remove?: string[] }
  | { verb: 'correct'; label: Label }

interface Deed {
  id: string
  action: Action
}

/** guarded are decisions about what was read: they are for the version that was seen. */
const guarded = new Set(['resolve', 'dismiss', 'handover', 'correct', 'snooze', 'wait'])

async function send(queries: QueryClient, { id, action }: Deed, mine: string) {
  const item = cachedItem(queries, id)
  const fence = item?.assignee?.id === mine && item.status === 'claimed' ? { fence: item.fence } : {}
  const params = {
    path: { id },
    header: item && guarded.has(action.verb) ? { 'If-Match': `"${item.version}"` } : {},
  }
  switch (action.verb) {
    case 'claim': return api.POST('/v1/items/{id}/claim', { params })
    case 'release': return api.POST('/v1/items/{id}/release', { params, body: fence })
    case 'accept': return api.POST('/v1/items/{id}/accept', { params })
    case 'reopen': return api.POST('/v1/items/{id}/reopen', { params })
    case 'answered': return api.POST('/v1/items/{id}/answered', { params, body: fence })
    case 'wait': return api.POST('/v1/items/{id}/wait', { params, body: fence })
    case 'resolve': return api.POST('/v1/items/{id}/resolve', { params, body: { outcome: action.outcome, ...fence } })
    case 'dismiss': return api.POST('/v1/items/{id}/dismiss', { params, body: { outcome: action.outcome, ...fence } })
    case 'snooze': return api.POST('/v1/items/{id}/snooze', { params, body: { until: action.until, until_author: action.until_author, ...fence } })
    case 'handover': return api.POST('/v1/items/{id}/handover', { params, body: { reason: action.reason, ...fence } })
    case 'return': return api.POST('/v1/items/{id}/return', { params, body: { reason: action.reason, ...fence } })
    case 'companion': return api.POST('/v1/items/{id}/companion', { params, body: { reason: action.reason, ...fence } })
    case 'assign': return api.POST('/v1/items/{id}/assign', { params, body: { assignee: action.assignee, ...fence } })
    case 'note': return api.POST('/v1/items/{id}/note', { params, body: { text: action.text } })
    case 'tags': return api.POST('/v1/items/{id}/tags', { params, body: { add: action.add, remove: action.remove, ...fence } })
    case 'correct': return api.POST('/v1/items/{id}/correct', { params, body: { ...action.label, ...fence } as never })
  }
}

/** expected is how an item will stand after an action, as far as that is certain. */
export function expected(item: ItemBody, action: Action, me: { id: string; name: string }): ItemBody {
  switch (action.verb) {
    case 'claim': return { ...item, status: 'claimed', assignee: me, fence: item.fence }
    case 'release': return { ...item, status: 'open', assignee: null }
    case 'resolve': return { ...item, status: 'resolved', outcome: action.outcome }
    case 'dismiss': return { ...item, status: 'dismissed', outcome: action.outcome }
    case 'snooze': return { ...item, status: 'snoozed', snoozed_until: action.until }
    case 'wait': return { ...item, status: 'waiting' }
    case 'reopen': return { ...item, status: 'open', outcome: null }
    case 'handover': case 'return': return { ...item, queue: item.queue === 'smm' ? 'cm' : 'smm', status: 'open', assignee: null }
    case 'assign': return action.assignee === 'me' ? { ...item, assignee: me } : item
    case 'tags': return { ...item, tags: [...item.tags.filter(t => !action.remove?.includes(t)), ...(action.add ?? [])] }
    case 'correct': return { ...item, ...Object.fromEntries(Object.entries(action.label).filter(([k, v]) => v !== undefined && k !== 'queue')), unsure: false }
    case 'accept': return { ...item, handed_by: null }
    case 'note': case 'companion': case 'answered': return item
  }
}

/** useAct returns what does something with an item. Deeds on one item wait for each other. */
export function useAct(): (id: string, action: Action) => Promise<boolean> {
  const queries = useQueryClient()
  const { me } = useSession()
  const t = useText(inboxText)
  const w = useText(words)
  const undo = useUndo()
  const { mutateAsync } = useMutation({
    mutationFn: (deed: Deed) => inTurn(deed.id, () => send(queries, deed, me.person_id)),
    onMutate: ({ id, action }: Deed) => patchItem(queries, id, i => expected(i, action, { id: me.person_id, name: me.name })),
    onError: (error, { id }, before) => {
      if (before) patchItem(queries, id, now => (now.version > before.version ? now : before))
      void queries.invalidateQueries({ queryKey: ['item', id] })
      if (isProblem(error, 'unauthenticated')) return // the dialog to sign in again says it
      notifications.show({ color: 'red.9', title: t('notDone'), message: whyNot(error, t), autoClose: 10_000, role: 'alert' })
    },
    onSuccess: ({ data, response }, { id, action }) => {
      if (data) patchItem(queries, id, () => data)
      void queries.invalidateQueries({ queryKey: ['item', id] })
      const done = saidOf(action, t, w)
      if (done) offerUndo(response.headers.get('Triage-Undo'), done, t('undo'), undo)
    },
  })
  return useCallback(async (id, action) => {
    try {
      await mutateAsync({ id, action })
      return true
    } catch {
      return false // onError has told
    }
  }, [mutateAsync])
}

const turns = new Map<string, Promise<unknown>>()

/** inTurn lets a deed on an item wait for the one before, whose answer it builds on. */
function inTurn<T>(id: string, work: () => Promise<T>): Promise<T> {
  const before = turns.get(id) ?? Promise.resolve()
  const mine = before.catch(() => {}).then(() => new Promise(resolve => setTimeout(resolve, 0))).then(work)
  turns.set(id, mine)
  const forget = () => { if (turns.get(id) === mine) turns.delete(id) }
  mine.then(forget, forget)
  return mine
}

type InboxText = ReturnType<typeof useText<keyof typeof inboxText.en>>
type Words = ReturnType<typeof useText<keyof typeof words.en>>

function saidOf(action: Action, t: InboxText, w: Words): string | null {
  switch (action.verb) {
    case 'resolve': case 'dismiss': {
      const key = word('outcome', action.outcome)
      return t('done.closed', { how: key ? w(key) : action.outcome })
    }
    case 'claim': case 'note': case 'accept': return null
    default: return t(`done.${action.verb}`)
  }
}

/** whyNot says in a sentence why something was refused. */
export function whyNot(error: unknown, t: InboxText): string {
  if (!isProblem(error)) return String(error)
  switch (error.kind) {
    case 'offline': return t('why.offline')
    case 'precondition-failed': return t('why.stale')
    case 'gone': return t('why.gone')
    case 'unauthenticated': return t('why.session')
  }
  const holder = holderOf(error)
  return holder ? t('why.held', { name: holder }) : error.title || t('why.other')
}

function holderOf(problem: Problem): string | null {
  const holder = (problem.detail.holder ?? problem.detail.assignee) as { name?: string } | string | undefined
  return typeof holder === 'string' ? null : (holder?.name ?? null)
}

export type BulkAction =
  | { action: 'resolve' | 'dismiss'; outcome: string }
  | { action: 'snooze'; until: string }
  | { action: 'assign'; assignee: string }
  | { action: 'tags'; add: string[] }
  | { action: 'release' }
  | { action: 'handover'; reason: string }

/** BulkTarget is what many are: those that were picked, or a wave. */
export type BulkTarget = { ids: string[] } | { wave: string }

/** useBulk does the same to many items, and says what was left as it is. */
export function useBulk(onDone: (result: BulkOutputBody) => void) {
  const queries = useQueryClient()
  const t = useText(inboxText)
  const undo = useUndo()
  return useMutation({
    mutationFn: async (deed: BulkTarget & BulkAction) => (await api.POST('/v1/items/bulk', { body: deed as never })).data as BulkOutputBody,
    onSuccess: result => {
      for (const key of ['list', 'members', 'item', 'wave']) void queries.invalidateQueries({ queryKey: [key] })
      const skipped = result.skipped.reduce((sum, s) => sum + s.ids.length, 0)
      const told = t('bulk.done', { n: result.done.length }) + (skipped ? ` ${t('bulk.skipped', { n: skipped })}` : '')
      offerUndo(result.undo, told, t('undo'), undo)
      onDone(result)
    },
    onError: error => notifications.show({ color: 'red.9', title: t('notDone'), message: whyNot(error, t), autoClose: 10_000, role: 'alert' }),
  })
}
