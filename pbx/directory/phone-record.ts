import type { Actor } from '../../config/actor.ts'
import type { DeviceRow, PhoneRow } from '../../migrations/tables.ts'
import type { PhoneKey, ProvisionedPhoneInput } from '../door-phones.ts'

/** A phone that is set up from here, and its lines in order. */
export interface PhoneRecord {
  row: PhoneRow
  devices: DeviceRow[]
}

export interface PhoneRepository {
  list(actor: Actor): Promise<PhoneRecord[]>
  get(actor: Actor, id: string): Promise<PhoneRecord>
  /** Each line is a device of its extension. */
  create(actor: Actor, input: ProvisionedPhoneInput): Promise<PhoneRecord>
  update(actor: Actor, id: string, input: Partial<ProvisionedPhoneInput>, version?: number): Promise<PhoneRecord>
  remove(actor: Actor, id: string): Promise<void>
  setKeys(actor: Actor, ids: readonly string[], keys: PhoneKey[], check: (record: PhoneRecord) => void): Promise<number>
}
