// The time and the part of the flow that figures are of. It lives in the address, so that a
// view can be sent to a colleague.
import type { Queue } from '../api/types'

export const lengths = [7, 30, 90] as const

export interface Span {
  days: (typeof lengths)[number]
  platform?: string
  queue?: Queue
}

export function readSpan(search: string): Span {
  const given = new URLSearchParams(search)
  const queue = given.get('queue')
  return {
    days: lengths.find(n => String(n) === given.get('days')) ?? 30,
    platform: /^[a-z0-9_]{1,40}$/.test(given.get('platform') ?? '') ? (given.get('platform') ?? undefined) : undefined,
    queue: queue === 'smm' || queue === 'cm' ? queue : undefined,
  }
}

export function writeSpan({ days, platform, queue }: Span): string {
  const out = new URLSearchParams({ ...(days !== 30 && { days: String(days) }), ...(platform && { platform }), ...(queue && { queue }) })
  return out.toString()
}

/** steps cuts the time up to now into at most seven pieces of whole days, oldest first. */
export function steps(days: number, now: number): { from: string; to: string }[] {
  const day = 86_400_000
  const long = Math.ceil(days / 7) * day
  const count = Math.round((days * day) / long)
  return Array.from({ length: count }, (_, n) => ({
    from: new Date(now - (count - n) * long).toISOString(),
    to: new Date(now - (count - n - 1) * long).toISOString(),
  }))
}
