import { expect, test } from 'vitest'
import { readSpan, steps, writeSpan } from './span'

test('what the address says comes back from it', () => {
  const span = { days: 90, platform: 'x', queue: 'cm' } as const
  expect(readSpan(writeSpan(span))).toEqual(span)
  expect(writeSpan(readSpan(''))).toBe('')
})

test('nonsense in the address is the usual view', () => expect(readSpan('?days=7000&queue=both&platform=<b>')).toEqual({ days: 30 }))

test.each([[7, 7], [30, 6], [90, 7]])('%d days are shown in %d steps without gaps, up to now', (days, count) => {
  const now = Date.UTC(2026, 10, 25, 12)
  const found = steps(days, now)
  expect(found.length).toBe(count)
  expect(found.at(-1)?.to).toBe(new Date(now).toISOString())
  found.slice(1).forEach((step, n) => expect(step.from).toBe(found[n]?.to))
})
