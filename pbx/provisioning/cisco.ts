/** Cisco IP phones with multiplatform firmware (68xx, 78xx, 88xx): a flat profile of tags, one for each parameter of their web page. */
import { called, LOOK_SECONDS, xmlTags, type PhoneFacts, type PhoneFile } from './facts.ts'
import { clockOffset, two, type Switch, type Zone } from './zone.ts'

type Entry = readonly [tag: string, value: string | number | undefined]

const TRANSPORT = { udp: 'UDP', tcp: 'TCP', tls: 'TLS' } as const
const SRTP = { off: 'Optional', optional: 'Optional', required: 'Strict' } as const
const CODECS: Readonly<Record<string, string>> = { opus: 'OPUS', G722: 'G722', PCMU: 'G711u', PCMA: 'G711a' }
const LANGUAGES = { en: 'English-US', de: 'German', fr: 'French', es: 'Spanish', it: 'Italian', nl: 'Dutch', pl: 'Polish', pt: 'Portuguese' }
const CHOICES = ['Preferred_Codec', 'Second_Preferred_Codec', 'Third_Preferred_Codec'] as const

export function ciscoFiles(facts: PhoneFacts, lines: number, keys: number): PhoneFile[] {
  const entries = [...house(facts), ...extensions(facts, lines), ...lineKeys(facts, keys)]
  return [{ name: `${facts.mac}.xml`, type: 'text/xml', text: `<?xml version="1.0" encoding="UTF-8"?>\n<flat-profile>\n${xmlTags(entries)}</flat-profile>\n`, settings: true }]
}

function house({ url, mac, phoneBook, adminPassword, ntp, zone, language, name, lines, pickUp }: PhoneFacts): Entry[] {
  return [
    ['Provision_Enable', 'Yes'], ['Resync_On_Reset', 'Yes'], ['Resync_Periodic', LOOK_SECONDS], ['Resync_From_SIP', 'Yes'], ['DHCP_Option_To_Use', ''], ['Profile_Rule', `${url}${mac}.xml`],
    ['Admin_Password', adminPassword], ['Station_Name', name],
    ['Primary_NTP_Server', ntp], ['Time_Zone', `GMT${clockOffset(zone.offset)}`], ['Daylight_Saving_Time_Enable', zone.summer ? 'Yes' : 'No'], ['Daylight_Saving_Time_Rule', zone.summer && rule(zone)],
    ['Language_Selection', called(LANGUAGES, language, 'English-US')],
    ['XML_Directory_Service_Name', 'Company'], ['XML_Directory_Service_URL', phoneBook],
    ['Voice_Mail_Number', lines.find(({ voicemail }) => voicemail !== '')?.voicemail ?? ''], ['Call_Pickup_Code', pickUp],
  ]
}

/** Weekdays count from 1, Monday, to 7; the week is told by a day that it does not begin before. */
function rule({ summer }: Zone): string {
  if (!summer) return ''
  const at = ({ month, week, weekday, hour, minute }: Switch): string => `${month}/${week === 5 ? -1 : 7 * (week - 1) + 1}/${weekday === 0 ? 7 : weekday}/${hour}:${two(minute)}:00`
  return `start=${at(summer.start)};end=${at(summer.end)};save=${Math.trunc(summer.minutes / 60)}:${two(summer.minutes % 60)}`
}

function extensions(facts: PhoneFacts, lines: number): Entry[] {
  return Array.from({ length: lines }, (_, index) => index + 1).flatMap((n): Entry[] => {
    const line = facts.lines[n - 1]
    if (!line) return [[`Line_Enable_${n}_`, 'No']]
    return [
      [`Line_Enable_${n}_`, 'Yes'], [`Proxy_${n}_`, facts.server], [`SIP_Transport_${n}_`, TRANSPORT[facts.transport]], [`Outbound_Proxy_${n}_`, `${facts.server}:${facts.port}`], [`Use_Outbound_Proxy_${n}_`, 'Yes'], [`Register_${n}_`, 'Yes'], [`Register_Expires_${n}_`, facts.expires],
      [`Display_Name_${n}_`, line.name], [`User_ID_${n}_`, line.username], [`Use_Auth_ID_${n}_`, 'Yes'], [`Auth_ID_${n}_`, line.username], [`Password_${n}_`, line.password],
      // check-sync comes from where it is registered, which knows no password of the phone.
      [`Auth_Resync-Reboot_${n}_`, 'No'],
      [`Secure_Call_Option_${n}_`, SRTP[line.srtp]], [`Message_Waiting_${n}_`, line.voicemail === '' ? 'No' : 'Yes'], [`Mailbox_ID_${n}_`, line.voicemail === '' ? '' : line.username],
      ...CHOICES.map((choice, index): Entry => [`${choice}_${n}_`, facts.codecs[index] === undefined ? 'Unspecified' : called(CODECS, facts.codecs[index], 'Unspecified')]),
    ]
  })
}

function lineKeys({ keys: set, server, lines }: PhoneFacts, keys: number): Entry[] {
  return Array.from({ length: keys }, (_, index): Entry[] => {
    const n = index + 1
    const key = set[index] ?? { type: 'empty', value: '', label: '' }
    if (key.type === 'line') {
      const line = lines[Number(key.value) - 1]
      return [[`Extension_${n}_`, key.value], [`Short_Name_${n}_`, key.label || (line?.number ?? '')], [`Extended_Function_${n}_`, '']]
    }
    const named = `${key.label === '' ? '' : `nme=${key.label.replace(/[;=]/g, ' ')};`}`
    const functions = { lamp: 'blf+sd+cp', park: 'blf+sd', 'speed-dial': 'sd', empty: '' }[key.type]
    return [[`Extension_${n}_`, 'Disabled'], [`Short_Name_${n}_`, key.label], [`Extended_Function_${n}_`, functions === '' ? '' : `fnc=${functions};${key.type === 'speed-dial' ? 'ext' : 'sub'}=${key.value}@${key.type === 'speed-dial' ? '$PROXY' : server};${named}`]]
  }).flat()
}
