import type { Call } from './call.ts'
import { shownAs } from './hidden.ts'
import type { SnapshotParkLot } from '../directory/types.ts'
import type { ParkedCall } from '../door.ts'
import type { Events } from '../events/events.ts'
import { slotsOf } from '../routing/slots.ts'

/** A call that waits in a slot. */
export interface Parked extends ParkedCall {
  call: Call
  /** Aborted when it waits there no longer: the music stops. */
  left: AbortController
}

/** Which slots are taken: by calls that wait, and by phones that are about to bring one. One at a time, in one process. */
export interface Parking {
  /** A free slot for a phone that will bring a call; undefined when all are taken. Frees itself with `release`. */
  reserve(lot: SnapshotParkLot, holder: string): string | undefined
  release(tenantId: string, slot: string, holder: string): void
  /**
   * Takes a slot for a call: this one, or the first free one. What the same holder has reserved counts as free.
   * Undefined when it is taken, or none is free.
   */
  park(lot: SnapshotParkLot, slot: string | null, holder: string | null, call: Call, by: ParkedCall['by'], now: number): Parked | undefined
  at(tenantId: string, slot: string): Parked | undefined
  /** Somebody fetched it, it returned, or it ended. False when it was gone already. */
  leave(parked: Parked): boolean
  list(tenantId: string): Parked[]
}

type Place = { holder: string } | Parked

/**
 * @param isTaken whether a slot is somebody's number by now, an extension's say: nobody could fetch a call from it
 * @param events told `park.changed` at every change, for lamps and lists
 */
export function createParking(events: Events, isTaken: (tenantId: string, slot: string) => boolean): Parking {
  const places = new Map<string, Map<string, Place>>()
  const of = (tenantId: string): Map<string, Place> => {
    const known = places.get(tenantId) ?? new Map<string, Place>()
    places.set(tenantId, known)
    return known
  }
  const isFree = (place: Place | undefined, holder: string | null): boolean => place === undefined || ('holder' in place && place.holder === holder)
  const firstFree = (lot: SnapshotParkLot): string | undefined => slotsOf(lot).find((one) => !of(lot.tenantId).has(one) && !isTaken(lot.tenantId, one))
  const tell = (tenantId: string, lotId: string, slot: string, parked: Parked | null): void =>
    events.emit('park.changed', tenantId, { lotId, slot, parked: parked && { callId: parked.callId, number: parked.number, name: parked.name, since: parked.since } })

  return {
    reserve(lot, holder) {
      const slot = firstFree(lot)
      if (slot !== undefined) of(lot.tenantId).set(slot, { holder })
      return slot
    },
    release(tenantId, slot, holder) {
      const place = of(tenantId).get(slot)
      if (place && 'holder' in place && place.holder === holder) of(tenantId).delete(slot)
    },
    park(lot, wanted, holder, call, by, now) {
      const taken = of(lot.tenantId)
      const slot = wanted === null ? firstFree(lot) : isFree(taken.get(wanted), holder) ? wanted : undefined
      if (slot === undefined) return undefined
      const { number, name } = shownAs(call.caller)
      const parked: Parked = { lotId: lot.id, slot, callId: call.id, call, number, name, by, since: now, until: now + lot.timeoutSeconds * 1000, left: new AbortController() }
      taken.set(slot, parked)
      tell(lot.tenantId, lot.id, slot, parked)
      return parked
    },
    at(tenantId, slot) {
      const place = of(tenantId).get(slot)
      return place && 'call' in place ? place : undefined
    },
    leave(parked) {
      const { tenantId } = parked.call
      if (of(tenantId).get(parked.slot) !== parked) return false
      of(tenantId).delete(parked.slot)
      parked.left.abort()
      tell(tenantId, parked.lotId, parked.slot, null)
      return true
    },
    list: (tenantId) => [...of(tenantId).values()].filter((place): place is Parked => 'call' in place).toSorted((a, b) => a.slot.localeCompare(b.slot)),
  }
}
