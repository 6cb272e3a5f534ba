/** Fanvil desk phones (X and V series): the XML that they export themselves. */
import { called, LOOK_SECONDS, xmlTags, type PhoneFacts, type PhoneFile } from './facts.ts'
import type { Switch } from './zone.ts'

type Entry = readonly [tag: string, value: string | number]

const TRANSPORT = { udp: 0, tcp: 1, tls: 3 } as const
const SRTP = { off: 0, optional: 1, required: 2 } as const
const CODECS: Readonly<Record<string, string>> = { opus: 'opus', G722: 'G722', PCMU: 'PCMU', PCMA: 'PCMA' }
const LANGUAGES = { en: 'en', de: 'de', fr: 'fr', es: 'es', it: 'it', nl: 'nl', pl: 'pl', pt: 'pt' }

export function fanvilFiles(facts: PhoneFacts, lines: number, keys: number): PhoneFile[] {
  const text = `<?xml version="1.0" encoding="UTF-8"?>
<sysConf>
  <Version>2.0000000000</Version>
  <mm>
${xmlTags([['VoiceCodecMap', facts.codecs.flatMap((codec) => CODECS[codec] ?? []).join(',')]], '    ')}  </mm>
  <sip>
${accounts(facts, lines)}  </sip>
${phone(facts)}  <dsskey>
    <internal index="1">
${functionKeys(facts, keys)}    </internal>
  </dsskey>
  <web>
    <account index="1">
${xmlTags([['Name', 'admin'], ['Password', facts.adminPassword], ['Level', 10]], '      ')}    </account>
  </web>
  <ap>
${xmlTags([['FlashServerIP', facts.url], ['FlashFileName', `${facts.mac}.xml`], ['FlashProtocol', facts.url.startsWith('http://') ? 4 : 5], ['FlashMode', 1], ['FlashInterval', LOOK_SECONDS / 3600]], '    ')}    <pnp>
${xmlTags([['PNPEnable', 0]], '      ')}    </pnp>
    <opt>
${xmlTags([['DHCPOption', 0]], '      ')}    </opt>
  </ap>
</sysConf>
`
  return [{ name: `${facts.mac}.xml`, type: 'text/xml', text, settings: true }]
}

function accounts(facts: PhoneFacts, lines: number): string {
  return Array.from({ length: lines }, (_, index) => {
    const line = facts.lines[index]
    const entries: Entry[] = line
      ? [
          ['EnableReg', 1], ['PhoneNumber', line.username], ['DisplayName', line.name], ['RegisterAddr', facts.server], ['RegisterPort', facts.port], ['RegisterUser', line.username], ['RegisterPswd', line.password], ['RegisterTTL', facts.expires],
          ['Transport', TRANSPORT[facts.transport]], ['RTPEncryption', SRTP[line.srtp]], ['MWINum', line.voicemail], ['SubscribeMWI', line.voicemail === '' ? 0 : 1],
        ]
      : [['EnableReg', 0]]
    return `    <line index="${index + 1}">\n${xmlTags(entries, '      ')}    </line>\n`
  }).join('')
}

function phone({ ntp, zone, language, phoneBook, name }: PhoneFacts): string {
  const at = (what: string, { month, week, weekday, hour, minute }: Switch): Entry[] => [[`DST${what}Mon`, month], [`DST${what}Hour`, hour], [`DST${what}Wday`, weekday], [`DST${what}Week`, week], [`DST${what}Min`, minute]]
  const date: Entry[] = [
    // Quarters of an hour.
    ['EnableSNTP', 1], ['SNTPServer', ntp], ['TimeZone', zone.offset / 15], ['EnableDST', zone.summer ? 2 : 0],
    ...(zone.summer ? [['DSTMinOffset', zone.summer.minutes] as const, ...at('Start', zone.summer.start), ...at('End', zone.summer.end)] : []),
  ]
  return `  <phone>
    <display>
${xmlTags([['DefaultLanguage', called(LANGUAGES, language, 'en')], ['HostName', name]], '      ')}    </display>
    <date>
${xmlTags(date, '      ')}    </date>
    <xmlContact index="1">
${xmlTags([['Name', 'Company'], ['Addr', phoneBook], ['LineIndex', 1]], '      ')}    </xmlContact>
  </phone>
`
}

/** A lamp's value ends with the code that picks up calls ringing there. */
function functionKeys({ keys: set, pickUp }: PhoneFacts, keys: number): string {
  return Array.from({ length: keys }, (_, index) => {
    const key = set[index] ?? { type: 'empty', value: '', label: '' }
    const [type, value] = ({
      line: [2, `SIP${key.value}`], lamp: [1, `${key.value}@1/ba${pickUp === '' ? '' : `${pickUp}${key.value}`}`], park: [1, `${key.value}@1/c`], 'speed-dial': [1, `${key.value}@1/f`], empty: [0, ''],
    } as const)[key.type]
    return `      <Fkey index="${index + 1}">\n${xmlTags([['Type', type], ['Value', value], ['Title', key.label]], '        ')}      </Fkey>\n`
  }).join('')
}
