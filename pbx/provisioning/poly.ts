/** Poly VVX and Edge E (UC Software 5 and newer): a master file that names the others, parameters as XML attributes. */
import { called, LOOK_SECONDS, xmlText, type PhoneFacts, type PhoneFile } from './facts.ts'
import type { Switch, Zone } from './zone.ts'

type Entry = readonly [name: string, value: string | number]

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const TRANSPORT = { udp: 'UDPOnly', tcp: 'TCPOnly', tls: 'TLS' } as const
const CODECS: Readonly<Record<string, string>> = { opus: 'Opus', G722: 'G722', PCMU: 'G711_Mu', PCMA: 'G711_A' }
const OTHERS = ['G729_AB', 'iLBC.13_33kbps', 'Siren7.16kbps', 'G722_1.24kbps']
const LANGUAGES = { en: 'English_United_States', de: 'German_Germany', fr: 'French_France', es: 'Spanish_Spain', it: 'Italian_Italy', nl: 'Dutch_Netherlands', pl: 'Polish_Poland', pt: 'Portuguese_Portugal' }

export function polyFiles(facts: PhoneFacts, lines: number): PhoneFile[] {
  const settings = `dialplane-${facts.mac}.cfg`
  const entries = [...house(facts), ...registrations(facts, lines), ...keysOf(facts)]
  return [
    { name: `${facts.mac}.cfg`, type: 'text/xml', text: `${HEAD}<APPLICATION APP_FILE_PATH="" CONFIG_FILES="${xmlText(settings)}" MISC_FILES="" LOG_FILE_DIRECTORY="" OVERRIDES_DIRECTORY="" CONTACTS_DIRECTORY="" LICENSE_DIRECTORY=""/>\n`, settings: false },
    { name: settings, type: 'text/xml', text: `${HEAD}<dialplane\n${entries.map(([name, value]) => `  ${name}="${xmlText(String(value))}"\n`).join('')}/>\n`, settings: true },
  ]
}

function house({ url, adminPassword, ntp, zone, language, codecs }: PhoneFacts): Entry[] {
  return [
    ['device.set', 1], ['device.auth.localAdminPassword.set', 1], ['device.auth.localAdminPassword', adminPassword],
    ['device.dhcp.bootSrvUseOpt.set', 1], ['device.dhcp.bootSrvUseOpt', 'Static'], ['device.prov.serverType.set', 1], ['device.prov.serverType', url.startsWith('http://') ? 'HTTP' : 'HTTPS'], ['device.prov.serverName.set', 1], ['device.prov.serverName', url],
    ['prov.polling.enabled', 1], ['prov.polling.mode', 'rel'], ['prov.polling.period', LOOK_SECONDS],
    // What has not changed what needs a new start is taken over without one.
    ['voIpProt.SIP.specialEvent.checkSync.alwaysReboot', 0],
    ['lcl.ml.lang', called(LANGUAGES, language, 'English_United_States')],
    ['tcpIpApp.sntp.address', ntp], ...clock(zone),
    ...Object.entries(CODECS).map(([codec, name]): Entry => [`voice.codecPref.${name}`, codecs.indexOf(codec) + 1]),
    ...OTHERS.map((name): Entry => [`voice.codecPref.${name}`, 0]),
    ['feature.corporateDirectory.enabled', 0], ['dir.local.readonly', 1],
  ]
}

function clock({ offset, summer }: Zone): Entry[] {
  const rule = (when: 'start' | 'stop', { month, week, weekday, hour }: Switch): Entry[] => [
    [`tcpIpApp.sntp.daylightSavings.${when}.month`, month], [`tcpIpApp.sntp.daylightSavings.${when}.date`, week === 5 ? 1 : 7 * (week - 1) + 1], [`tcpIpApp.sntp.daylightSavings.${when}.dayOfWeek`, weekday + 1],
    [`tcpIpApp.sntp.daylightSavings.${when}.dayOfWeek.lastInMonth`, week === 5 ? 1 : 0], [`tcpIpApp.sntp.daylightSavings.${when}.time`, hour],
  ]
  return [
    ['tcpIpApp.sntp.gmtOffset', offset * 60], ['tcpIpApp.sntp.gmtOffset.overrideDHCP', 1], ['tcpIpApp.sntp.daylightSavings.enable', summer ? 1 : 0],
    ...(summer ? [['tcpIpApp.sntp.daylightSavings.fixedDayEnable', 0] as const, ...rule('start', summer.start), ...rule('stop', summer.end)] : []),
  ]
}

function registrations(facts: PhoneFacts, lines: number): Entry[] {
  const required = facts.lines.some(({ srtp }) => srtp === 'required')
  return [
    ['sec.srtp.enable', facts.lines.some(({ srtp }) => srtp !== 'off') ? 1 : 0], ['sec.srtp.offer', facts.lines.some(({ srtp }) => srtp !== 'off') ? 1 : 0], ['sec.srtp.require', required ? 1 : 0],
    ...Array.from({ length: lines }, (_, index) => index + 1).flatMap((n): Entry[] => {
      const line = facts.lines[n - 1]
      if (!line) return [[`reg.${n}.address`, '']]
      return [
        [`reg.${n}.address`, line.username], [`reg.${n}.label`, line.number], [`reg.${n}.displayName`, line.name], [`reg.${n}.auth.userId`, line.username], [`reg.${n}.auth.password`, line.password],
        [`reg.${n}.server.1.address`, facts.server], [`reg.${n}.server.1.port`, facts.port], [`reg.${n}.server.1.transport`, TRANSPORT[facts.transport]], [`reg.${n}.server.1.expires`, facts.expires],
        [`msg.mwi.${n}.subscribe`, line.voicemail === '' ? '' : line.username], [`msg.mwi.${n}.callBackMode`, line.voicemail === '' ? 'disabled' : 'contact'], [`msg.mwi.${n}.callBack`, line.voicemail],
      ]
    }),
  ]
}

/** Lamps are kept in a list of their own, speed dials in the directory file; keys point at both. */
function keysOf({ keys, server, pickUp }: PhoneFacts): Entry[] {
  const lamps = keys.filter(({ type }) => type === 'lamp' || type === 'park')
  const dials = speedDials(keys)
  return [
    ['lineKey.reassignment.enabled', 1],
    ...(pickUp === '' ? [] : [['call.directedCallPickupMethod', 'legacy'] as const, ['call.directedCallPickupString', pickUp] as const]),
    ...lamps.flatMap((key, index): Entry[] => [[`attendant.resourceList.${index + 1}.address`, `${key.value}@${server}`], [`attendant.resourceList.${index + 1}.label`, key.label || key.value], [`attendant.resourceList.${index + 1}.type`, key.type === 'park' ? 'automata' : 'normal']]),
    ...keys.flatMap((key, index): Entry[] => {
      const at = `lineKey.${index + 1}`
      switch (key.type) {
        case 'line': return [[`${at}.category`, 'Line'], [`${at}.index`, key.value]]
        case 'speed-dial': return [[`${at}.category`, 'SpeedDial'], [`${at}.index`, dials.indexOf(key) + 1]]
        case 'empty': return [[`${at}.category`, 'Unassigned'], [`${at}.index`, 0]]
        default: return [[`${at}.category`, 'BLF'], [`${at}.index`, lamps.indexOf(key) + 1]]
      }
    }),
  ]
}

/** In the order of their keys, by which the directory file numbers them. */
export const speedDials = (keys: PhoneFacts['keys']): PhoneFacts['keys'] => keys.filter(({ type }) => type === 'speed-dial')
