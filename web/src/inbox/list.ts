// The list of a queue as pages that are loaded on the way down, and how news from the
// stream and from one's own hands gets into pages that are there already.
import { type InfiniteData, type QueryClient, useInfiniteQuery, useQueries } from '@tanstack/react-query'
import { api, must } from '../api/client'
import type { DetailBody, GroupBody, ItemBody, ListOutputBody, Queue } from '../api/types'
import { belongs, type Wish } from './filter'

const pageSize = 100

export type ListData = InfiniteData<ListOutputBody, unknown>

export function listKey(queue: Queue, wish: Wish) {
  return ['list', queue, wish] as const
}

async function fetchPage(queue: Queue, { group, filter }: Wish, cursor?: string): Promise<ListOutputBody> {
  const query = { ...filter, limit: pageSize, ...(group !== 'none' && { group }), ...(cursor && { cursor }) }
  return must(api.GET('/v1/queues/{queue}/items', { params: { path: { queue }, query } }))
}

export function useList(queue: Queue, wish: Wish) {
  return useInfiniteQuery({
    queryKey: listKey(queue, wish),
    queryFn: ({ pageParam }) => fetchPage(queue, wish, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: page => page.next_cursor ?? undefined,
    staleTime: Infinity, // news says what changed
    refetchOnReconnect: false,
  })
}

/** memberWish is the list of what an opened group holds. */
export function memberWish(wish: Wish, group: GroupBody): Wish {
  return { group: 'none', filter: { ...wish.filter, [group.by]: group.id ?? undefined } }
}

/** useMembers loads what the opened groups hold, the first of each. */
export function useMembers(queue: Queue, wish: Wish, opened: GroupBody[]) {
  return useQueries({
    queries: opened.map(group => {
      const members = memberWish(wish, group)
      return {
        queryKey: ['members', queue, members] as const,
        queryFn: () => fetchPage(queue, members),
        staleTime: 5_000,
      }
    }),
  })
}

/** refreshHead loads the first page again and puts it before what is known of the others. */
export async function refreshHead(queries: QueryClient, queue: Queue, wish: Wish) {
  const key = listKey(queue, wish)
  if (!queries.getQueryData(key)) return
  const head = await fetchPage(queue, wish)
  queries.setQueryData<ListData>(key, old => old && mergeHead(old, head))
}

/** mergeHead keeps the pages below a new first one, without what stands in it already. */
export function mergeHead(old: ListData, head: ListOutputBody): ListData {
  if (!head.next_cursor || old.pages.length < 2) return { pages: [head], pageParams: [undefined] }
  const items = new Set(head.items.map(i => i.id))
  const groups = new Set(head.groups?.map(groupKey))
  const rest = old.pages.slice(1).map(page => ({
    ...page,
    items: page.items.filter(i => !items.has(i.id)),
    groups: page.groups?.filter(g => !groups.has(groupKey(g))),
  }))
  // What a new head has pushed down was on the old one; it stands between them now.
  const [first] = old.pages
  const [second] = rest
  const end = head.items.at(-1)
  if (first && second && end) {
    const pushed = first.items.filter(i => !items.has(i.id) && rankOf(i) >= rankOf(end))
    rest[0] = { ...second, items: [...pushed, ...second.items] }
  }
  return { pages: [head, ...rest], pageParams: old.pageParams }
}

/** rankOf is an item's place as the server orders by it, lower first: constant in time. */
export function rankOf(item: ItemBody): number {
  const hours = item.score.parts.reduce((sum, part) => (part.name === 'waiting' ? sum : sum + part.hours), 0)
  return Date.parse(item.due_at) / 1000 - 3600 * hours
}

/** groupKey tells groups of a list apart; what stands alone is told by its item. */
export function groupKey(group: GroupBody): string {
  return group.id ?? group.top.id
}

/** patchItem changes an item wherever it is shown and returns it as it was before. */
export function patchItem(queries: QueryClient, id: string, change: (item: ItemBody) => ItemBody): ItemBody | undefined {
  let before: ItemBody | undefined
  function patched(item: ItemBody): ItemBody {
    before ??= item
    return change(item)
  }
  function patchPage(page: ListOutputBody): ListOutputBody {
    const inItems = page.items.some(i => i.id === id)
    const inGroups = page.groups?.some(g => g.top.id === id)
    if (!inItems && !inGroups) return page
    return {
      ...page,
      items: inItems ? page.items.map(i => (i.id === id ? patched(i) : i)) : page.items,
      groups: inGroups ? page.groups?.map(g => (g.top.id === id ? { ...g, top: patched(g.top) } : g)) : page.groups,
    }
  }
  queries.setQueryData<DetailBody>(['item', id], old => old && { ...old, ...patched(old) })
  queries.setQueriesData<ListData>({ queryKey: ['list'] }, old => {
    if (!old) return old
    const pages = old.pages.map(patchPage)
    return pages.some((page, n) => page !== old.pages[n]) ? { ...old, pages } : old
  })
  queries.setQueriesData<ListOutputBody>({ queryKey: ['members'] }, old => old && patchPage(old))
  return before
}

/** cachedItem is what is known of an item without asking. */
export function cachedItem(queries: QueryClient, id: string): ItemBody | undefined {
  const detail = queries.getQueryData<DetailBody>(['item', id])
  if (detail) return detail
  for (const [, data] of queries.getQueriesData<ListData>({ queryKey: ['list'] })) {
    for (const page of data?.pages ?? []) {
      const found = page.items.find(i => i.id === id) ?? page.groups?.find(g => g.top.id === id)?.top
      if (found) return found
    }
  }
  for (const [, page] of queries.getQueriesData<ListOutputBody>({ queryKey: ['members'] })) {
    const found = page?.items.find(i => i.id === id)
    if (found) return found
  }
  return undefined
}

export type Row =
  | { kind: 'group'; key: string; group: GroupBody; opened: boolean; item: ItemBody }
  | { kind: 'item'; key: string; item: ItemBody; within: boolean }
  | { kind: 'more'; key: string; group: GroupBody; left: number }

/** rowsOf lays a list out: groups, with what opened ones hold below them, and single items. */
export function rowsOf(
  data: ListData | undefined, queue: Queue, wish: Wish, isOpened: (key: string) => boolean, membersOf: (group: GroupBody) => ItemBody[],
): Row[] {
  const rows: Row[] = []
  const seen = new Set<string>()
  for (const page of data?.pages ?? []) {
    for (const item of page.items) {
      if (belongs(item, queue, wish.filter) && !seen.has(item.id)) rows.push({ kind: 'item', key: item.id, item, within: false })
      seen.add(item.id)
    }
    for (const group of page.groups ?? []) {
      const key = groupKey(group)
      if (seen.has(key)) continue
      seen.add(key)
      rows.push(...groupRows(group, key, queue, wish, isOpened(key), membersOf))
    }
  }
  return rows
}

function groupRows(group: GroupBody, key: string, queue: Queue, wish: Wish, opened: boolean, membersOf: (group: GroupBody) => ItemBody[]): Row[] {
  const there = belongs(group.top, queue, wish.filter)
  if (group.id === null || group.count === 1) return there ? [{ kind: 'item', key: group.top.id, item: group.top, within: false }] : []
  const rows: Row[] = [{ kind: 'group', key, group, opened, item: group.top }]
  if (!opened) return rows
  const members = membersOf(group).filter(i => belongs(i, queue, wish.filter))
  for (const item of members) rows.push({ kind: 'item', key: item.id, item, within: true })
  const left = group.count - members.length
  if (members.length >= pageSize && left > 0) rows.push({ kind: 'more', key: `${key}/more`, group, left })
  return rows
}
