import { expect, test } from 'vitest'
import { pieces } from './highlight'

const why = 'intent'

test.each([
  ['nothing is quoted', 'plain', [], [{ text: 'plain' }]],
  ['a word in the middle', 'a bad day', [{ start: 2, end: 5, quote: 'bad', why }], [{ text: 'a ' }, { text: 'bad', why }, { text: ' day' }]],
  ['offsets count bytes, not letters', 'Grüße 🚲 kaputt', [{ start: 13, end: 19, quote: 'kaputt', why }], [{ text: 'Grüße 🚲 ' }, { text: 'kaputt', why }]],
  ['quotes in any order', 'one two', [{ start: 4, end: 7, quote: 'two', why }, { start: 0, end: 3, quote: 'one', why }], [{ text: 'one', why }, { text: ' ' }, { text: 'two', why }]],
  ['one that lies in another is shown once', 'abcdef', [{ start: 0, end: 4, quote: 'abcd', why }, { start: 2, end: 6, quote: 'cdef', why }], [{ text: 'abcd', why }, { text: 'ef' }]],
  ['one past the end is left out', 'short', [{ start: 2, end: 50, quote: '', why }], [{ text: 'short' }]],
  ['one of an older text is left out', 'new text', [{ start: 0, end: 3, quote: 'old', why }], [{ text: 'new text' }]],
])('%s', (_, text, evidence, want) => expect(pieces(text, evidence)).toEqual(want))
