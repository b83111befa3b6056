import { expect, test } from 'vitest'
import { at, parse, print, put } from './document'

test('a changed field leaves everything else as it was', () => {
  const before = { targets: { first_answer: { urgent: '15m', high: '1h' } }, rules: [{ name: 'a' }] }
  const after = put(before, ['targets', 'first_answer', 'high'], '2h')
  expect(after).toEqual({ targets: { first_answer: { urgent: '15m', high: '2h' } }, rules: [{ name: 'a' }] })
  expect(before.targets.first_answer.high).toBe('1h')
})

test('what is missing on the way is made', () => expect(put({}, ['thresholds', 'unsure'], 0.4)).toEqual({ thresholds: { unsure: 0.4 } }))

test('what is not there is nothing', () => {
  expect(at({ a: { b: 1 } }, ['a', 'b'])).toBe(1)
  expect(at({ a: 1 }, ['a', 'b'])).toBeUndefined()
  expect(at({}, ['toString'])).toBeUndefined()
})

test.each(['', '[]', 'null', '{"a":'])('%j is no plan', text => expect(parse(text).document).toBeUndefined())

test('what was printed is read again', () => expect(parse(print({ rules: [] })).document).toEqual({ rules: [] }))
