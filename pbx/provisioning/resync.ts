import { setImmediate } from 'node:timers/promises'
import type { Database } from '../../config/database/index.ts'
import { messageOf } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type { PhoneRow } from '../../migrations/tables.ts'
import type { CallRegistry } from '../calls/registry.ts'
import type { PhoneRecord } from '../directory/phone-record.ts'
import { recordsOf } from '../directory/phones.ts'
import type { Directory } from '../directory/types.ts'
import type { PhoneAsked } from '../door-phones.ts'
import type { Events } from '../events/events.ts'
import type { Contact, Registrar } from '../registrar/types.ts'
import type { SipServer } from '../sip/types.ts'
import { whoseNow, type Renderer } from './render.ts'
import { vendorOf } from './vendors.ts'

export interface Resync {
  /** Asks a phone to fetch its settings now, or to start again; in a call, when that is over. */
  ask(record: PhoneRecord, restart: boolean): Promise<PhoneAsked>
  close(): void
}

export interface ResyncOptions {
  database: Database
  directory: Pick<Directory, 'snapshot' | 'onChange'>
  registrar: Pick<Registrar, 'contactsOf'>
  registry: Pick<CallRegistry, 'list'>
  events: Pick<Events, 'subscribe'>
  sip: Pick<SipServer, 'request' | 'connected'>
  renderer: Renderer
  logger: Logger
  /** Changes that come together are told once. */
  settleMs?: number
}

const SETTLE_MS = 2_000
/** A house full of phones fetches bit by bit. */
const AT_ONCE = 20

/** Tells the phones whose settings changed, and no others, to fetch them. Which those are is found by rendering: what does not change their text is no news. */
export function createResync({ database, directory, registrar, registry, events, sip, renderer, settleMs = SETTLE_MS, ...options }: ResyncOptions): Resync {
  const logger = options.logger.child({ room: 'provisioning' })
  const settling = new Map<string, NodeJS.Timeout>()
  /** By device: its phone could not be asked and is when it registers. */
  const away = new Map<string, { tenantId: string; phoneId: string }>()
  /** In a call, by phone; `restart` null: only if its settings are still others. */
  const busy = new Map<string, { tenantId: string; deviceIds: string[]; restart: boolean | null }>()
  let closed = false

  const inCall = (tenantId: string, deviceIds: readonly string[]): boolean => registry.list(tenantId).some((call) => !call.over && call.legs.some(({ origin }) => origin.deviceId !== null && deviceIds.includes(origin.deviceId)))
  const contactOf = ({ devices }: PhoneRecord): Contact | undefined =>
    devices.flatMap((device) => registrar.contactsOf(whoseNow(directory.snapshot(), device)).filter(({ deviceId, reachable }) => deviceId === device.id && reachable !== 'no'))[0]
  const read = (tenantId: string, phoneId?: string): Promise<PhoneRecord[]> => database.system('phones whose settings may have changed', async (trx) => {
    const rows = (await trx<PhoneRow>('phones').where({ tenant_id: tenantId }).modify((query) => void (phoneId === undefined ? query.whereNotNull('served_hash') : query.where({ id: phoneId })))) as PhoneRow[]
    return recordsOf(trx, rows)
  })

  const send = async (record: PhoneRecord, contact: Contact, restart: boolean): Promise<number | null> => {
    const { row, devices } = record
    const snapshot = directory.snapshot()
    const device = devices.find(({ id }) => id === contact.deviceId)
    const extension = device && snapshot.extension(whoseNow(snapshot, device))
    const who = `<sip:${extension?.number ?? ''}@${snapshot.tenant(row.tenant_id)?.domains[0] ?? 'localhost'}>`
    const status = await sip.request({
      method: 'NOTIFY', uri: contact.uri, nextHop: contact.nextHop, ...(contact.route.length > 0 && { route: contact.route }),
      headers: { From: who, To: who, Event: eventFor(row.vendor, restart), 'Subscription-State': 'terminated' },
    }).then((answer) => answer.status, (error: unknown) => {
      logger.debug({ phone: row.id }, `a phone could not be asked to fetch its settings: ${messageOf(error)}`)
      return null
    })
    if (closed) return status
    await database.system('a phone was asked', (trx) => trx('phones').where({ id: row.id }).update({ told_at: new Date(), told_status: status, ...(status === null || status === 408 ? { told_hash: null } : {}) }))
      .catch((error: unknown) => logger.warn({ phone: row.id }, `what a phone answered is not kept: ${messageOf(error)}`))
    return status
  }

  /** By itself: once for each state of its settings, by whichever node is first. */
  const tell = async (record: PhoneRecord): Promise<void> => {
    const { row } = record
    const deviceIds = record.devices.map(({ id }) => id)
    for (const id of deviceIds) away.delete(id)
    const hash = renderer.hash(record)
    if (closed || row.served_hash === null || row.served_hash === hash || row.told_hash === hash || vendorOf(row.vendor)?.soft !== false) return
    if (inCall(row.tenant_id, deviceIds)) return void (busy.has(row.id) || busy.set(row.id, { tenantId: row.tenant_id, deviceIds, restart: null }))
    const later = (): void => deviceIds.forEach((id) => away.set(id, { tenantId: row.tenant_id, phoneId: row.id }))
    const contact = sip.connected ? contactOf(record) : undefined
    if (!contact) return later()
    const first = await database.system('a phone is asked', (trx) => trx('phones').where({ id: row.id }).whereRaw('told_hash IS DISTINCT FROM ?', [hash]).update({ told_hash: hash }))
    if (first === 0) return
    const status = await send(record, contact, false)
    if (status === null || status === 408) later()
  }
  const look = async (tenantId: string, phoneId?: string): Promise<void> => {
    const records = await read(tenantId, phoneId)
    for (let at = 0; at < records.length && !closed; at += AT_ONCE) {
      await Promise.all(records.slice(at, at + AT_ONCE).map(tell))
      // Rendering takes its time, and calls do not wait for it.
      await setImmediate()
    }
  }
  const quietly = (work: Promise<unknown>): void => void work.catch((error: unknown) => closed || logger.warn(`phones were not asked to fetch their settings: ${messageOf(error)}`))
  const soon = (tenantId: string): void => {
    // Not put off again and again by changes that keep coming.
    if (closed || settling.has(tenantId)) return
    settling.set(tenantId, setTimeout(() => {
      settling.delete(tenantId)
      quietly(look(tenantId))
    }, settleMs))
  }

  const ask = async (record: PhoneRecord, restart: boolean): Promise<PhoneAsked> => {
    const { row } = record
    const deviceIds = record.devices.map(({ id }) => id)
    const contact = contactOf(record)
    if (!contact || !sip.connected) return { outcome: 'not-registered', status: null }
    if (inCall(row.tenant_id, deviceIds)) {
      busy.set(row.id, { tenantId: row.tenant_id, deviceIds, restart: restart || busy.get(row.id)?.restart === true })
      return { outcome: 'waiting', status: null }
    }
    const status = await send(record, contact, restart)
    return { outcome: status !== null && status < 300 ? 'taken' : 'refused', status }
  }
  const free = async (phoneId: string, { tenantId, restart }: { tenantId: string; restart: boolean | null }): Promise<void> => {
    if (restart === null) return look(tenantId, phoneId)
    const [record] = await read(tenantId, phoneId)
    if (record) await ask(record, restart)
  }

  const stops = [
    directory.onChange(soon),
    events.subscribe((event) => {
      if (event.type === 'registration.changed') {
        const waits = away.get(event.data.registration.deviceId)
        if (waits) quietly(look(waits.tenantId, waits.phoneId))
      } else if (event.type === 'call.ended') {
        for (const [phoneId, waits] of busy) {
          if (waits.tenantId !== event.tenantId || inCall(waits.tenantId, waits.deviceIds)) continue
          busy.delete(phoneId)
          quietly(free(phoneId, waits))
        }
      }
    }),
  ]
  for (const { id } of directory.snapshot().tenants()) soon(id)

  return {
    ask,
    close() {
      closed = true
      for (const timer of settling.values()) clearTimeout(timer)
      for (const stop of stops) stop()
    },
  }
}

function eventFor(vendor: string, restart: boolean): string {
  if (vendor === 'cisco') return restart ? 'reboot' : 'resync'
  return `check-sync;reboot=${restart}`
}
