// Opening hours, as the contract has them: minutes after midnight by the wall clock.
export const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Day = (typeof days)[number]

export interface Span {
  from: number
  to: number
}

export interface Calendar {
  zone: string
  week: { [day: string]: Span[] | null } | null
  holidays: string[] | null
}

/** clockOf writes minutes after midnight as a time field does; the end of the day is 23:59. */
export function clockOf(minutes: number): string {
  const m = Math.min(minutes, 24 * 60 - 1)
  return `${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`
}

/** minutesOf reads a time field; its last minute means the end of the day. */
export function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number)
  const all = hours * 60 + minutes
  return all === 24 * 60 - 1 ? 24 * 60 : all
}

/** withSpan returns the calendar with another first span on a day, or with none there. */
export function withSpan(calendar: Calendar, day: Day, span: Span | null): Calendar {
  const rest = calendar.week?.[day]?.slice(1) ?? []
  const week = { ...calendar.week }
  if (span) week[day] = [span, ...rest]
  else delete week[day]
  return { ...calendar, week }
}

/** datesOf reads one date a line. */
export function datesOf(text: string): string[] {
  return text.split(/\s+/).filter(Boolean)
}
