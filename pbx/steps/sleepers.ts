import type { Call } from '../calls/call.ts'
import type { TerminationReason } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { Contact } from '../registrar/types.ts'

/** Phones of an extension that come while it is called: those that were woken for the call, and whatever else registers just then. */
export interface Sleepers {
  /** How many were told that somebody calls. */
  readonly told: Promise<number>
  /** Tells of each phone that comes from now on. Returns the way to stop. */
  listen(onContact: (contact: Contact) => void): () => void
}

/** Why no phone of an extension rings, that waking one may change. */
export const ASLEEP: ReadonlySet<string> = new Set<TerminationReason>(['not-registered', 'not-reachable'])

/** Undefined for whoever calls the own extension: that is no reason to wake the other phones. */
export function wakeSleepers(world: CallWorld, call: Call, extensionId: string): Sleepers | undefined {
  const { id: callId, rootId, tenantId, request: { caller } } = call
  if (caller.extensionId === extensionId) return undefined
  const told = world.wake({ tenantId, callId, rootId, extensionId, from: { number: caller.number, name: caller.name || null } })
  return {
    told,
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
