/** Yealink desk phones (T3x, T4x, T5x): lines `name = value`, parameters of their Auto Provisioning Guide. */
import type { PhoneKey } from '../door-phones.ts'
import { called, LOOK_SECONDS, oneLine, type PhoneFacts, type PhoneFile } from './facts.ts'
import type { Switch, Zone } from './zone.ts'

type Entry = readonly [name: string, value: string | number]

const TRANSPORT = { udp: 0, tcp: 1, tls: 2 } as const
const SRTP = { off: 0, optional: 1, required: 2 } as const
const KEY_TYPE = { line: 15, lamp: 16, 'speed-dial': 13, park: 10, empty: 0 } as const
const CODECS = ['opus', 'g722', 'pcmu', 'pcma', 'g729', 'g726_32', 'ilbc'] as const
const LANGUAGES = { en: 'English', de: 'German', fr: 'French', es: 'Spanish', it: 'Italian', nl: 'Dutch', pl: 'Polish', pt: 'Portuguese' }

export function yealinkFiles(facts: PhoneFacts, lines: number, keys: number): PhoneFile[] {
  const entries = [...house(facts), ...accounts(facts, lines), ...lineKeys(facts, keys)]
  return [{ name: `${facts.mac}.cfg`, type: 'text/plain', text: `#!version:1.0.0.1\n\n${entries.map(([name, value]) => `${name} = ${oneLine(String(value))}\n`).join('')}`, settings: true }]
}

function house({ url, phoneBook, adminPassword, ntp, zone, language }: PhoneFacts): Entry[] {
  return [
    ['static.auto_provision.server.url', url], ['auto_provision.server.url', url], ['static.auto_provision.dhcp_option.enable', 0], ['auto_provision.dhcp_option.enable', 0], ['auto_provision.power_on', 1], ['auto_provision.repeat.enable', 1], ['auto_provision.repeat.minutes', LOOK_SECONDS / 60],
    ['sip.notify_reboot_enable', 0],
    ['static.security.user_password', `admin:${adminPassword}`], ['security.user_password', `admin:${adminPassword}`],
    ['lang.gui', called(LANGUAGES, language, 'English')], ['lang.wui', called(LANGUAGES, language, 'English')],
    ['local_time.ntp_server1', ntp], ...timeEntries(zone),
    ['remote_phonebook.data.1.url', phoneBook], ['remote_phonebook.data.1.name', 'Company'], ['features.remote_phonebook.enable', 1], ['features.remote_phonebook.flash_time', 3600],
  ]
}

function timeEntries({ offset, summer }: Zone): Entry[] {
  const at = ({ month, week, weekday, hour }: Switch): string => `${month}/${week}/${weekday === 0 ? 7 : weekday}/${hour}`
  return [
    ['local_time.time_zone', hours(offset)], ['local_time.summer_time', summer ? 1 : 0],
    ...(summer ? ([['local_time.dst_time_type', 1], ['local_time.start_time', at(summer.start)], ['local_time.end_time', at(summer.end)], ['local_time.offset_time', summer.minutes]] as const) : []),
  ]
}

/** `+1`, `-3:30` */
function hours(minutes: number): string {
  const rest = Math.abs(minutes) % 60
  return `${minutes < 0 ? '-' : '+'}${Math.trunc(Math.abs(minutes) / 60)}${rest === 0 ? '' : `:${rest}`}`
}

function accounts(facts: PhoneFacts, lines: number): Entry[] {
  return Array.from({ length: lines }, (_, index) => index + 1).flatMap((n): Entry[] => {
    const line = facts.lines[n - 1]
    if (!line) return [[`account.${n}.enable`, 0]]
    const wanted = facts.codecs.map((codec) => codec.toLowerCase())
    return [
      [`account.${n}.enable`, 1], [`account.${n}.label`, `${line.number} ${line.name}`], [`account.${n}.display_name`, line.name],
      [`account.${n}.user_name`, line.username], [`account.${n}.auth_name`, line.username], [`account.${n}.password`, line.password],
      [`account.${n}.sip_server.1.address`, facts.server], [`account.${n}.sip_server.1.port`, facts.port], [`account.${n}.sip_server.1.transport_type`, TRANSPORT[facts.transport]], [`account.${n}.sip_server.1.expires`, facts.expires],
      [`account.${n}.srtp_encryption`, SRTP[line.srtp]], [`account.${n}.subscribe_mwi`, line.voicemail === '' ? 0 : 1], [`voice_mail.number.${n}`, line.voicemail],
      ...CODECS.flatMap((codec): Entry[] => {
        const at = wanted.indexOf(codec)
        return at === -1 ? [[`account.${n}.codec.${codec}.enable`, 0]] : [[`account.${n}.codec.${codec}.enable`, 1], [`account.${n}.codec.${codec}.priority`, at + 1]]
      }),
    ]
  })
}

function lineKeys({ keys: set, pickUp }: PhoneFacts, keys: number): Entry[] {
  return Array.from({ length: keys }, (_, index) => index + 1).flatMap((n): Entry[] => {
    const key: PhoneKey = set[n - 1] ?? { type: 'empty', value: '', label: '' }
    const type: Entry = [`linekey.${n}.type`, KEY_TYPE[key.type]]
    switch (key.type) {
      case 'empty': return [type]
      case 'line': return [type, [`linekey.${n}.line`, key.value], [`linekey.${n}.label`, key.label]]
      default: return [type, [`linekey.${n}.line`, 1], [`linekey.${n}.value`, key.value], [`linekey.${n}.label`, key.label], ...(key.type === 'lamp' && pickUp !== '' ? [[`linekey.${n}.extension`, `${pickUp}${key.value}`] as const] : [])]
    }
  })
}
