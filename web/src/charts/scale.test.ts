import { expect, test } from 'vitest'
import { everyNth, niceTop } from './scale'

test.each([[0, 1], [1, 1], [7, 9], [10, 12], [95, 100], [0.4, 1], [1234, 1500]])('an axis up to %d ends at or above it', (greatest, most) => {
  const { top, ticks } = niceTop(greatest, true)
  expect(top).toBeGreaterThanOrEqual(greatest)
  expect(top).toBeLessThanOrEqual(most)
  expect(ticks[0]).toBe(0)
  expect(ticks.at(-1)).toBe(top)
  expect(ticks.length).toBeLessThan(6)
})

test('a share has steps below one', () => expect(niceTop(0.3, false).top).toBeCloseTo(0.3))

test('labels are thinned when they have no room', () => {
  expect(everyNth(7, 700, 50)).toBe(1)
  expect(everyNth(90, 450, 50)).toBe(10)
})
