import { expect, test } from 'vitest'
import type { ItemBody, MateBody } from '../api/types'
import { hoursOn } from './hours'
import { fits, mayTake, readWanted, writeWanted } from './team'

const now = Date.UTC(2026, 10, 25, 12)
const item = { queue: 'cm', status: 'open', assignee: null, unsure: false, due_at: '2026-11-25T13:00:00Z' } as ItemBody

test('what nobody has leaves the list when somebody gets it', () => {
  const wanted = readWanted('')
  expect(fits(item, wanted, now)).toBe(true)
  expect(fits({ ...item, assignee: { id: 'p', name: 'Ada' } }, wanted, now)).toBe(false)
  expect(fits({ ...item, status: 'resolved' }, wanted, now)).toBe(false)
  expect(fits(item, { ...wanted, queue: 'smm' }, now)).toBe(false)
})

test('overdue is what should have been done by now', () => {
  expect(fits(item, { queue: 'cm', which: 'overdue' }, now)).toBe(false)
  expect(fits(item, { queue: 'cm', which: 'overdue' }, now + 3_600_001)).toBe(true)
})

test('the address keeps what is looked at', () => {
  expect(readWanted(writeWanted({ queue: 'smm', which: 'unsure' }))).toEqual({ queue: 'smm', which: 'unsure' })
  expect(readWanted(writeWanted({ queue: 'cm', which: 'unassigned', person: 'p1' })).person).toBe('p1')
})

test.each([['cm', 'cm', true], ['smm', 'cm', false], ['hybrid', 'smm', true], ['viewer', 'cm', false], ['lead', 'cm', true]] as const)(
  'a %s may be given work of %s: %s', (role, queue, may) => expect(mayTake({ role } as MateBody, queue)).toBe(may),
)

test('hours are those of the day where the person is', () => {
  const calendar = { zone: 'Europe/Berlin', holidays: ['2026-12-25'], week: { wed: [{ from: 540, to: 720 }, { from: 780, to: 1020 }], thu: null } }
  expect(hoursOn(calendar, new Date(now))).toBe('09:00–12:00, 13:00–17:00')
  expect(hoursOn(calendar, new Date('2026-11-25T23:30:00Z'))).toBe('')
  expect(hoursOn(calendar, new Date('2026-12-25T12:00:00Z'))).toBe('')
})
