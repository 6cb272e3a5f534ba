/** Phones that are set up from here, as the API sees them: a part of the door in `door.ts`. */
import type { Actor } from '../config/actor.ts'
import type { Kept } from './door-kept.ts'

/** What a key of a phone does: an own line, the lamp and number of somebody, a number, a slot of parked calls, nothing. */
export type PhoneKeyType = 'line' | 'lamp' | 'speed-dial' | 'park' | 'empty'

export interface PhoneKey {
  type: PhoneKeyType
  /** The number; of a line which one, from 1. */
  value: string
  /** Beside the key; empty: as the phone says. */
  label: string
}

export type PhoneTransport = 'udp' | 'tcp' | 'tls'

export interface PhoneModel {
  id: string
  name: string
  /** Accounts it registers at most. */
  lines: number
  /** Keys beside its display that are set from here, over all their pages. */
  keys: number
}

export interface PhoneVendor {
  id: string
  name: string
  /** It has no MAC address: an app. */
  soft: boolean
  models: readonly PhoneModel[]
  /** The file it asks for behind the address it is given; `{mac}` is its MAC address. */
  file: string
  /** How its address is entered there, a sentence. */
  howTo: string
  /** The option of DHCP by which it is told its address, and what is written behind that: it puts its MAC address in there itself. */
  dhcp: { option: number; suffix: string } | null
}

export interface ProvisionedPhone {
  id: string
  name: string
  vendor: string
  model: string
  /** Twelve digits in lower case; null for an app. */
  mac: string | null
  /** Extensions, in the order of its lines. */
  lines: string[]
  /** Their devices, in the same order. */
  deviceIds: string[]
  /** In the order of the keys; empty: a key for each line. */
  keys: PhoneKey[]
  transport: PhoneTransport
  /** Null: the tenant's. */
  timeZone: string | null
  language: string
  /** From where it may fetch its settings; empty: from anywhere. */
  networks: string[]
  /** Whether it has the settings as they are now; `never`: it has fetched none. */
  state: 'never' | 'current' | 'behind'
  fetch: { at: Date; address: string; userAgent: string; file: string } | null
  /** When it was asked to fetch them, and what it answered; null status: it did not. */
  told: { at: Date; status: number | null } | null
  /** A link for its first settings is good until then; `usedFrom`: where it was used already. */
  link: { until: Date; usedFrom: string | null } | null
  version: number
  createdAt: Date
  updatedAt: Date
}

export interface ProvisionedPhoneInput {
  name: string
  vendor: string
  model: string
  mac?: string | null
  lines: string[]
  keys?: PhoneKey[]
  transport?: PhoneTransport
  timeZone?: string | null
  language?: string
  networks?: string[]
}

/** What asking a phone to fetch its settings came to. `waiting`: it is in a call, and is asked when that is over. */
export interface PhoneAsked {
  outcome: 'taken' | 'refused' | 'waiting' | 'not-registered'
  status: number | null
}

/** For a while phones of these networks get their first settings by their MAC address. */
export interface PhoneOpening {
  until: Date
  networks: string[]
  /** Who opened it. */
  by: string
}

export interface ProvisionRequest {
  token: string
  file: string
  address: string
  userAgent: string
  /** Scheme and host under which phones reach us. */
  origin: string
}

export interface PhonesDoor extends Kept<ProvisionedPhone, ProvisionedPhoneInput> {
  vendors(): readonly PhoneVendor[]
  /** One address for all phones that are added and have no settings yet; another one makes the one before void. */
  opening: {
    get(actor: Actor): Promise<PhoneOpening | null>
    open(actor: Actor, wish: { hours: number; networks: string[] }): Promise<PhoneOpening & { token: string }>
    close(actor: Actor): Promise<void>
  }
  /** The same keys for many; audited for each. */
  setKeys(actor: Actor, ids: readonly string[], keys: PhoneKey[]): Promise<number>
  /** A link for the first settings, good for three days and for one address. The one before is void. */
  makeLink(actor: Actor, id: string): Promise<{ token: string; file: string; until: Date }>
  /** What its own administrator signs in with; audited. */
  adminPassword(actor: Actor, id: string): Promise<string>
  /** Asks it to fetch its settings, or to start again, when it is in no call. */
  ask(actor: Actor, id: string, restart: boolean): Promise<PhoneAsked>
  /** Its settings as it would get them now, without passwords and links. */
  preview(actor: Actor, id: string): Promise<{ file: string; text: string }>
  /** What a phone asks for; undefined, always for the same no, when there is nothing for it. */
  serve(request: ProvisionRequest): Promise<{ type: string; text: string } | undefined>
}
