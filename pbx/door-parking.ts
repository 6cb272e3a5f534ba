/** Parking as the API sees it: a part of the door in `door.ts`. */
import type { Actor } from '../config/actor.ts'
import type { Kept } from './door-kept.ts'

/** A place where calls wait until somebody fetches them from any phone. */
export interface ParkLot {
  id: string
  /** Calls that are transferred here get the first free slot. */
  number: string
  name: string
  /** The slots, as they are dialled to fetch a call. */
  firstSlot: string
  lastSlot: string
  /** Seconds after which a call returns. */
  timeoutSeconds: number
  /** Where it returns to; null: to who parked it. */
  returnTo: string | null
  enabled: boolean
  version: number
  createdAt: Date
  updatedAt: Date
}

export type ParkLotInput = Pick<ParkLot, 'number' | 'name' | 'firstSlot' | 'lastSlot'> & Partial<Pick<ParkLot, 'timeoutSeconds' | 'returnTo' | 'enabled'>>

/** A call in a slot. */
export interface ParkedCall {
  lotId: string
  slot: string
  callId: string
  /** Who waits. */
  number: string
  name: string | null
  /** Who parked it; null: nobody of the house. */
  by: { number: string; extensionId: string | null } | null
  /** Milliseconds since the epoch. */
  since: number
  /** When it returns. */
  until: number
}

export interface ParkLots extends Kept<ParkLot, ParkLotInput> {
  /** The calls that wait now, by slot. */
  parked(actor: Actor): ParkedCall[]
}
