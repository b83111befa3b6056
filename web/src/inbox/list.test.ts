import { expect, test } from 'vitest'
import type { ItemBody, ListOutputBody } from '../api/types'
import { type ListData, mergeHead, rowsOf } from './list'

const start = Date.parse('2026-11-25T10:00:00Z')

function item(id: string, minutes: number, more: Partial<ItemBody> = {}): ItemBody {
  return { id, queue: 'cm', status: 'open', due_at: new Date(start + minutes * 60_000).toISOString(), score: { hours: 0, parts: [] }, ...more } as ItemBody
}
const page = (items: ItemBody[], next: string | null): ListOutputBody => ({ items, next_cursor: next })
const data = (...pages: ListOutputBody[]): ListData => ({ pages, pageParams: pages.map((_, n) => (n ? String(n) : undefined)) })
const ids = (list: ListData) => rowsOf(list, 'cm', { group: 'none', filter: {} }, () => false, () => []).map(row => row.key)

test('what is new on top pushes the others down, none is lost or doubled', () => {
  const old = data(page([item('a', 1), item('b', 2)], '1'), page([item('c', 3), item('d', 4)], null))
  expect(ids(mergeHead(old, page([item('new', 0), item('a', 1)], '1')))).toEqual(['new', 'a', 'b', 'c', 'd'])
})
test('what is gone from the top is gone', () => {
  const old = data(page([item('a', 1), item('b', 2)], '1'), page([item('c', 3), item('d', 4)], null))
  expect(ids(mergeHead(old, page([item('b', 2), item('c', 3)], '1')))).toEqual(['b', 'c', 'd'])
})
test('a head that is everything leaves nothing below', () => {
  const old = data(page([item('a', 1), item('b', 2)], '1'), page([item('c', 3)], null))
  expect(ids(mergeHead(old, page([item('c', 3)], null)))).toEqual(['c'])
})
test('what somebody closed or moved is not shown, although the page still holds it', () => {
  expect(ids(data(page([item('a', 1, { status: 'resolved' }), item('b', 2, { queue: 'smm' }), item('c', 3)], null)))).toEqual(['c'])
})
