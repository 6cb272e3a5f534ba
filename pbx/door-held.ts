/** Where phones are, for those who ask over HELD (RFC 5985, RFC 6155): a part of the door in `door.ts`. */
import type { PersonActor } from '../config/actor.ts'

/** Whom a request means other than whoever sends it (RFC 6155). */
export interface HeldIdentity {
  kind: 'mac' | 'uri' | 'ip'
  value: string
}

export interface HeldPlace {
  /** PIDF-LO. */
  pidf: string
  /** The last part of the address under which the place is asked for. */
  token: string
  until: Date
}

/** `not-yours`: nobody is meant about whom it may ask. `unknown`: nothing is known of where that is. */
export type HeldAnswer = HeldPlace | 'not-yours' | 'unknown'

export interface Held {
  /** Where an address is; undefined: nobody of ours is there, or those who are may not ask. */
  at(address: string): Promise<HeldPlace | undefined>
  /** A phone by its SIP user name and password; undefined: it is none that may ask. */
  phone(username: string, password: string): { tenantId: string; deviceId: string } | undefined
  ofPhone(phone: { tenantId: string; deviceId: string }, identity: HeldIdentity | undefined): Promise<HeldAnswer>
  /** A program asks, about any phone of its tenant. */
  ofAny(actor: PersonActor, identity: HeldIdentity): Promise<HeldAnswer>
  /** PIDF-LO of what an address stands for; undefined: for nothing, or not any more. */
  read(token: string): Promise<string | undefined>
}
