/** What a phone hears of the registrations of its extension (RFC 3680 §5). */
import type { RegistrationView } from '../events/catalogue.ts'
import { escapeXml } from '../sip/xml.ts'

export const REGINFO = 'application/reginfo+xml'

export type ContactEvent = 'registered' | 'refreshed' | 'expired' | 'deactivated' | 'unregistered' | 'rejected'

export interface ContactState {
  registration: RegistrationView
  state: 'active' | 'terminated'
  event: ContactEvent
}

/** @param all the contacts: every one with `full`, those that changed with `partial` */
export function writeReginfo(options: { aor: string; id: string; version: number; state: 'full' | 'partial'; active: boolean; contacts: readonly ContactState[]; now: number }): string {
  const { aor, id, version, state, active, contacts, now } = options
  return [
    '<?xml version="1.0"?>',
    `<reginfo xmlns="urn:ietf:params:xml:ns:reginfo" version="${version}" state="${state}">`,
    `<registration aor="${escapeXml(aor)}" id="${id}" state="${active ? 'active' : 'terminated'}">`,
    ...contacts.map((contact) => writeContact(contact, now)),
    '</registration>',
    '</reginfo>',
    '',
  ].join('\n')
}

function writeContact({ registration, state, event }: ContactState, now: number): string {
  const seconds = (ms: number): number => Math.max(0, Math.round(ms / 1000))
  const { id, contact, registeredAt, expiresAt, q, instance, regId } = registration
  const expires = state === 'active' ? ` expires="${seconds(expiresAt - now)}"` : ''
  const params = [['+sip.instance', instance === null ? null : `"${instance}"`], ['reg-id', regId]].flatMap(([name, value]) => (value === null || value === undefined ? [] : [`<unknown-param name="${name}">${escapeXml(value)}</unknown-param>`]))
  return `<contact id="${id}" state="${state}" event="${event}" duration-registered="${seconds(now - registeredAt)}"${expires} q="${q}"><uri>${escapeXml(contact)}</uri>${params.join('')}</contact>`
}
