/** HubSpot: contacts are searched by number and a call is written to their timeline (CRM API v3). */
import type { Guard } from '../../config/outbound/guard.ts'
import { readNumber, waysToWrite } from '../../pbx/index.ts'
import { linesOf, titleOf, type CallNote } from './call-note.ts'
import { createClient, CrmProblem, type Crm, type Entry } from './crm.ts'

export const HUBSPOT = 'https://api.hubapi.com'

const SCOPES = 'crm.objects.contacts.read and crm.objects.contacts.write'
/** Of a call to a contact, defined by HubSpot. */
const CALL_TO_CONTACT = 194
const MOST_CONTACTS = 10
const STATUS: Readonly<Record<CallNote['outcome'], string>> = { talked: 'COMPLETED', 'no-answer': 'NO_ANSWER', voicemail: 'NO_ANSWER', busy: 'BUSY', cancelled: 'CANCELED', failed: 'FAILED' }
/** The outcomes that every account has, by their fixed ids. */
const DISPOSITION: Readonly<Partial<Record<CallNote['outcome'], string>>> = {
  talked: 'f240bbac-87c9-4f6e-bf70-924b57d47db7', busy: '9d9162e7-6cf3-4944-bf63-4dff82258764', 'no-answer': '73a0d17f-1163-4015-bdd5-ec830791da20',
  cancelled: '73a0d17f-1163-4015-bdd5-ec830791da20', voicemail: 'b2cf5968-551e-4856-9783-52b3da59a7d0',
}
/** A number as a person wrote it; what HubSpot makes of it is only searched. */
const NUMBERS = ['phone', 'mobilephone'] as const

/** HubSpot's clock and ours may differ, and its record is of the click, a while before the call that comes of it. */
const BEFORE_MS = 60_000
const removed = { kind: 'left', why: 'The record that HubSpot made of the call was removed there.' } as const

interface Found {
  results: { id: string; properties: Record<string, string | null | undefined> }[]
}

export function createHubspot({ guard, address, token }: { guard: Guard; address: string; token: string }): Crm {
  const client = createClient({
    guard, address, secret: token, headers: { Authorization: `Bearer ${token}` },
    words: {
      name: 'HubSpot', refused: 'Its token is not valid, or not any more. Make one in HubSpot, in the settings of its service key or private app, and enter it here.',
      forbidden: `Its token allows too little. Give the service key or private app in HubSpot the scopes ${SCOPES}.`,
      said: ({ message }) => (typeof message === 'string' ? message : undefined),
    },
  })
  const search = async (kind: 'contacts' | 'calls', body: object): Promise<Found['results']> => ((await client.ask('POST', `/crm/v3/objects/${kind}/search`, body)) as unknown as Found).results ?? []

  /** Everybody with this number. What HubSpot finds is only taken when the number is the same in E.164. */
  const contactsOf = async ({ e164, country }: Entry): Promise<string[]> => {
    if (e164 === null) return []
    const { national } = waysToWrite(e164)
    const equals = (propertyName: string, value: string) => ({ filters: [{ propertyName, operator: 'EQ', value }] })
    const filterGroups = [equals('hs_searchable_calculated_phone_number', national), equals('hs_searchable_calculated_mobile_number', national), equals('phone', e164), equals('mobilephone', e164)]
    const found = await search('contacts', { filterGroups, properties: [...NUMBERS], sorts: [{ propertyName: 'lastmodifieddate', direction: 'DESCENDING' }], limit: 100 })
    return found.filter(({ properties }) => NUMBERS.some((name) => readNumber(properties[name] ?? '', country)?.e164 === e164)).map(({ id }) => id).slice(0, MOST_CONTACTS)
  }

  const makeContact = async ({ note: { name }, e164 }: Entry): Promise<string> => {
    const { id } = await client.ask('POST', '/crm/v3/objects/contacts', { properties: { phone: e164, ...(name !== null && name !== '' && { lastname: name }) } })
    return idOf(id)
  }

  /**
   * The record that HubSpot made of the call. Whoever is in a call names it, and the token reaches every record: one that is older than the
   * call, or of another call, is not touched, and the call gets one of its own.
   */
  const madeThere = async ({ note: { callId, rootId, startedAt }, record }: Entry): Promise<string | undefined> => {
    if (record === undefined) return undefined
    const since = Math.min(startedAt, record.namedAt.getTime()) - BEFORE_MS
    for (const archived of [false, true]) {
      try {
        const { createdAt, properties } = (await client.ask('GET', `/crm/v3/objects/calls/${record.id}?properties=hs_call_external_id&archived=${archived}`)) as { createdAt?: unknown; properties?: Found['results'][number]['properties'] }
        const of = properties?.['hs_call_external_id'] || callId
        if (!(Date.parse(String(createdAt)) >= since) || (of !== callId && of !== rootId)) return undefined
        return archived ? 'removed' : record.id
      } catch (error) {
        if (!(error instanceof CrmProblem && (error.status === 404 || error.status === 400))) throw error
      }
    }
    return undefined
  }

  return {
    async account() {
      const { portalId, uiDomain } = await client.ask('GET', '/account-info/v3/details')
      return { name: `HubSpot account ${idOf(portalId)}`, recordBase: `https://${typeof uiDomain === 'string' && /^[a-z0-9.-]+$/i.test(uiDomain) ? uiDomain : 'app.hubspot.com'}/contacts/${idOf(portalId)}/record/0-1/` }
    },
    async check() {
      await search('contacts', { limit: 1 })
      await search('calls', { limit: 1 })
    },
    async log(entry) {
      const { note, recordBase, again } = entry
      const logged = (recordId: string, [contact]: string[]) => ({ kind: 'logged' as const, recordId, recordUrl: contact === undefined ? null : `${recordBase}${contact}?engagement=${recordId}` })
      const named = await madeThere(entry)
      if (named === 'removed') return removed
      if (named !== undefined) {
        // What its user has written there stays: the note, the outcome, whose it is.
        const { hs_call_direction, hs_call_duration, hs_call_status, hs_call_from_number, hs_call_to_number, hs_call_external_id } = propertiesOf(entry)
        try {
          await client.ask('PATCH', `/crm/v3/objects/calls/${named}`, { properties: { hs_call_direction, hs_call_duration, hs_call_status, hs_call_from_number, hs_call_to_number, hs_call_external_id } })
        } catch (error) {
          if (error instanceof CrmProblem && error.status === 404) return removed
          throw error
        }
        return logged(named, await contactsOf(entry))
      }
      if (again) {
        // An answer that was lost on the way.
        const [there] = await search('calls', { filterGroups: [{ filters: [{ propertyName: 'hs_call_external_id', operator: 'EQ', value: note.callId }] }], limit: 1 })
        if (there) return logged(there.id, entry.contactIds)
      }
      let contactIds = entry.contactIds.length > 0 ? entry.contactIds : await contactsOf(entry)
      let made = false
      if (contactIds.length === 0) {
        if (entry.e164 === null) return { kind: 'left', why: `${note.number} is no number that a contact could have.` }
        if (entry.unknown === 'leave') return { kind: 'left', why: `No contact in HubSpot has the number ${entry.e164}.` }
        const before = await entry.madeBefore()
        made = before === undefined
        contactIds = [before ?? (await makeContact(entry))]
      }
      await entry.remember(contactIds, made)
      const associations = contactIds.map((id) => ({ to: { id }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: CALL_TO_CONTACT }] }))
      const { id } = await client.ask('POST', '/crm/v3/objects/calls', { properties: propertiesOf(entry), associations })
      return logged(idOf(id), contactIds)
    },
  }
}

function propertiesOf({ note, e164, link }: Entry): Record<string, string> {
  const { direction, outcome } = note
  const outside = e164 ?? note.number
  const disposition = DISPOSITION[outcome]
  return {
    hs_timestamp: new Date(note.startedAt).toISOString(), hs_call_title: titleOf(note).slice(0, 250), hs_call_body: linesOf(note, link).map(escaped).join('<br>'),
    hs_call_direction: direction === 'inbound' ? 'INBOUND' : 'OUTBOUND', hs_call_duration: String(note.talkMs), hs_call_status: STATUS[outcome],
    hs_call_from_number: direction === 'inbound' ? outside : note.ownNumber, hs_call_to_number: direction === 'inbound' ? note.ownNumber : outside,
    hs_call_external_id: note.callId, ...(disposition !== undefined && { hs_call_disposition: disposition }),
  }
}

const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? sign)

/** @throws CrmProblem for an answer without one */
export function idOf(value: unknown): string {
  if ((typeof value === 'string' || typeof value === 'number') && /^\d{1,30}$/.test(String(value))) return String(value)
  throw new CrmProblem('It answered without the id of what it was asked for.')
}
