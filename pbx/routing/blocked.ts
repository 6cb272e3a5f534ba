import type { SnapshotBlockedCaller } from '../directory/types.ts'
import type { Step } from './plan.ts'

/** Callers who hide their number. */
export const ANONYMOUS = 'anonymous'

/** What is said of a caller from outside, where an exception is a rule like the others. Undefined when nothing is. */
export function ruleFor(rules: readonly SnapshotBlockedCaller[], number: string): SnapshotBlockedCaller | undefined {
  return closest(rules, (rule) => (rule.enabled ? rule.number : undefined), number)
}

/** What becomes of a caller from outside whom nobody wants: a step, or without one the mailbox of whoever was called. Undefined for everybody else. */
export function turnAway(rules: readonly SnapshotBlockedCaller[], number: string): { reason: string; step?: Step } | undefined {
  const rule = ruleFor(rules, number)
  if (!rule || rule.action === 'allow') return undefined
  const reason = `${number} is blocked by ${rule.number} (${rule.name})`
  if (rule.action === 'voicemail') return { reason }
  if (rule.action === 'not-in-service') return { reason, step: { kind: 'announcement', prompt: 'not-in-service', refusal: 'caller-blocked', reason } }
  return { reason, step: { kind: 'refuse', refusal: rule.action === 'busy' ? 'caller-blocked-busy' : 'caller-blocked', reason } }
}

/** Rules by the digits of whole numbers and of beginnings. */
interface Index {
  whole: Map<string, unknown>
  beginnings: Map<string, unknown>
}

/** There may be thousands of rules, and every call from outside asks: each list of them is read through once. */
const indexes = new WeakMap<object, Index>()

/**
 * What says most of a caller's number: the number itself, then the longest beginning. Carriers write numbers with and without the +.
 *
 * @param rules always the same list as long as they are the same
 * @param written `+12025550123`, `+1202*` for all that begin so, or `anonymous` for who hides; undefined: it is passed over
 */
export function closest<T>(rules: readonly T[], written: (rule: T) => string | undefined, number: string): T | undefined {
  const { whole, beginnings } = indexes.get(rules) ?? indexOf(rules, written)
  const caller = digitsOf(number)
  const own = whole.get(caller)
  if (own !== undefined || number === ANONYMOUS) return own as T | undefined
  for (let length = caller.length; length >= 0; length -= 1) {
    const found = beginnings.get(caller.slice(0, length))
    if (found !== undefined) return found as T
  }
  return undefined
}

function indexOf<T>(rules: readonly T[], written: (rule: T) => string | undefined): Index {
  const index: Index = { whole: new Map(), beginnings: new Map() }
  for (const rule of rules) {
    const ruled = written(rule)
    if (ruled === undefined) continue
    const map = ruled.endsWith('*') ? index.beginnings : index.whole
    const digits = digitsOf(ruled)
    if (!map.has(digits)) map.set(digits, rule)
  }
  indexes.set(rules, index)
  return index
}

const digitsOf = (number: string): string => number.replace(/[+*]/g, '')
