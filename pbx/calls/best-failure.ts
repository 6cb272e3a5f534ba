import type { InviteFailure } from '../sip/types.ts'

/**
 * The failure of a fork that tells the caller most (RFC 3261 §16.7 step 6): a 6xx decides at
 * once, then the lowest class; inside a class what a person said (busy) before what a network
 * said (not reachable).
 */
export function bestFailure(failures: readonly InviteFailure[]): InviteFailure | undefined {
  let best: InviteFailure | undefined
  for (const failure of failures) if (!best || rank(failure) < rank(best)) best = failure
  return best
}

/** Busy and declined come from a person or a phone in use; 401 and 407 are meant for us, so they say least. */
const WITHIN_CLASS = new Map([[486, 0], [603, 0], [480, 2], [408, 3], [503, 3], [401, 4], [407, 4]])

function rank(failure: InviteFailure): number {
  const klass = Math.floor(failure.status / 100)
  const order = klass === 6 ? 0 : klass
  return order * 10 + (WITHIN_CLASS.get(failure.status) ?? 1)
}
