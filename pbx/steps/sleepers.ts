import { within } from '../../config/within.ts'
import type { Call } from '../calls/call.ts'
import type { TerminationReason } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { Contact } from '../registrar/types.ts'

/** Phones of an extension that come while it is called: those that are woken for the call, and whatever else registers just then. */
export interface Sleepers {
  /** How many there are to wake; none when that is not known in time. Never rejects. */
  count(): Promise<number>
  /** Tells them that somebody calls. */
  wake(): void
  /** Tells of each phone that comes from now on. Returns the way to stop. */
  listen(onContact: (contact: Contact) => void): () => void
}

/** Why no phone of an extension rings, that waking one may change. */
export const ASLEEP: ReadonlySet<string> = new Set<TerminationReason>(['not-registered', 'not-reachable'])

/** A caller waits no longer than this for a database that is slow, in milliseconds. */
const PATIENCE_MS = 1_000

/** Undefined for whoever calls the own extension: that is no reason to wake the other phones. */
export function sleepersOf(world: CallWorld, call: Call, extensionId: string): Sleepers | undefined {
  const { id: callId, rootId, tenantId, request: { caller } } = call
  if (caller.extensionId === extensionId) return undefined
  return {
    count: async () => (await within(world.sleepers.count(tenantId, extensionId), PATIENCE_MS)) ?? 0,
    wake: () => void world.sleepers.wake({ tenantId, callId, rootId, extensionId, from: { number: caller.number, name: caller.name || null } }),
    listen: (onContact) =>
      world.events.subscribe((event) => {
        if (event.type !== 'registration.changed' || event.data.change !== 'added' || event.data.registration.extensionId !== extensionId) return
        const { id } = event.data.registration
        const contact = world.registrar.contactsOf(extensionId).find(({ bindingId }) => bindingId === id)
        // A phone that rings already, over another connection, would ring twice.
        if (!contact || contact.deviceId === caller.deviceId || call.legs.some(({ over, origin }) => !over && origin.deviceId === contact.deviceId)) return
        onContact(contact)
      }),
  }
}
