/** Snom desk phones (D1xx, D3xx, D7xx, D8xx): XML of settings with an index for each account. */
import { called, LOOK_SECONDS, xmlText, type PhoneFacts, type PhoneFile } from './facts.ts'
import { two, type Switch, type Zone } from './zone.ts'

type Entry = readonly [name: string, value: string | number, index?: number]

const SRTP = { off: 'off', optional: 'optional', required: 'mandatory' } as const
const CODECS: Readonly<Record<string, string>> = { opus: 'opus', G722: 'g722', PCMU: 'pcmu', PCMA: 'pcma' }
const LANGUAGES = { en: 'English', de: 'Deutsch', fr: 'Français', es: 'Español', it: 'Italiano', nl: 'Nederlands', pl: 'Polski', pt: 'Português' }

export function snomFiles(facts: PhoneFacts, lines: number, keys: number): PhoneFile[] {
  const entries = [...house(facts), ...identities(facts, lines)]
  const settings = entries.map(([name, value, index]) => `    <${name}${index === undefined ? '' : ` idx="${index}"`} perm="">${xmlText(String(value))}</${name}>\n`).join('')
  const text = `<?xml version="1.0" encoding="utf-8"?>\n<settings>\n  <phone-settings e="2">\n${settings}  </phone-settings>\n  <functionKeys e="2">\n${functionKeys(facts, keys)}  </functionKeys>\n</settings>\n`
  // The first is what its address names, the second what it asks for by itself behind an address from DHCP.
  return [{ name: `${facts.mac}.xml`, type: 'text/xml', text, settings: true }, { name: `snom${facts.model}-${facts.mac}.htm`, type: 'text/xml', text, settings: true }]
}

function house({ url, mac, phoneBook, adminPassword, ntp, zone, language, name }: PhoneFacts): Entry[] {
  return [
    ['setting_server', `${url}${mac}.xml`], ['pnp_config', 'off'], ['settings_refresh_timer', LOOK_SECONDS], ['update_policy', 'settings_only'],
    ['admin_mode_password', adminPassword], ['http_user', 'admin'], ['http_pass', adminPassword], ['phone_name', name],
    ['language', called(LANGUAGES, language, 'English')], ['web_language', called(LANGUAGES, language, 'English')],
    ['ntp_server', ntp], ['utc_offset', zone.offset * 60], ['dst', dst(zone)],
    ['dkey_directory', `url ${phoneBook}`],
    // check-sync is obeyed without a password: it comes from where the phone is registered.
    ['challenge_checksync', 'off'], ['challenge_reboot', 'off'], ['network_id_port', 0],
  ]
}

/** Seconds, then month.week.weekday and time of both switches; weekdays count from Monday, 1. */
function dst({ summer }: Zone): string {
  if (!summer) return ''
  const at = ({ month, week, weekday, hour, minute }: Switch): string => `${two(month)}.${two(week)}.${two(weekday === 0 ? 7 : weekday)} ${two(hour)}:${two(minute)}:00`
  return `${summer.minutes * 60} ${at(summer.start)} ${at(summer.end)}`
}

function identities(facts: PhoneFacts, lines: number): Entry[] {
  const codecs = facts.codecs.flatMap((codec) => CODECS[codec] ?? []).join(',')
  return Array.from({ length: lines }, (_, index) => index + 1).flatMap((n): Entry[] => {
    const line = facts.lines[n - 1]
    if (!line) return [['user_active', 'off', n]]
    return [
      ['user_active', 'on', n], ['user_name', line.username, n], ['user_pname', line.username, n], ['user_pass', line.password, n], ['user_realname', line.name, n], ['user_idle_text', `${line.number} ${line.name}`, n],
      ['user_host', facts.server, n], ['user_outbound', `${facts.server}:${facts.port};transport=${facts.transport}`, n], ['user_expiry', facts.expires, n],
      ['user_mailbox', line.voicemail, n], ['user_srtp', line.srtp === 'off' ? 'off' : 'on', n], ['user_savp', SRTP[line.srtp], n], ['codec_priority_list', codecs, n],
    ]
  })
}

function functionKeys({ keys: set, server, pickUp }: PhoneFacts, keys: number): string {
  return Array.from({ length: keys }, (_, index) => {
    const key = set[index] ?? { type: 'empty', value: '', label: '' }
    const words = {
      line: 'line', empty: 'none', 'speed-dial': `speed ${key.value}`, park: `orbit <sip:${key.value}@${server}>`, lamp: `blf <sip:${key.value}@${server}>${pickUp === '' ? '' : `|${pickUp}`}`,
    }[key.type]
    return `    <fkey idx="${index}" context="${key.type === 'line' ? xmlText(key.value) : 1}" label="${xmlText(key.label)}" perm="">${xmlText(words)}</fkey>\n`
  }).join('')
}
