/** Apps that fetch their account from an address in a QR code. */
import { called, xmlTags, xmlText, type PhoneFacts, type PhoneFile } from './facts.ts'

const ENCRYPTION = { off: 0, optional: 1, required: 1 } as const
const ACROBITS_CODECS: Readonly<Record<string, string>> = { opus: '79', G722: '9', PCMU: '0', PCMA: '8' }
const ACROBITS_SRTP = { off: 'disabled', optional: 'enabled', required: 'mandatory' } as const

const host = (server: string, port: number): string => (server.includes(':') && !server.startsWith('[') ? `[${server}]:${port}` : `${server}:${port}`)

/** Linphone's remote provisioning: sections and entries of its own settings file. */
export function linphoneFiles(facts: PhoneFacts): PhoneFile[] {
  const address = host(facts.server, facts.port)
  const section = (name: string, entries: readonly (readonly [name: string, value: string | number])[]): string =>
    `  <section name="${name}">\n${entries.map(([key, value]) => `    <entry name="${key}" overwrite="true">${xmlText(String(value))}</entry>\n`).join('')}  </section>\n`
  const accounts = facts.lines.map((line, index) =>
    section(`auth_info_${index}`, [['username', line.username], ['userid', line.username], ['passwd', line.password], ['domain', facts.server]]) +
    section(`proxy_${index}`, [
      ['reg_proxy', `<sip:${address};transport=${facts.transport}>`], ['reg_route', `<sip:${address};transport=${facts.transport}>`], ['reg_identity', `"${line.name.replace(/["\\]/g, '')}" <sip:${line.username}@${facts.server}>`],
      ['reg_expires', facts.expires], ['reg_sendregister', 1], ['publish', 0],
    ])).join('')
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<config xmlns="http://www.linphone.org/xsds/lpconfig.xsd">\n${section('sip', [['default_proxy', 0], ['media_encryption', facts.lines.some(({ srtp }) => srtp !== 'off') ? 'srtp' : 'none'], ['media_encryption_mandatory', facts.lines.some(({ srtp }) => srtp === 'required') ? 1 : 0]])}${section('misc', [['config-uri', `${facts.url}linphone.xml`]])}${accounts}</config>\n`
  return [{ name: 'linphone.xml', type: 'application/xml', text, settings: true }]
}

/** The account of Acrobits' apps (Groundwire, Acrobits Softphone) and of those made from them. */
export function acrobitsFiles(facts: PhoneFacts): PhoneFile[] {
  const [line] = facts.lines
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<account id="sip">\n${xmlTags(line ? [
    ['title', `${line.number} ${line.name}`], ['username', line.username], ['password', line.password], ['authUsername', line.username], ['displayName', line.name],
    ['host', host(facts.server, facts.port)], ['transport', facts.transport === 'tls' ? 'tls+sip:' : facts.transport], ['expires', facts.expires], ['voiceMailNumber', line.voicemail],
    ['codecOrder', facts.codecs.map((codec) => called(ACROBITS_CODECS, codec, '0')).join(',')], ['rtpEncryption', ENCRYPTION[line.srtp]], ['sdesIncoming', ACROBITS_SRTP[line.srtp]], ['sdesOutgoing', ACROBITS_SRTP[line.srtp]],
  ] : [])}</account>\n`
  return [{ name: 'account.xml', type: 'application/xml', text, settings: true }]
}
