/** snoozeTimes are the usual times to come back, by the clock of a zone. */
export function snoozeTimes(now: Date, zone: string): { key: 'hour' | 'evening' | 'tomorrow' | 'week'; until: Date }[] {
  const local = wallClock(now, zone)
  const out: ReturnType<typeof snoozeTimes> = [{ key: 'hour', until: new Date(now.getTime() + 3_600_000) }]
  if (local.hour < 17) out.push({ key: 'evening', until: atClock(now, zone, 0, 18) })
  out.push({ key: 'tomorrow', until: atClock(now, zone, 1, 9) })
  out.push({ key: 'week', until: atClock(now, zone, (8 - local.weekday) % 7 || 7, 9) })
  return out
}

interface WallClock {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  weekday: number // 0 is Sunday
}

function wallClock(at: Date, zone: string): WallClock {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric',
  }).formatToParts(at)
  const get = (type: string) => Number(parts.find(p => p.type === type)?.value)
  const [year, month, day] = [get('year'), get('month'), get('day')]
  return { year, month, day, hour: get('hour'), minute: get('minute'), weekday: new Date(Date.UTC(year, month - 1, day)).getUTCDay() }
}

/** atClock is an hour of the clock some days ahead, whatever the zone does in between. */
function atClock(now: Date, zone: string, days: number, hour: number): Date {
  const { year, month, day } = wallClock(now, zone)
  return instantOf(Date.UTC(year, month - 1, day + days, hour), zone)
}

/** instantOf is the moment at which the clock of a zone shows what UTC shows at wanted. */
export function instantOf(wanted: number, zone: string): Date {
  let guess = wanted
  for (let n = 0; n < 2; n++) {
    const c = wallClock(new Date(guess), zone)
    guess += wanted - Date.UTC(c.year, c.month - 1, c.day, c.hour, c.minute)
  }
  return new Date(guess)
}
