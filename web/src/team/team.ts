// The team and what waits for it, kept up to date by the live stream.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { api, must } from '../api/client'
import type { ItemBody, ListFilter, MateBody, Queue, Role } from '../api/types'
import { useNews } from '../live'
import { worksOn } from '../session/Session'

export type Which = 'unassigned' | 'overdue' | 'unsure'
export const whiches: Which[] = ['unassigned', 'overdue', 'unsure']

/** Wanted is which items the lead looks at: of a kind, or what a person has. */
export interface Wanted {
  queue: Queue
  which: Which
  person?: string
}

const most = 200

export function readWanted(search: string): Wanted {
  const given = new URLSearchParams(search)
  return {
    queue: given.get('queue') === 'smm' ? 'smm' : 'cm',
    which: whiches.find(w => w === given.get('which')) ?? 'unassigned',
    person: given.get('person') ?? undefined,
  }
}

export function writeWanted({ queue, which, person }: Wanted): string {
  return new URLSearchParams({ queue, ...(person ? { person } : { which }) }).toString()
}

function filterOf({ which, person }: Wanted): ListFilter {
  if (person) return { assignee: person }
  if (which === 'unassigned') return { assignee: 'none', status: ['open'] }
  if (which === 'unsure') return { unsure: 'true' }
  return { status: ['open', 'claimed'] }
}

/** fits reports whether an item still is what the lead looks at. */
export function fits(item: ItemBody, { queue, which, person }: Wanted, now: number): boolean {
  if (item.queue !== queue || !['open', 'claimed', 'snoozed', 'waiting'].includes(item.status)) return false
  if (person) return item.assignee?.id === person
  if (which === 'unassigned') return item.assignee === null && item.status === 'open'
  if (which === 'unsure') return item.unsure
  return Date.parse(item.due_at) < now
}

/** mayTake reports whether somebody can be given work of a queue. */
export function mayTake(mate: MateBody, queue: Queue): boolean {
  return worksOn(mate.role as Role, queue)
}

/** useWork is the most pressing of what the lead looks at. Actions know these items, since
 * they are kept where members of groups are. */
export function useWork(wanted: Wanted) {
  const filter = filterOf(wanted)
  return useQuery({
    queryKey: ['members', wanted.queue, filter],
    queryFn: () => must(api.GET('/v1/queues/{queue}/items', { params: { path: { queue: wanted.queue }, query: { ...filter, limit: most } } })),
    staleTime: 10_000,
  })
}

export function useTeam() {
  return useQuery({ queryKey: ['team'], queryFn: () => must(api.GET('/v1/team')), staleTime: 10_000, refetchInterval: 60_000 })
}

export function useCare(id: string) {
  return useQuery({ queryKey: ['care', id], queryFn: () => must(api.GET('/v1/people/{id}/care', { params: { path: { id } } })), staleTime: 300_000 })
}

export function useLeaves(id: string) {
  return useQuery({ queryKey: ['leaves', id], queryFn: async () => (await must(api.GET('/v1/people/{id}/leaves', { params: { path: { id } } }))).leaves, staleTime: 300_000 })
}

/** useTeamNews asks again when something changed, at most once a second. */
export function useTeamNews() {
  const queries = useQueryClient()
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useNews(() => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined
      for (const key of ['members', 'team']) void queries.invalidateQueries({ queryKey: [key] })
    }, 1000)
  })
  useEffect(() => () => clearTimeout(timer.current), [])
}
