/** Grandstream desk phones (GXP, GRP): XML of P values, as their configuration templates name them. */
import type { PhoneKey } from '../door-phones.ts'
import { called, LOOK_SECONDS, xmlTags, xmlText, type PhoneFacts, type PhoneFile } from './facts.ts'
import { posixOf } from './zone.ts'

type Entry = readonly [name: string, value: string | number]

/** P values of each account, in its order: active, name, server, user, authentication user, password, shown name, mailbox, minutes of a registration, transport, SRTP, messages, and eight codecs. */
const ACCOUNTS = [
  { active: 271, title: 270, server: 47, user: 35, auth: 36, password: 34, name: 3, mailbox: 33, expires: 32, transport: 130, srtp: 183, mwi: 99, codecs: [57, 58, 59, 60, 61, 62, 46, 98] },
  { active: 401, title: 417, server: 402, user: 404, auth: 405, password: 406, name: 407, mailbox: 426, expires: 412, transport: 448, srtp: 443, mwi: 415, codecs: [451, 452, 453, 454, 455, 456, 457, 458] },
  { active: 501, title: 517, server: 502, user: 504, auth: 505, password: 506, name: 507, mailbox: 526, expires: 512, transport: 548, srtp: 543, mwi: 515, codecs: [551, 552, 553, 554, 555, 556, 557, 558] },
  { active: 601, title: 617, server: 602, user: 604, auth: 605, password: 606, name: 607, mailbox: 626, expires: 612, transport: 648, srtp: 643, mwi: 615, codecs: [651, 652, 653, 654, 655, 656, 657, 658] },
  { active: 1701, title: 1717, server: 1702, user: 1704, auth: 1705, password: 1706, name: 1707, mailbox: 1726, expires: 1712, transport: 1748, srtp: 1743, mwi: 1715, codecs: [1751, 1752, 1753, 1754, 1755, 1756, 1757, 1758] },
  { active: 1801, title: 1817, server: 1802, user: 1804, auth: 1805, password: 1806, name: 1807, mailbox: 1826, expires: 1812, transport: 1848, srtp: 1843, mwi: 1815, codecs: [1851, 1852, 1853, 1854, 1855, 1856, 1857, 1858] },
] as const

const TRANSPORT = { udp: 0, tcp: 1, tls: 2 } as const
const SRTP = { off: 0, optional: 1, required: 2 } as const
const CODECS: Readonly<Record<string, number>> = { PCMU: 0, PCMA: 8, G722: 9, opus: 123 }
const KEY_MODE = { line: 0, lamp: 11, 'speed-dial': 10, park: 19, empty: -1 } as const
const LANGUAGES = { en: 'en', de: 'de', fr: 'fr', es: 'es', it: 'it', nl: 'nl', pl: 'pl', pt: 'pt' }

export function grandstreamFiles(facts: PhoneFacts, lines: number, keys: number): PhoneFile[] {
  const entries = [...house(facts), ...accounts(facts, lines), ...lineKeys(facts, keys)]
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<gs_provision version="1">\n  <mac>${xmlText(facts.mac)}</mac>\n  <config version="1">\n${xmlTags(entries, '    ')}  </config>\n</gs_provision>\n`
  return [{ name: `cfg${facts.mac}.xml`, type: 'text/xml', text, settings: true }]
}

/** Without its scheme: which one it is has a value of its own. */
const bare = (url: string): string => url.replace(/^https?:\/\//, '').replace(/\/$/, '')
const isPlain = (url: string): boolean => url.startsWith('http://')

function house({ url, phoneBook, adminPassword, ntp, zone, language, pickUp }: PhoneFacts): Entry[] {
  return [
    ['P2', adminPassword], ['P212', isPlain(url) ? 1 : 2], ['P237', bare(url)], ['P145', 0], ['P194', 1], ['P193', LOOK_SECONDS / 60],
    // check-sync need not know the password of the phone: it comes from where it is registered.
    ['P4428', 1],
    ['P30', ntp], ['P64', 'customize'], ['P246', posixOf(zone)], ['P1362', called(LANGUAGES, language, 'en')],
    ['P330', isPlain(phoneBook) ? 1 : 3], ['P331', bare(phoneBook.replace(/[^/]+$/, ''))], ['P332', 60],
    ['P1347', pickUp],
  ]
}

function accounts(facts: PhoneFacts, lines: number): Entry[] {
  return ACCOUNTS.slice(0, lines).flatMap((p, index): Entry[] => {
    const line = facts.lines[index]
    if (!line) return [[`P${p.active}`, 0]]
    const wanted = facts.codecs.flatMap((codec) => CODECS[codec] ?? [])
    return [
      [`P${p.active}`, 1], [`P${p.title}`, `${line.number} ${line.name}`], [`P${p.server}`, `${facts.server}:${facts.port}`], [`P${p.user}`, line.username], [`P${p.auth}`, line.username], [`P${p.password}`, line.password],
      [`P${p.name}`, line.name], [`P${p.mailbox}`, line.voicemail], [`P${p.expires}`, Math.max(1, Math.round(facts.expires / 60))], [`P${p.transport}`, TRANSPORT[facts.transport]], [`P${p.srtp}`, SRTP[line.srtp]], [`P${p.mwi}`, line.voicemail === '' ? 0 : 1],
      ...p.codecs.map((at, choice): Entry => [`P${at}`, wanted[choice] ?? wanted.at(-1) ?? 0]),
    ]
  })
}

function lineKeys({ keys: set }: PhoneFacts, keys: number): Entry[] {
  return Array.from({ length: keys }, (_, index): Entry[] => {
    const key: PhoneKey = set[index] ?? { type: 'empty', value: '', label: '' }
    const account = key.type === 'line' ? Number(key.value) - 1 : 0
    return [[`P${1363 + 2 * index}`, KEY_MODE[key.type]], [`P${1364 + 2 * index}`, account], [`P${1465 + 2 * index}`, key.label], [`P${1466 + 2 * index}`, key.type === 'line' ? '' : key.value]]
  }).flat()
}
