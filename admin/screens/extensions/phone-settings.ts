/** SIP credentials in the forms phones take them. */
import type { SipCredentials } from '../../app/types.ts'
import { transportWords } from '../../words/transport.ts'
import { listWords, t } from '../../words/translate.ts'


/** What a phone that is no browser connects with. */
const FOR_PHONES = ['udp', 'tcp', 'tls']

function bracketed(domain: string): string {
  return domain.includes(':') && !domain.startsWith('[') ? `[${domain}]` : domain
}

/** What phones can be set to, the one every phone knows first. */
export function phoneTransports({ transports }: SipCredentials): string[] {
  return transports.map(({ name }) => name).filter((name) => FOR_PHONES.includes(name))
}

function hostPort({ domain, port, transports }: SipCredentials, transport: string): string {
  const served = transports.find(({ name }) => name === transport)?.port ?? port
  return served === (transport === 'tls' ? 5061 : 5060) ? bracketed(domain) : `${bracketed(domain)}:${served}`
}

/** `sip:user:password@host:port;transport=udp` (RFC 3261 §19.1.1 with its password part, escaped). */
export function sipUri(credentials: SipCredentials, transport: string): string {
  const { username, password } = credentials
  return `sip:${encodeURIComponent(username)}:${encodeURIComponent(password)}@${hostPort(credentials, transport)};transport=${transport}`
}

/** A line for baresip's `accounts` file. */
export function baresipAccount(credentials: SipCredentials, transport: string): string {
  const { username, password } = credentials
  return `<sip:${username}@${hostPort(credentials, transport)};transport=${transport}>;auth_user=${username};auth_pass=${password};regint=600`
}

export interface PhoneSetting {
  label: string
  value: string
  note?: string
}

/** What most phones and softphones ask for, under the names they use. */
export function phoneSettings(credentials: SipCredentials): PhoneSetting[] {
  const { username, password, domain, port, transports } = credentials
  const portOf = (transport: string) => transports.find(({ name }) => name === transport)?.port
  const [tls, wss] = [portOf('tls'), portOf('wss')]
  return [
    { label: t('User name'), value: username, note: t('Also called account, SIP ID, authentication name or authorisation user.') },
    { label: t('Password'), value: password, note: t('Also called secret or authentication password.') },
    { label: t('Server'), value: domain, note: t('Also called domain, registrar or SIP server. Leave an outbound proxy empty.') },
    { label: t('Port'), value: String(port), ...(tls !== undefined && tls !== port && { note: t('With TLS it is {{tls}}.', { tls }) }) },
    { label: t('Transport'), value: listWords(phoneTransports(credentials).map(transportWords), 'or') },
    ...(wss === undefined ? [] : [{ label: t('WebSocket address'), value: `wss://${bracketed(domain)}:${wss}`, note: t('For phones in a browser.') }]),
  ]
}
