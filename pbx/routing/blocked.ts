import { RE2JS } from 're2js'
import type { SnapshotBlockedCaller, SnapshotExtension, SnapshotOwnBlockedCaller } from '../directory/types.ts'
import type { Step } from './plan.ts'

/** Callers who hide their number. */
export const ANONYMOUS = 'anonymous'

type Rule = Pick<SnapshotBlockedCaller, 'number' | 'name' | 'action'> & { enabled?: boolean }
export type Callee = Pick<SnapshotExtension, 'number' | 'name' | 'blockedCallers'>

/** What decides about a caller; `own` when it is of the list of the extension. */
interface Standing {
  rule: Rule
  own: boolean
}

/**
 * What is said of a caller from outside, where an exception is a rule like the others: the number itself, then an exception that is
 * an expression, the longest beginning, and another expression. Of two that say as much, that of the extension. Undefined when nothing is.
 */
export function standing(company: readonly SnapshotBlockedCaller[], own: readonly SnapshotOwnBlockedCaller[] | undefined, number: string): Standing | undefined {
  const ours: Found = own && own.length > 0 ? look(own, number) : {}
  const theirs: Found = look(company, number)
  for (const level of ['whole', 'exception', 'beginning', 'expression'] as const) {
    const [mine, other] = [ours[level], theirs[level]]
    const longer = level === 'beginning' && mine !== undefined && other !== undefined && digitsOf(other.number).length > digitsOf(mine.number).length
    if (mine && !longer) return { rule: mine, own: true }
    if (other) return { rule: other, own: false }
  }
  return undefined
}

/** What the company says of a caller; undefined when nothing. */
export const ruleFor = (rules: readonly SnapshotBlockedCaller[], number: string): Rule | undefined => standing(rules, undefined, number)?.rule

/** What becomes of a caller whom nobody wants. */
export interface TurnedAway {
  reason: string
  /** It is the extension that wants no call of theirs. */
  own: boolean
  /** Without one: the mailbox of whoever was called. */
  step?: Step
}

/** Undefined for everybody who is put through. @param callee the extension that the call is for, when it is for one */
export function turnAway(company: readonly SnapshotBlockedCaller[], callee: Callee | undefined, number: string): TurnedAway | undefined {
  const found = standing(company, callee?.blockedCallers, number)
  if (!found || found.rule.action === 'allow') return undefined
  const { rule, own } = found
  const reason = `${number} is blocked by ${rule.number} (${rule.name})${own && callee ? `, of ${callee.number} (${callee.name})` : ''}`
  switch (rule.action) {
    case 'voicemail': return { reason, own }
    case 'not-in-service': return { reason, own, step: { kind: 'announcement', prompt: 'not-in-service', refusal: 'caller-blocked', reason } }
    case 'hold': return { reason, own, step: { kind: 'hold', reason: `${reason}, and held` } }
    default: return { reason, own, step: { kind: 'refuse', refusal: rule.action === 'busy' ? 'caller-blocked-busy' : 'caller-blocked', reason } }
  }
}

/** The exception that a caller is put through by, before the reason for what follows; empty when there is none. */
export function excepted(company: readonly SnapshotBlockedCaller[], callee: Callee | undefined, number: string): string {
  const found = standing(company, callee?.blockedCallers, number)
  if (found?.rule.action !== 'allow') return ''
  return `${number} is always put through, by ${found.rule.number} (${found.rule.name})${found.own && callee ? `, of ${callee.number} (${callee.name})` : ''}; `
}

interface Found {
  whole?: Rule | undefined
  exception?: Rule | undefined
  beginning?: Rule | undefined
  expression?: Rule | undefined
}

function look(rules: readonly Rule[], number: string): Found {
  const { expressions } = indexOf(rules, written)
  const whole = wholeOf(rules, written, number)
  if (number === ANONYMOUS) return { whole }
  // Carriers write numbers with and without the +.
  const plain = `+${digitsOf(number)}`
  const said = expressions.filter(({ fits }) => fits.matcher(plain).find()).map(({ rule }) => rule as Rule)
  return { whole, exception: said.find(({ action }) => action === 'allow'), beginning: beginningOf(rules, written, number), expression: said[0] }
}

const written = (rule: Rule): string | undefined => (rule.enabled === false ? undefined : rule.number)

/** Rules by the digits of whole numbers and of beginnings, and those that are expressions. */
interface Index {
  whole: Map<string, unknown>
  beginnings: Map<string, unknown>
  expressions: { fits: RE2JS; rule: unknown }[]
}

/** There may be thousands of rules, and every call from outside asks: each list of them is read through once. */
const indexes = new WeakMap<object, Index>()

/**
 * What says most of a caller's number: the number itself, then the longest beginning. Carriers write numbers with and without the +.
 *
 * @param rules always the same list as long as they are the same
 * @param of `+12025550123`, `+1202*` for all that begin so, or `anonymous` for who hides; undefined: it is passed over
 */
export function closest<T>(rules: readonly T[], of: (rule: T) => string | undefined, number: string): T | undefined {
  return wholeOf(rules, of, number) ?? beginningOf(rules, of, number)
}

function wholeOf<T>(rules: readonly T[], of: (rule: T) => string | undefined, number: string): T | undefined {
  return indexOf(rules, of).whole.get(digitsOf(number)) as T | undefined
}

function beginningOf<T>(rules: readonly T[], of: (rule: T) => string | undefined, number: string): T | undefined {
  if (number === ANONYMOUS) return undefined
  const { beginnings } = indexOf(rules, of)
  const caller = digitsOf(number)
  for (let length = caller.length; length >= 0; length -= 1) {
    const found = beginnings.get(caller.slice(0, length))
    if (found !== undefined) return found as T
  }
  return undefined
}

function indexOf<T>(rules: readonly T[], of: (rule: T) => string | undefined): Index {
  const before = indexes.get(rules)
  if (before) return before
  const index: Index = { whole: new Map(), beginnings: new Map(), expressions: [] }
  for (const rule of rules) {
    const ruled = of(rule)
    if (ruled === undefined) continue
    if (ruled.startsWith('/')) {
      index.expressions.push({ fits: RE2JS.compile(ruled.slice(1, -1)), rule })
      continue
    }
    const map = ruled.endsWith('*') ? index.beginnings : index.whole
    const digits = digitsOf(ruled)
    if (!map.has(digits)) map.set(digits, rule)
  }
  indexes.set(rules, index)
  return index
}

const digitsOf = (number: string): string => number.replace(/[+*]/g, '')
