import type { SnapshotBlockedCaller } from '../directory/types.ts'

/** Callers who hide their number. */
export const ANONYMOUS = 'anonymous'

/** What is said of a caller from outside, where an exception is a rule like the others. Undefined when nothing is. */
export function ruleFor(rules: readonly SnapshotBlockedCaller[], number: string): SnapshotBlockedCaller | undefined {
  return closest(rules.filter(({ enabled }) => enabled), (rule) => rule.number, number)
}

/**
 * What says most of a caller's number: the number itself, then the longest beginning. Carriers write numbers with and without the +.
 *
 * @param written `+12025550123`, `+1202*` for all that begin so, or `anonymous` for who hides
 */
export function closest<T>(rules: readonly T[], written: (rule: T) => string, number: string): T | undefined {
  const caller = digitsOf(number)
  const fits = (rule: T): boolean => {
    const ruled = written(rule)
    if (number === ANONYMOUS || ruled === ANONYMOUS) return number === ruled
    return ruled.endsWith('*') ? caller.startsWith(digitsOf(ruled)) : caller === digitsOf(ruled)
  }
  const length = (rule: T): number => digitsOf(written(rule)).length
  return rules.filter(fits).toSorted((a, b) => length(b) - length(a) || Number(written(a).endsWith('*')) - Number(written(b).endsWith('*')))[0]
}

const digitsOf = (number: string): string => number.replace(/[+*]/g, '')
