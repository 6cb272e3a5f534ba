import type { Actor } from '../../config/actor.ts'
import type { Clock } from '../../config/clock.ts'
import type { Database, Transaction } from '../../config/database/index.ts'
import { refuseWrong, type RefusalDetail } from '../../config/errors.ts'
import { randomToken } from '../../config/ids.ts'
import { createNetworkSet } from '../../config/network-set.ts'
import type { PhoneOpeningRow, PhoneRow } from '../../migrations/tables.ts'
import { hashOfToken } from '../directory/credentials.ts'
import type { PhoneOpening, PhonesDoor } from '../door-phones.ts'
import { checkNetworks } from './check.ts'

const HOUR = 3_600_000
const MOST_HOURS = 168
const LINK_BYTES = 18

/** Opens the house to phones that are added already, and have no settings yet, by one address for all of a network. */
export function createOpening(database: Database, clock: Clock): PhonesDoor['opening'] {
  const show = (row: PhoneOpeningRow | undefined): PhoneOpening | null => (row && row.until.getTime() > clock.now() ? { until: row.until, networks: row.networks, by: row.opened_by } : null)
  const current = async (trx: Transaction): Promise<PhoneOpening | null> => show((await trx<PhoneOpeningRow>('phone_openings').first()) as PhoneOpeningRow | undefined)
  return {
    get: (actor) => database.read(actor, current),
    async open(actor: Actor, { hours, networks }) {
      const details: RefusalDetail[] = []
      const wrong = (field: string, message: string): void => void details.push({ field, message })
      const checked = checkNetworks(networks, wrong)
      if (checked.length === 0) wrong('networks', 'Name the network of the phones, such as 192.0.2.0/24.')
      if (!Number.isInteger(hours) || hours < 1 || hours > MOST_HOURS) wrong('hours', `It is open for 1 to ${MOST_HOURS} hours.`)
      refuseWrong(details)
      const token = randomToken(LINK_BYTES)
      const until = new Date(clock.now() + hours * HOUR)
      await database.change(actor, async (trx) => {
        const row = { tenant_id: actor.tenantId, secret_hash: hashOfToken(token), until, networks: checked, opened_by: actor.name, created_at: new Date(clock.now()) }
        await trx('phone_openings').insert(row).onConflict('tenant_id').merge()
        return { result: undefined, audit: { action: 'phone-opening.open', subjectType: 'tenant', subjectId: actor.tenantId, after: { until, networks: checked } } }
      })
      return { token, until, networks: checked, by: actor.name }
    },
    close: (actor) => database.change(actor, async (trx) => {
      const before = await current(trx)
      await trx('phone_openings').delete()
      return { result: undefined, audit: { action: 'phone-opening.close', subjectType: 'tenant', subjectId: actor.tenantId, before } }
    }),
  }
}

/** A file that tells the MAC address of whoever asks; what is asked for besides tells nothing, as all phones of a vendor ask for it. */
const TELLS = /^(?:(?:cfg|dialplane-|snom[A-Za-z0-9]+-)?([0-9a-f]{12})(?:-directory)?\.(?:cfg|xml|htm)|phonebook\.xml)$/i

/**
 * The phone that asks by the address that all are given; `no`: it is open to nobody there, or has no phone with this MAC address;
 * `nothing`: what is asked for is nobody's.
 */
export async function phoneByOpening(trx: Transaction, hash: Buffer, file: string, address: string, now: Date): Promise<PhoneRow | 'no' | 'nothing'> {
  const opening = (await trx<PhoneOpeningRow>('phone_openings').where({ secret_hash: hash }).first()) as PhoneOpeningRow | undefined
  if (!opening || opening.until <= now || createNetworkSet(opening.networks).covering(address) === undefined) return 'no'
  const told = TELLS.exec(file)
  if (!told?.[1]) return 'nothing'
  const row = (await trx<PhoneRow>('phones').where({ tenant_id: opening.tenant_id, mac: told[1].toLowerCase() }).first()) as PhoneRow | undefined
  return row && mayFetch(row, address, now) ? row : 'no'
}

/** It has no settings yet, or is to get them anew; and who began here may ask again until it uses its own link. */
function mayFetch(row: PhoneRow, address: string, now: Date): boolean {
  if (row.opened_from !== null) return row.opened_from === address
  const awaited = row.link_hash !== null && row.link_address === null && row.link_until !== null && row.link_until > now
  return awaited || (row.served_hash === null && row.link_address === null)
}
