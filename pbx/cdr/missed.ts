import type { CallView, Sought } from '../events/catalogue.ts'

/** How a call ends that somebody missed; whoever declined has not missed it. */
const MISSED: ReadonlySet<string> = new Set(['missed', 'busy', 'cancelled'])

/** Whom a call was for that nobody answered, in the order in which they were sought; nobody where somebody did. */
export function missedBy({ legs, termination, endedAt }: CallView, sought: readonly Sought[]): Sought[] {
  if (!MISSED.has(termination?.result ?? '') || legs.some(({ role, answeredAt }) => role === 'callee' && answeredAt !== null)) return []
  return sought.map((each) => ({ ...each, until: each.until ?? endedAt, ...(each.type === 'mailbox' && { left: termination?.reason === 'voicemail-left' }) }))
}
