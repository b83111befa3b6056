import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import type { ItemNews } from '../api/stream'
import type { ItemBody, Queue } from '../api/types'
import { useNews } from '../live'
import { usePeople } from '../people'
import type { Wish } from './filter'
import { cachedItem, patchItem, refreshHead } from './list'

const pause = 250 // ms between looking at what has come in
const rest = 700 // ms between loading the head of the list again

/** useLiveList brings into a list what others do, and what comes in. */
export function useLiveList(queue: Queue, wish: Wish) {
  const queries = useQueryClient()
  const people = usePeople()
  const pending = useRef(new Map<string, ItemNews>())
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const last = useRef(0)
  const now = useRef({ queue, wish, people })
  now.current = { queue, wish, people }

  function flush() {
    timer.current = undefined
    const news = [...pending.current.values()]
    pending.current.clear()
    let moved = false
    for (const one of news) {
      const state = one.item
      if (!state) continue
      const known = cachedItem(queries, state.id)
      if (known) {
        // The item may have been read anew already while a row still shows it as it was.
        const assignee = state.assignee === null ? null : { id: state.assignee, name: now.current.people(state.assignee) }
        patchItem(queries, state.id, i => (i.version >= state.version ? i : ({ ...i, queue: state.queue, status: state.status, priority: state.priority, assignee, version: state.version }) as ItemBody))
        void queries.invalidateQueries({ queryKey: ['item', state.id] }) // notes leave the version as it is
        if (known.version >= state.version) continue
      }
      moved = true
    }
    if (moved) void reload()
  }
  async function reload() {
    const wait = last.current + rest - Date.now()
    last.current = Date.now() + Math.max(0, wait)
    if (wait > 0) await new Promise(resolve => setTimeout(resolve, wait))
    await refreshHead(queries, now.current.queue, now.current.wish).catch(() => {}) // the next news tries again
    void queries.invalidateQueries({ queryKey: ['members', now.current.queue] })
  }
  useNews(event => {
    if (event.kind === 'reset' || (event.kind === 'ready' && !event.resumed)) {
      void reload()
      void queries.invalidateQueries({ queryKey: ['item'] })
      return
    }
    if (event.kind !== 'item') return
    pending.current.set(event.data.id, event.data)
    timer.current ??= setTimeout(flush, pause)
  })
  useEffect(() => () => clearTimeout(timer.current), [])
}
