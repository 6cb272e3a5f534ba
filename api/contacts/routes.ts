/** Contacts, and whose number it is. */
import { z } from 'zod'
import type { AuditEntry, Transaction } from '../../config/database/index.ts'
import { Refusal } from '../../config/errors.ts'
import type { ContactNumberRow } from '../../migrations/tables.ts'
import { readNumber } from '../../pbx/index.ts'
import { defineFileRoute, defineRoute } from '../http/define-route.ts'
import { done, idParams, one, pageOf, pagination, Success } from '../http/envelope.ts'
import { given } from '../http/fields.ts'
import { contactsAsCsv, readContacts } from './csv.ts'
import { importContacts } from './import.ts'
import { incomingRoutes } from './incoming-routes.ts'
import { auditOf, changeContact, findContact, insertContact, listContacts, matchContacts, presentContact, settingsOf, type KeptContact, type Settings } from './repository.ts'
import { Contact, ContactCreate, ContactImport, ContactImportReport, ContactMatch, ContactQuery, ContactSettings, ContactSettingsUpdate, ContactUpdate, CSV_MAX, MatchQuery } from './schemas.ts'

const tag = 'Contacts'

const auditing = (verb: string, id: string, before?: KeptContact, after?: KeptContact): AuditEntry =>
  ({ action: `contact.${verb}`, subjectType: 'contact', subjectId: id, ...(before && { before: auditOf(before) }), ...(after && { after: auditOf(after) }) })

const list = defineRoute({
  method: 'get', path: '/contacts', operationId: 'listContacts', summary: 'Contacts, by name', tag, permission: 'contacts.read', query: ContactQuery, response: pageOf(Contact),
  async handle({ world, actor, query }) {
    const { rows, total } = await world.database.read(actor, (trx) => listContacts(trx, query))
    return { data: rows, pagination: pagination(total, query) }
  },
})

const match = defineRoute({
  method: 'get', path: '/contacts/match', operationId: 'matchContacts', summary: 'Whose number it is', description: 'However the number is written on either side. Several may have it; nobody has it when the list is empty. At most 20.',
  tag, permission: 'contacts.read', query: MatchQuery, response: z.object({ data: z.array(ContactMatch) }),
  handle: async ({ world, actor, query }) => ({ data: await world.database.read(actor, (trx) => matchContacts(trx, actor.tenantId, query.number)) }),
})

const exportAll = defineFileRoute({
  method: 'get', path: '/contacts/export.csv', operationId: 'exportContacts', summary: 'All contacts as CSV, as the import reads it', tag, permission: 'contacts.manage', file: 'text/csv; charset=utf-8',
  async handle({ world, actor }) {
    await world.database.change(actor, () => Promise.resolve({ result: undefined, audit: { action: 'contact.export', subjectType: 'contact', subjectId: actor.tenantId } }))
    return { bytes: undefined, ranges: false, attachment: true, name: 'contacts.csv', read: () => contactsAsCsv((work) => world.database.read(actor, work)), close: () => Promise.resolve() }
  },
})

/** Ends the transaction of a trial. */
class Trial extends Error {}

const importAll = defineRoute({
  method: 'post', path: '/contacts/import', operationId: 'importContacts', summary: 'Make and change many contacts from CSV, all or none', description: 'A contact is known by its external id; without one, by its name together with one of its numbers, or by its name alone when it has none. What the file has no column for stays as it is, and so do numbers that it does not name.',
  tag, permission: 'contacts.manage', body: ContactImport, bodyMax: CSV_MAX + 1_000_000, response: one(ContactImportReport),
  async handle({ world, actor, body }) {
    const { lines, errors } = readContacts(body.csv)
    let counts = { created: 0, updated: 0, unchanged: 0 }
    if (errors.length > 0) return { data: { ...counts, errors } }
    try {
      await world.database.change(actor, async (trx) => {
        counts = await importContacts(trx, actor.tenantId, lines, (await settingsOf(trx)).country)
        if (body.trial) throw new Trial()
        return { result: undefined, audit: { action: 'contact.import', subjectType: 'contact', subjectId: actor.tenantId, after: counts } }
      })
    } catch (error) {
      if (!(error instanceof Trial)) throw error
    }
    return { data: { ...counts, errors } }
  },
})

const getSettings = defineRoute({
  method: 'get', path: '/contacts/settings', operationId: 'getContactSettings', summary: 'How contacts are used', tag, permission: 'contacts.read', response: one(ContactSettings),
  handle: async ({ world, actor }) => ({ data: await world.database.read(actor, settingsOf) }),
})

const setSettings = defineRoute({
  method: 'patch', path: '/contacts/settings', operationId: 'updateContactSettings', summary: 'Change how contacts are used', description: 'With another country the numbers of all contacts are read again.', tag, permission: 'contacts.manage', body: ContactSettingsUpdate, versioned: true, response: one(ContactSettings),
  async handle({ world, actor, body: { version, ...input }, ifMatch }) {
    const read = ifMatch ?? version
    return {
      data: await world.database.change(actor, async (trx) => {
        // Two who change them at once come one after the other.
        await trx('contact_settings').insert({ tenant_id: actor.tenantId, version: 0 }).onConflict('tenant_id').ignore()
        await trx('contact_settings').forUpdate().first()
        const before = await settingsOf(trx)
        if (read !== undefined && read !== before.version) throw new Refusal('conflict', 'Somebody else has changed these settings meanwhile. Load them again.')
        const after = { ...before, ...given(input) }
        await trx('contact_settings').update({ country: after.country, show_names: after.showNames, record_url: after.recordUrl, version: before.version + 1, updated_at: trx.fn.now() })
        if (after.country !== before.country) await readAgain(trx, after.country)
        return { result: await settingsOf(trx), audit: { action: 'contact-settings.update', subjectType: 'contact-settings', subjectId: actor.tenantId, before: plain(before), after: plain(after) } }
      }),
    }
  },
})

const plain = ({ country, showNames, recordUrl }: Settings) => ({ country, showNames, recordUrl })

async function readAgain(trx: Transaction, country: string): Promise<void> {
  const rows = (await trx<ContactNumberRow>('contact_numbers').select('contact_id', 'position', 'written', 'e164', 'digits')) as ContactNumberRow[]
  for (const { contact_id, position, written, e164, digits } of rows) {
    const read = readNumber(written, country)
    if (read && (read.e164 !== e164 || read.digits !== digits)) await trx('contact_numbers').where({ contact_id, position }).update(read)
  }
}

const create = defineRoute({
  method: 'post', path: '/contacts', operationId: 'createContact', summary: 'Add a contact', tag, permission: 'contacts.write', body: ContactCreate, status: 201, response: one(Contact),
  handle: async ({ world, actor, body }) => ({
    data: await world.database.change(actor, async (trx) => {
      const settings = await settingsOf(trx)
      const contact = await findContact(trx, await insertContact(trx, actor.tenantId, body, settings.country))
      return { result: presentContact(contact, settings), audit: auditing('create', contact.id, undefined, contact) }
    }),
  }),
})

const get = defineRoute({
  method: 'get', path: '/contacts/{id}', operationId: 'getContact', summary: 'One contact', tag, permission: 'contacts.read', params: idParams, response: one(Contact),
  handle: async ({ world, actor, params }) => ({ data: await world.database.read(actor, async (trx) => presentContact(await findContact(trx, params.id), await settingsOf(trx))) }),
})

const update = defineRoute({
  method: 'patch', path: '/contacts/{id}', operationId: 'updateContact', summary: 'Change a contact', tag, permission: 'contacts.write', params: idParams, body: ContactUpdate, versioned: true, response: one(Contact),
  async handle({ world, actor, params, body: { version, ...input }, ifMatch }) {
    const read = ifMatch ?? version
    return {
      data: await world.database.change(actor, async (trx) => {
        const before = await findContact(trx, params.id, true)
        if (read !== undefined && read !== before.version) throw new Refusal('conflict', 'Somebody else has changed this contact meanwhile. Load it again.')
        const settings = await settingsOf(trx)
        await changeContact(trx, before, given(input), settings.country)
        const after = await findContact(trx, params.id)
        return { result: presentContact(after, settings), audit: auditing('update', params.id, before, after) }
      }),
    }
  },
})

const remove = defineRoute({
  method: 'delete', path: '/contacts/{id}', operationId: 'deleteContact', summary: 'Remove a contact', tag, permission: 'contacts.write', params: idParams, response: Success,
  async handle({ world, actor, params }) {
    await world.database.change(actor, async (trx) => {
      const before = await findContact(trx, params.id, true)
      await trx('contacts').where({ id: params.id }).delete()
      return { result: undefined, audit: auditing('delete', params.id, before) }
    })
    return done
  },
})

export const contactRoutes = [...incomingRoutes, list, match, exportAll, importAll, getSettings, setSettings, create, get, update, remove]
