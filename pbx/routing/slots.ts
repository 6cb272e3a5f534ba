import type { DirectorySnapshot, SnapshotParkLot } from '../directory/types.ts'

/** Slots of one lot. */
export const MOST_SLOTS = 200

/** Whether a number is a slot of this lot. */
export function isSlot({ firstSlot, lastSlot }: Pick<SnapshotParkLot, 'firstSlot' | 'lastSlot'>, number: string): boolean {
  return number.length === firstSlot.length && /^[0-9]+$/.test(number) && number >= firstSlot && number <= lastSlot
}

/** All slots of a lot, in order. */
export function slotsOf({ firstSlot, lastSlot }: Pick<SnapshotParkLot, 'firstSlot' | 'lastSlot'>): string[] {
  const [first, last] = [Number(firstSlot), Number(lastSlot)]
  return Array.from({ length: Math.min(MOST_SLOTS, Math.max(0, last - first + 1)) }, (_, index) => String(first + index).padStart(firstSlot.length, '0'))
}

/** Who else answers at a number, before a slot does: a call that waited there could not be fetched. */
export function holderOf(snapshot: DirectorySnapshot, tenantId: string, number: string): { name: string } | undefined {
  return snapshot.extensionByNumber(tenantId, number) ?? snapshot.ringGroupByNumber(tenantId, number) ?? snapshot.scheduleByNumber(tenantId, number)
    ?? snapshot.attendantByNumber(tenantId, number) ?? snapshot.conferenceByNumber(tenantId, number) ?? snapshot.pagingGroupByNumber(tenantId, number) ?? snapshot.applicationByNumber(tenantId, number)
}
