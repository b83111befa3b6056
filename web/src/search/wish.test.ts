import { expect, test } from 'vitest'
import { readSearch, type SearchWish, writeSearch } from './wish'

test.each<SearchWish>([
  { q: 'Akku "schiebt nicht" -Spam', mode: 'text', like: undefined, intent: 'complaint', sentiment: 'negative', status: 'live' },
  { q: '', mode: 'hybrid', like: '01a213c9-7505-720a-844f-7ba11d9dd5fd', intent: undefined, sentiment: undefined, status: undefined },
])('the address keeps %j', wish => expect(readSearch(writeSearch(wish))).toEqual(wish))

test('nonsense in the address searches for nothing strange', () => {
  expect(readSearch('?mode=magic&like=../x&status=gone&intent=<b>')).toEqual({ q: '', mode: 'hybrid', like: undefined, intent: undefined, sentiment: undefined, status: undefined })
})
