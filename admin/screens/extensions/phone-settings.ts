/** SIP credentials in the forms phones take them. */
import type { SipCredentials } from '../../app/types.ts'

function hostPort({ domain, port }: SipCredentials): string {
  const host = domain.includes(':') && !domain.startsWith('[') ? `[${domain}]` : domain
  return port === 5060 ? host : `${host}:${port}`
}

/** UDP when it is offered: the transport every phone knows. */
export function firstTransport({ transports }: SipCredentials): string {
  const lower = transports.map((transport) => transport.toLowerCase())
  return lower.includes('udp') ? 'udp' : (lower[0] ?? 'udp')
}

/** `sip:user:password@host:port;transport=udp` (RFC 3261 §19.1.1 with its password part, escaped). */
export function sipUri(credentials: SipCredentials): string {
  const { username, password } = credentials
  return `sip:${encodeURIComponent(username)}:${encodeURIComponent(password)}@${hostPort(credentials)};transport=${firstTransport(credentials)}`
}

/** A line for baresip's `accounts` file. */
export function baresipAccount(credentials: SipCredentials): string {
  const { username, password } = credentials
  return `<sip:${username}@${hostPort(credentials)};transport=${firstTransport(credentials)}>;auth_user=${username};auth_pass=${password};regint=600`
}

export interface PhoneSetting {
  label: string
  value: string
  note?: string
}

/** What most phones and softphones ask for, under the names they use. */
export function phoneSettings(credentials: SipCredentials): PhoneSetting[] {
  const { username, password, domain, port, transports } = credentials
  return [
    { label: 'User name', value: username, note: 'Also called account, SIP ID, authentication name or authorisation user.' },
    { label: 'Password', value: password, note: 'Also called secret or authentication password.' },
    { label: 'Server', value: domain, note: 'Also called domain, registrar or SIP server. Leave an outbound proxy empty.' },
    { label: 'Port', value: String(port) },
    { label: 'Transport', value: transports.map((transport) => transport.toUpperCase()).join(' or ') },
  ]
}
