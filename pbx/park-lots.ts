import { refuseWrong, type RefusalDetail } from '../config/errors.ts'
import type { Directory, SnapshotParkLot } from './directory/types.ts'
import type { ParkLotInput, ParkLots } from './door.ts'
import type { Parking } from './calls/parking.ts'
import { guardNumbered } from './numbered.ts'
import { deadEnd } from './routing/handling.ts'
import { holderOf, isSlot, MOST_SLOTS, slotsOf } from './routing/slots.ts'

/** Park lots, of which every slot must be free to dial and calls return to somebody. */
export function guardParkLots(directory: Directory, parking: Pick<Parking, 'list'>): ParkLots {
  const check = (tenantId: string, before: SnapshotParkLot | undefined, input: Partial<ParkLotInput>): void => {
    const snapshot = directory.snapshot()
    const details: RefusalDetail[] = []
    const number = (input.number ?? before?.number ?? '').trim()
    const slots = { firstSlot: (input.firstSlot ?? before?.firstSlot ?? '').trim(), lastSlot: (input.lastSlot ?? before?.lastSlot ?? '').trim() }
    const count = Number(slots.lastSlot) - Number(slots.firstSlot) + 1
    if (slots.firstSlot.length !== slots.lastSlot.length || count < 1) details.push({ field: 'lastSlot', message: `The last slot has as many digits as the first, ${slots.firstSlot}, and comes after it.` })
    else if (count > MOST_SLOTS) details.push({ field: 'lastSlot', message: `A lot has at most ${MOST_SLOTS} slots.` })
    else if (isSlot(slots, number)) details.push({ field: 'number', message: 'The number of the lot cannot be one of its slots.' })
    else {
      const other = snapshot.parkLotsOf(tenantId).find((lot) => lot.id !== before?.id && (isSlot(lot, slots.firstSlot) || isSlot(lot, slots.lastSlot) || isSlot(slots, lot.firstSlot) || isSlot(slots, lot.number) || isSlot(lot, number)))
      if (other) details.push({ field: 'firstSlot', message: `These numbers belong to the park lot ${other.number} (${other.name}).` })
      const taken = slotsOf(slots).find((slot) => holderOf(snapshot, tenantId, slot))
      if (taken !== undefined) details.push({ field: 'firstSlot', message: `${taken} is in use already, by ${holderOf(snapshot, tenantId, taken)!.name}.` })
    }
    if (typeof input.returnTo === 'string') {
      const why = input.returnTo.trim() === number || isSlot(slots, input.returnTo.trim()) ? 'Calls cannot return to the lot itself.' : deadEnd(snapshot, tenantId, input.returnTo)
      if (why !== undefined) details.push({ field: 'returnTo', message: why })
    }
    refuseWrong(details)
  }
  return {
    ...guardNumbered(directory.parkLots, { directory, find: (id) => directory.snapshot().parkLot(id), check }),
    parked: (actor) => parking.list(actor.tenantId).map(({ call: _call, left: _left, ...parked }) => parked),
  }
}
