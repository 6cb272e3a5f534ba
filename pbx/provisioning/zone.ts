/** Time zones as phones take them: an offset and the rule by which summer time comes and goes, found by asking the zone itself. */

/** The n-th such weekday of a month at an hour of local time. */
export interface Switch {
  /** From 1. */
  month: number
  /** 1 to 4; 5: the last. */
  week: number
  /** 0: Sunday. */
  weekday: number
  hour: number
  minute: number
}

export interface Zone {
  name: string
  /** Minutes east of Greenwich, without summer time. */
  offset: number
  /** Undefined: none this year. */
  summer: { minutes: number; start: Switch; end: Switch } | undefined
}

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** @param year whose rule it is */
export function zoneOf(name: string, year: number): Zone {
  const january = offsetAt(name, Date.UTC(year, 0, 1, 12))
  const changes = changesOf(name, year)
  const [first, second] = changes
  if (!first || !second || changes.length > 2 || second.to !== january) return { name, offset: offsetAt(name, Date.UTC(year, 11, 31, 12)), summer: undefined }
  const [start, end] = first.to > first.from ? [first, second] : [second, first]
  return { name, offset: start.from, summer: { minutes: start.to - start.from, start: switchOf(start.at, start.from), end: switchOf(end.at, end.from) } }
}

/** As POSIX writes it (IEEE 1003.1, TZ): west is positive there. */
export function posixOf({ offset, summer }: Zone): string {
  const standard = `STD${posixOffset(-offset)}`
  if (!summer) return standard
  const rule = ({ month, week, weekday, hour, minute }: Switch): string => `M${month}.${week}.${weekday}/${hour}${minute === 0 ? '' : `:${two(minute)}`}`
  return `${standard}DST${posixOffset(-offset - summer.minutes)},${rule(summer.start)},${rule(summer.end)}`
}

/** `+01:00` */
export function clockOffset(minutes: number): string {
  return `${minutes < 0 ? '-' : '+'}${two(Math.trunc(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`
}

export const two = (number: number): string => String(number).padStart(2, '0')

function posixOffset(minutes: number): string {
  const rest = Math.abs(minutes) % 60
  return `${minutes < 0 ? '-' : ''}${Math.trunc(Math.abs(minutes) / 60)}${rest === 0 ? '' : `:${two(rest)}`}`
}

const formats = new Map<string, Intl.DateTimeFormat>()

function offsetAt(name: string, at: number): number {
  let format = formats.get(name)
  if (!format) formats.set(name, (format = new Intl.DateTimeFormat('en-US', { timeZone: name, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' })))
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
  return Math.round((Date.UTC(part['year'] ?? 0, (part['month'] ?? 1) - 1, part['day'], part['hour'], part['minute']) - at) / 60_000)
}

/** Every moment of the year at which the offset changes. */
function changesOf(name: string, year: number): { at: number; from: number; to: number }[] {
  const changes = []
  let before = offsetAt(name, Date.UTC(year, 0, 1))
  for (let day = Date.UTC(year, 0, 1); day < Date.UTC(year + 1, 0, 1); day += DAY) {
    const after = offsetAt(name, day + DAY)
    if (after === before) continue
    let [low, high] = [day, day + DAY]
    while (high - low > 60_000) {
      const middle = low + Math.floor((high - low) / 120_000) * 60_000
      if (offsetAt(name, middle) === before) low = middle
      else high = middle
    }
    changes.push({ at: high, from: before, to: after })
    before = after
  }
  return changes
}

/** @param offset that of the clocks on the wall just before */
function switchOf(at: number, offset: number): Switch {
  const local = new Date(at + offset * 60_000)
  const day = local.getUTCDate()
  const lastDay = new Date(Date.UTC(local.getUTCFullYear(), local.getUTCMonth() + 1, 0)).getUTCDate()
  return { month: local.getUTCMonth() + 1, week: day + 7 > lastDay ? 5 : Math.ceil(day / 7), weekday: local.getUTCDay(), hour: local.getUTCHours(), minute: local.getUTCMinutes() }
}
