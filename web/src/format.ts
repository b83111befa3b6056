// Times and numbers as people of a language read them.
import { useMemo } from 'react'
import { usePreferences } from './preferences'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

export function formats(language: string, zone: string) {
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' })
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short', timeZone: zone })
  const short = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', timeZone: zone })
  const clock = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', timeZone: zone })
  const number = new Intl.NumberFormat(language)
  const compact = new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 })
  const dollars = new Intl.NumberFormat(language, { style: 'currency', currency: 'USD', maximumFractionDigits: 4 })
  const hours = new Intl.NumberFormat(language, { style: 'unit', unit: 'hour', unitDisplay: 'narrow', maximumFractionDigits: 1 })
  const dateOnly = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', timeZone: 'UTC' })
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 })
  const languages = new Intl.DisplayNames(language, { type: 'language', fallback: 'code' })
  return {
    /** moment: "25 Nov 2026, 16:04" */
    moment: (at: string) => date.format(new Date(at)),
    /** date: "25 Nov", of a day that is given as one */
    date: (day: string) => dateOnly.format(new Date(day)),
    day: (at: string) => short.format(new Date(at)),
    clock: (at: string) => clock.format(new Date(at)),
    /** ago: how far a time lies before or after now, in its largest unit */
    ago(at: string, now: number) {
      const span = new Date(at).getTime() - now
      const size = Math.abs(span)
      if (size < hour) return relative.format(Math.round(span / minute), 'minute')
      if (size < day) return relative.format(Math.round(span / hour), 'hour')
      return relative.format(Math.round(span / day), 'day')
    },
    number: (n: number) => number.format(n),
    compact: (n: number) => compact.format(n),
    hours: (n: number) => hours.format(n),
    dollars: (n: number) => dollars.format(n),
    /** money of millionths of a US dollar */
    money: (micro: number) => dollars.format(micro / 1e6),
    percent: (share: number) => percent.format(share),
    language(tag: string) {
      try {
        return languages.of(tag) ?? tag
      } catch {
        return tag // what a platform told is not always a tag
      }
    },
  }
}

export function useFormats() {
  const { language, zone } = usePreferences()
  return useMemo(() => formats(language, zone), [language, zone])
}
