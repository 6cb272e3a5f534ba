import type { SnapshotBlockedCaller } from '../directory/types.ts'

/** Callers who hide their number. */
export const ANONYMOUS = 'anonymous'

/**
 * What is said of a caller from outside: the rule that says most of its number, where an exception is a rule like the others.
 * Undefined when none does. Carriers write numbers with and without the +.
 */
export function ruleFor(rules: readonly SnapshotBlockedCaller[], number: string): SnapshotBlockedCaller | undefined {
  const caller = digitsOf(number)
  const fits = ({ number: ruled, enabled }: SnapshotBlockedCaller): boolean => {
    if (!enabled) return false
    if (number === ANONYMOUS || ruled === ANONYMOUS) return number === ruled
    return ruled.endsWith('*') ? caller.startsWith(digitsOf(ruled)) : caller === digitsOf(ruled)
  }
  return rules.filter(fits).toSorted((a, b) => digitsOf(b.number).length - digitsOf(a.number).length || Number(a.number.endsWith('*')) - Number(b.number.endsWith('*')))[0]
}

const digitsOf = (number: string): string => number.replace(/[+*]/g, '')
