import { expect, test } from 'vitest'
import { clockOf, datesOf, minutesOf, withSpan } from './week'

test('the last minute of a day means its end', () => {
  expect(minutesOf('23:59')).toBe(1440)
  expect(clockOf(1440)).toBe('23:59')
  expect(minutesOf(clockOf(9 * 60 + 5))).toBe(545)
})

test('a change of the first span keeps the second, and a closed day has none', () => {
  const calendar = { zone: 'Europe/Berlin', holidays: [], week: { mon: [{ from: 480, to: 720 }, { from: 780, to: 1020 }], tue: [{ from: 0, to: 60 }] } }
  expect(withSpan(calendar, 'mon', { from: 500, to: 700 }).week?.mon).toEqual([{ from: 500, to: 700 }, { from: 780, to: 1020 }])
  expect(withSpan(calendar, 'mon', null).week).toEqual({ tue: [{ from: 0, to: 60 }] })
})

test('dates are read line by line', () => expect(datesOf('2026-12-25\n\n 2026-12-26 ')).toEqual(['2026-12-25', '2026-12-26']))
