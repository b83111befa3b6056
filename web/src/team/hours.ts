import type { Calendar } from '../api/types'

const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

/** hoursOn returns when somebody works on the day of a moment: "09:00–12:00, 13:00–17:00",
 * empty for not at all. */
export function hoursOn(calendar: Calendar, now: Date): string {
  const zone = calendar.zone || 'UTC'
  const date = new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(now)
  if (calendar.holidays?.includes(date)) return ''
  const day = days[new Date(date).getUTCDay()] ?? ''
  return (calendar.week[day] ?? []).map(h => `${clock(h.from)}–${clock(h.to)}`).join(', ')
}

function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
}
