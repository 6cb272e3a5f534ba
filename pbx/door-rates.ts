/** What calls cost, as the API sees it: a part of the door in `door.ts`. */
import type { Actor } from '../config/actor.ts'

/** What calls to numbers of one beginning cost. */
export interface Rate {
  /** Digits with the country code, without +. */
  prefix: string
  /** A minute. */
  price: number
  /** Seconds that are paid for at least, and in steps of which further ones are. */
  first: number
  then: number
  /** Of each call that is answered. */
  fee: number
  /** Milliseconds since the epoch. */
  validFrom: number
}

export interface DeckInfo {
  trunkId: string
  currency: string
  count: number
  importedAt: Date
}

/** What a call would cost over one trunk. */
export interface Quote {
  trunkId: string
  trunk: string
  /** Null: the trunk's list has none for the number. */
  rate: (Rate & { currency: string }) | null
  /** The first minute, with the fee. */
  firstMinute: number | null
}

export interface RatesDoor {
  /** Trunks that have a list. */
  list(actor: Actor): Promise<DeckInfo[]>
  /** Puts a list in the place of the one before. Refuses `unprocessable` for another currency than that of the other trunks. */
  replace(actor: Actor, trunkId: string, currency: string, rates: readonly Rate[]): Promise<DeckInfo>
  /** The rates themselves, by prefix. Refuses `not-found` for a trunk without any. */
  rates(actor: Actor, trunkId: string): Promise<{ currency: string; rates: Rate[] }>
  remove(actor: Actor, trunkId: string): Promise<void>
  /** Over every trunk with a list, the cheapest first. Refuses `unprocessable` for what is no whole number. */
  quote(actor: Actor, number: string): Quote[]
}
