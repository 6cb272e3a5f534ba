/** What a REGISTER does to the bindings (RFC 3261 §10.3 steps 6 and 7). Decides only: all of it is done, or nothing. */
import { Refusal } from '../../config/errors.ts'
import type { Binding } from './binding.ts'
import type { Wish, WishedContact } from './wish.ts'

export interface RegisterChanges {
  added: WishedContact[]
  refreshed: { binding: Binding; contact: WishedContact }[]
  removed: Binding[]
  /** Oldest contacts that make room for new ones. */
  replaced: Binding[]
}

/**
 * @param own the bindings of the device that asks: it changes these only, because other phones of
 *   the extension have credentials of their own
 * @param all those of the whole extension, which share `limit`
 * @param whenFull whether the oldest make room; those that do not answer do either way
 * @throws Refusal `conflict` when the request is older than what is stored, `forbidden` when it alone exceeds the limit, or there is no room
 */
export function decideRegister(
  wish: Wish,
  order: { callId: string; cseq: number },
  own: readonly Binding[],
  all: ReadonlySet<Binding>,
  { limit, whenFull }: { limit: number; whenFull: 'replace' | 'reject' },
): RegisterChanges {
  const changes: RegisterChanges = { added: [], refreshed: [], removed: [], replaced: [] }
  if (wish.kind === 'fetch') return changes
  if (wish.kind === 'forget-all') {
    for (const binding of own) refuseOlder(binding, order)
    changes.removed.push(...own)
    return changes
  }
  const kept = wish.contacts.filter((contact) => contact.expires > 0)
  if (kept.length > limit) throw new Refusal('forbidden', `At most ${limit} contacts may be registered.`)
  for (const contact of wish.contacts) {
    const binding = own.find((each) => each.key === contact.key)
    if (binding) refuseOlder(binding, order)
    if (contact.expires === 0) {
      if (binding) changes.removed.push(binding)
    } else if (binding) changes.refreshed.push({ binding, contact })
    else changes.added.push(contact)
  }
  const gone = new Set(changes.removed)
  const refreshed = new Set(changes.refreshed.map((each) => each.binding))
  const excess = all.size - gone.size + changes.added.length - limit
  if (excess > 0) {
    changes.replaced = [...all]
      .filter((binding) => !gone.has(binding) && !refreshed.has(binding))
      // One that does not answer goes before one that does.
      .sort((a, b) => Number(b.reachable === 'no') - Number(a.reachable === 'no') || a.updatedAt - b.updatedAt)
      .slice(0, excess)
    if (whenFull === 'reject' && changes.replaced.some((binding) => binding.reachable !== 'no')) throw new Refusal('forbidden', `No more than ${limit} may be registered, and they are`)
  }
  return changes
}

/** Step 7: with the same Call-ID the CSeq must be higher, else the whole request fails. */
function refuseOlder(binding: Binding, { callId, cseq }: { callId: string; cseq: number }): void {
  if (binding.callId === callId && cseq <= binding.cseq) {
    throw new Refusal('conflict', `CSeq ${cseq} is not higher than the last one, ${binding.cseq}`)
  }
}
