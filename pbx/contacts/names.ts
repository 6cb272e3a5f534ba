/** The name of a contact in the place of what a carrier says of a caller. */
import type { Database } from '../../config/database/index.ts'
import { messageOf } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import { within } from '../../config/within.ts'
import type { ContactSettingsRow } from '../../migrations/tables.ts'
import { findContacts, nameOfFound } from './find.ts'

/** Of numbers that name none, until somebody sets another. */
export const STANDARD_COUNTRY = 'US'

// No call waits longer for a name.
const WAIT_MS = 1000
const SHOWN = 60

/** The name to show for a number; undefined: nobody knows it, the tenant shows none, or it cannot be found out in time. Never rejects. */
export type ContactName = (tenantId: string, number: string) => Promise<string | undefined>

/** Whether a contact has a number, shown or not. False when it cannot be found out in time. Never rejects. */
export type IsContact = (tenantId: string, number: string) => Promise<boolean>

export function createIsContact({ database, logger }: { database: Pick<Database, 'system'>; logger: Logger }): IsContact {
  return async (tenantId, number) => {
    if (!/\d/.test(number)) return false
    const found = database.system('contact of a caller', async (trx) => {
      const country = (await trx<ContactSettingsRow>('contact_settings').where({ tenant_id: tenantId }).first('country'))?.country
      return (await findContacts(trx, tenantId, number, country ?? STANDARD_COUNTRY)).some(({ sure }) => sure)
    }).catch((error: unknown) => {
      logger.warn({ tenant: tenantId, err: error }, `it was not found out whether a contact calls: ${messageOf(error)}`)
      return false
    })
    return (await within(found, WAIT_MS)) ?? false
  }
}

export function createContactNames({ database, logger }: { database: Pick<Database, 'system'>; logger: Logger }): ContactName {
  const find = (tenantId: string, number: string): Promise<string | undefined> => database.system('name of a caller', async (trx) => {
    const settings = (await trx<ContactSettingsRow>('contact_settings').where({ tenant_id: tenantId }).first('country', 'show_names')) as Pick<ContactSettingsRow, 'country' | 'show_names'> | undefined
    if (settings?.show_names === false) return undefined
    return nameOfFound(await findContacts(trx, tenantId, number, settings?.country ?? STANDARD_COUNTRY))?.slice(0, SHOWN)
  })
  return async (tenantId, number) => {
    if (!/\d/.test(number)) return undefined
    const found = find(tenantId, number).catch((error: unknown) => {
      logger.warn({ tenant: tenantId, err: error }, `no name was found for a caller: ${messageOf(error)}`)
      return undefined
    })
    return within(found, WAIT_MS)
  }
}
