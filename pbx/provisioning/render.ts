import { createHash } from 'node:crypto'
import type { Clock } from '../../config/clock.ts'
import type { Secrets } from '../../config/secrets.ts'
import type { Settings } from '../../config/settings/settings.ts'
import type { DeviceRow } from '../../migrations/tables.ts'
import { openDevicePassword, registrationAddress } from '../directory/credentials.ts'
import type { PhoneRecord } from '../directory/phone-record.ts'
import { openPhone } from '../directory/phones.ts'
import type { Directory, DirectorySnapshot, SnapshotTenant } from '../directory/types.ts'
import type { PhoneKey } from '../door-phones.ts'
import { codeFor } from '../routing/feature-codes.ts'
import type { LineFacts, PhoneFacts, PhoneFile } from './facts.ts'
import { phoneBookOf, type BookEntry } from './phone-book.ts'
import { modelOf, vendorOf } from './vendors.ts'
import { zoneOf, type Zone } from './zone.ts'

export interface Renderer {
  /** What this phone may fetch, its settings first; nothing when its vendor or tenant is unknown. */
  files(record: PhoneRecord, origin: string): PhoneFile[]
  /** Changes when the settings do. */
  hash(record: PhoneRecord): string
  /** The settings without what is secret in them. */
  masked(record: PhoneRecord, origin: string): PhoneFile | undefined
}

export interface RendererOptions {
  directory: Pick<Directory, 'snapshot'>
  secrets: Secrets
  settings: Pick<Settings, 'sip' | 'media'>
  listening: () => readonly string[]
  /** Whether the media engine can encrypt at all. */
  srtp: () => boolean
  clock: Clock
}

const EXPIRES = 300
const NTP = 'pool.ntp.org'
const MASK = '********'
/** Settings are compared by these, wherever phones reach us. */
const NOWHERE = 'https://-'

export function createRenderer({ directory, secrets, settings, listening, srtp, clock }: RendererOptions): Renderer {
  const hashes = new Map<string, { of: string; hash: string }>()
  let drawnFrom: unknown
  const zones = new Map<string, Zone>()
  const zoneFor = (name: string): Zone => {
    const year = new Date(clock.now()).getUTCFullYear()
    const key = `${name} ${year}`
    let zone = zones.get(key)
    if (!zone) zones.set(key, (zone = zoneOf(name, year)))
    return zone
  }
  const codecs = settings.media.codecs.filter((codec) => ['opus', 'G722', 'PCMU', 'PCMA'].includes(codec))

  const factsOf = (record: PhoneRecord, tenant: SnapshotTenant, origin: string, hidden: boolean): PhoneFacts => {
    const { row } = record
    const { domain, port, transports } = registrationAddress(settings, listening(), tenant.domains)
    const served = transports.find(({ name }) => name === row.transport) ?? { name: transports[0]?.name ?? 'udp', port }
    const transport = served.name === 'tls' || served.name === 'tcp' ? served.name : 'udp'
    const codes = directory.snapshot().changedCodesOf(tenant.id)
    const url = `${origin}/provision/${hidden ? MASK : openPhone(secrets, 'phone-link', row)}/`
    const lines = record.devices.flatMap((device): LineFacts[] => {
      const extension = directory.snapshot().extension(whoseNow(directory.snapshot(), device))
      if (!extension || !device.password_sealed) return []
      const policy = srtp() ? (extension.encryption ?? settings.media.encryption) : 'off'
      // Keys go where nobody between reads them, unless the house says otherwise.
      const readable = transport !== 'tls' && !settings.media.sdesInClear
      return [{
        number: extension.number, name: extension.name, username: device.sip_username, password: hidden ? MASK : openDevicePassword(secrets, tenant.id, device.password_sealed),
        srtp: policy === 'require' ? 'required' : policy === 'offer' && !readable ? 'optional' : 'off',
        voicemail: extension.voicemail ? (codeFor(codes, 'voicemail-own') ?? '') : '',
      }]
    })
    const book = phoneBookOf(row.vendor, { mac: row.mac ?? '', keys: [] }, [])
    return {
      name: row.name, model: row.model, mac: row.mac ?? '', lines, keys: personalKeys(record, lines) ?? keysFor(row.keys, lines), server: domain, port: served.port, transport, expires: EXPIRES, codecs, ntp: NTP,
      zone: zoneFor(row.time_zone ?? tenant.timeZone), language: row.language, adminPassword: hidden ? MASK : openPhone(secrets, 'phone-admin', row), url, phoneBook: `${url}${book.name}`,
      pickUp: codeFor(codes, 'pick-up-extension') ?? '',
    }
  }
  /** At a shared phone: the lines, and the lamps of whoever sits there. Undefined: the keys of the phone. */
  const personalKeys = ({ row, devices }: PhoneRecord, lines: readonly LineFacts[]): PhoneKey[] | undefined => {
    const snapshot = directory.snapshot()
    const at = devices.map(({ id }) => snapshot.device(id)).find((device) => device?.desk?.login)
    const numbers = (at && snapshot.extension(at.extensionId)?.lampNumbers) ?? []
    if (numbers.length === 0) return undefined
    const vendor = vendorOf(row.vendor)
    const lamps = numbers.map((number): PhoneKey => ({ type: 'lamp', value: number, label: snapshot.extensionByNumber(row.tenant_id, number)?.name ?? number }))
    return [...keysFor([], lines), ...lamps].slice(0, (vendor && modelOf(vendor, row.model))?.keys ?? 0)
  }
  const settingsOf = (record: PhoneRecord, origin: string, hidden = false): { facts: PhoneFacts; files: PhoneFile[] } | undefined => {
    const tenant = directory.snapshot().tenant(record.row.tenant_id)
    const vendor = vendorOf(record.row.vendor)
    const model = vendor && modelOf(vendor, record.row.model)
    if (!tenant || !model) return undefined
    const facts = factsOf(record, tenant, origin, hidden)
    return { facts, files: vendor.files(facts, model.lines, model.keys) }
  }
  const people = (tenantId: string): BookEntry[] => directory.snapshot().extensionsOf(tenantId).filter(({ enabled, listed }) => enabled && listed)
    .map(({ name, number }) => ({ name, number })).toSorted((a, b) => a.name.localeCompare(b.name) || a.number.localeCompare(b.number))

  return {
    files(record, origin) {
      const found = settingsOf(record, origin)
      if (!found) return []
      return vendorOf(record.row.vendor)?.soft === true ? found.files : [...found.files, phoneBookOf(record.row.vendor, found.facts, people(record.row.tenant_id))]
    },
    hash(record) {
      const { row, devices } = record
      // Lists ask for it again and again while nothing changes.
      if (drawnFrom !== directory.snapshot()) hashes.clear()
      drawnFrom = directory.snapshot()
      const of = [row.version, ...devices.map((device) => `${device.id} ${device.credentials_changed_at.getTime()}`), ...listening()].join()
      const known = hashes.get(row.id)
      if (known?.of === of) return known.hash
      const texts = settingsOf(record, NOWHERE)?.files.map(({ text }) => text) ?? []
      const hash = createHash('sha256').update(JSON.stringify([texts, row.keys])).digest('base64url')
      hashes.set(row.id, { of, hash })
      return hash
    },
    masked: (record, origin) => settingsOf(record, origin, true)?.files.find((file) => file.settings),
  }
}

/** The extension that a line has at this moment: at a shared phone of whoever sits there. */
export const whoseNow = (snapshot: DirectorySnapshot, { id, extension_id }: Pick<DeviceRow, 'id' | 'extension_id'>): string => snapshot.device(id)?.extensionId ?? extension_id

/** Without keys of its own a phone has one for each line. */
function keysFor(keys: readonly PhoneKey[], lines: readonly LineFacts[]): PhoneKey[] {
  if (keys.length === 0) return lines.map(({ number }, index) => ({ type: 'line', value: String(index + 1), label: number }))
  return keys.map((key) => (key.type === 'line' && key.label === '' ? { ...key, label: lines[Number(key.value) - 1]?.number ?? '' } : key))
}
