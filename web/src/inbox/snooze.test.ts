import { expect, test } from 'vitest'
import { instantOf, snoozeTimes } from './snooze'

function times(now: string, zone = 'Europe/Berlin') {
  return Object.fromEntries(snoozeTimes(new Date(now), zone).map(t => [t.key, t.until.toISOString()]))
}

test('in the morning the evening is still ahead', () => {
  expect(times('2026-11-25T08:00:00Z')).toEqual({
    hour: '2026-11-25T09:00:00.000Z', evening: '2026-11-25T17:00:00.000Z', tomorrow: '2026-11-26T08:00:00.000Z', week: '2026-11-30T08:00:00.000Z',
  })
})
test('in the evening it is not offered', () => expect(times('2026-11-25T18:00:00Z')).not.toHaveProperty('evening'))
test('after midnight by the reader’s clock tomorrow is the next day', () => expect(times('2026-11-25T23:30:00Z').tomorrow).toBe('2026-11-27T08:00:00.000Z'))
test('nine stays nine when the clocks change in between', () => expect(times('2026-10-24T10:00:00Z').tomorrow).toBe('2026-10-25T08:00:00.000Z'))
test('on a Monday next Monday is a week away', () => expect(times('2026-11-23T08:00:00Z').week).toBe('2026-11-30T08:00:00.000Z'))
test('a typed time is meant by the reader’s zone', () => expect(instantOf(Date.parse('2026-07-01T09:00:00Z'), 'America/New_York').toISOString()).toBe('2026-07-01T13:00:00.000Z'))
