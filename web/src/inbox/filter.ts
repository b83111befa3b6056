// The filter of a list lives in the address, so that a view can be kept as a bookmark, sent
// to a colleague, and survives a reload.
import type { ItemBody, ListFilter, Queue } from '../api/types'

export type Grouping = 'thread' | 'author' | 'wave' | 'none'

export interface Wish {
  group: Grouping
  filter: ListFilter
}

const lists = ['status', 'priority', 'intent', 'sentiment', 'language', 'platform', 'risk'] as const
const singles = ['channel', 'author', 'thread', 'wave', 'assignee', 'unsure', 'from', 'to', 'q'] as const

/** groupings are the ways in which a room shows its queue, the first unless asked otherwise. */
export const groupings: Record<Queue, Grouping[]> = { smm: ['thread', 'wave', 'none'], cm: ['author', 'thread', 'none'] }

export function readWish(queue: Queue, search: string): Wish {
  const given = new URLSearchParams(search)
  const filter: Record<string, unknown> = {}
  for (const name of lists) {
    const value = given.get(name)
    if (value) filter[name] = value.split(',')
  }
  for (const name of singles) {
    const value = given.get(name)
    if (value) filter[name] = value
  }
  const group = given.get('group') as Grouping | null
  const known = groupings[queue]
  return { group: group && known.includes(group) ? group : (known[0] ?? 'none'), filter: filter as ListFilter }
}

export function writeWish(queue: Queue, { group, filter }: Wish): string {
  const out = new URLSearchParams()
  if (group !== groupings[queue][0]) out.set('group', group)
  for (const name of lists) {
    const value = filter[name]
    if (value?.length) out.set(name, value.join(','))
  }
  for (const name of singles) {
    const value = filter[name]
    if (value) out.set(name, value)
  }
  return out.toString().replaceAll('%2C', ',')
}

/** isFiltered reports whether a filter leaves anything out. */
export function isFiltered(filter: ListFilter): boolean {
  return Object.values(filter).some(value => (Array.isArray(value) ? value.length > 0 : Boolean(value)))
}

const live = ['open', 'claimed', 'snoozed', 'waiting']

/** belongs reports whether an item still stands in a list, as far as its state says. */
export function belongs(item: ItemBody, queue: Queue, filter: ListFilter): boolean {
  const wanted = (filter.status ?? ['live']).flatMap(s => (s === 'live' ? live : s === 'closed' ? ['resolved', 'dismissed'] : [s]))
  return item.queue === queue && wanted.includes(item.status)
}
