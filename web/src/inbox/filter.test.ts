import { expect, test } from 'vitest'
import { readWish, type Wish, writeWish } from './filter'

test.each<[string, 'smm' | 'cm', Wish, string]>([
  ['the room’s own way needs no word', 'smm', { group: 'thread', filter: {} }, ''],
  ['another grouping stands first', 'cm', { group: 'none', filter: { priority: ['urgent', 'high'] } }, 'group=none&priority=urgent,high'],
  ['words are escaped', 'cm', { group: 'author', filter: { q: 'a&b' } }, 'q=a%26b'],
])('%s', (_, queue, wish, address) => {
  expect(writeWish(queue, wish)).toBe(address)
  expect(readWish(queue, address)).toEqual(wish)
})

test('a grouping of the other room is not taken', () => expect(readWish('smm', 'group=author').group).toBe('thread'))
