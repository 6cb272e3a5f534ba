import type { Clock } from '../../config/clock.ts'
import { Refusal, refuseWrong, type RefusalDetail } from '../../config/errors.ts'
import { randomToken } from '../../config/ids.ts'
import type { PhoneRow } from '../../migrations/tables.ts'
import { hashOfToken } from '../directory/credentials.ts'
import type { PhoneRecord } from '../directory/phone-record.ts'
import { openPhone } from '../directory/phones.ts'
import type { Directory } from '../directory/types.ts'
import type { PhoneKey, PhonesDoor, ProvisionedPhone } from '../door-phones.ts'
import { checkKeys, checkPhone } from './check.ts'
import { createOpening } from './opening.ts'
import { createRenderer, type Renderer, type RendererOptions } from './render.ts'
import { createResync, type ResyncOptions } from './resync.ts'
import { createServe, type ServeOptions } from './serve.ts'
import { modelOf, VENDORS, vendorOf } from './vendors.ts'

export interface ProvisioningRoom {
  door: PhonesDoor
  close(): void
}

type Options = RendererOptions & Omit<ServeOptions, 'renderer'> & Omit<ResyncOptions, 'renderer'> & { directory: Directory; clock: Clock }

const LINK_MS = 3 * 86_400_000
const LINK_BYTES = 18

/** Phones that are set up from here: what they are, what they fetch, and that they are told when it changed. */
export function openProvisioning(options: Options): ProvisioningRoom {
  const { database, directory, secrets, clock } = options
  const { phones } = directory
  const renderer = createRenderer(options)
  const resync = createResync({ ...options, renderer })
  const show = (record: PhoneRecord): ProvisionedPhone => shown(record, renderer, clock.now())

  return {
    close: () => resync.close(),
    door: {
      vendors: () => VENDORS,
      opening: createOpening(database, clock),
      list: async (actor) => (await phones.list(actor)).map(show),
      get: async (actor, id) => show(await phones.get(actor, id)),
      create: async (actor, input) => show(await phones.create(actor, checkPhone(input, {}))),
      async update(actor, id, input, version) {
        const { row, devices } = await phones.get(actor, id)
        const { vendor, model, mac, keys } = row
        return show(await phones.update(actor, id, checkPhone(input, { vendor, model, mac, keys, lines: devices.map((device) => device.extension_id) }), version))
      },
      remove: (actor, id) => phones.remove(actor, id),
      setKeys: (actor, ids, keys) => phones.setKeys(actor, ids, keys, (record) => refuseKeys(record, keys)),

      async makeLink(actor, id) {
        const { row } = await phones.get(actor, id)
        const token = randomToken(LINK_BYTES)
        const until = new Date(clock.now() + LINK_MS)
        await database.change(actor, async (trx) => {
          await trx('phones').where({ id }).update({ link_hash: hashOfToken(token), link_until: until, link_address: null })
          return { result: undefined, audit: { action: 'phone.link', subjectType: 'phone', subjectId: id, after: { name: row.name, until } } }
        })
        return { token, file: (vendorOf(row.vendor)?.file ?? '').replace('{mac}', row.mac ?? ''), until }
      },
      adminPassword: (actor, id) => database.change(actor, async (trx) => {
        const row = (await trx<PhoneRow>('phones').where({ id }).first()) as PhoneRow | undefined
        if (!row) throw new Refusal('not-found', 'There is no such phone.')
        return { result: openPhone(secrets, 'phone-admin', row), audit: { action: 'phone.password', subjectType: 'phone', subjectId: id, after: { name: row.name } } }
      }),
      async ask(actor, id, restart) {
        const record = await phones.get(actor, id)
        if (vendorOf(record.row.vendor)?.soft === true) throw new Refusal('unprocessable', 'An app fetches its account by itself when it starts.')
        const asked = await resync.ask(record, restart)
        await database.change(actor, async () => ({ result: undefined, audit: { action: restart ? 'phone.restart' : 'phone.resync', subjectType: 'phone', subjectId: id, after: { name: record.row.name, ...asked } } }))
        return asked
      },
      async preview(actor, id) {
        const file = renderer.masked(await phones.get(actor, id), 'https://…')
        if (!file) throw new Refusal('conflict', 'This model is not known any more. Choose another one.')
        return { file: file.name, text: file.text }
      },
      serve: createServe({ ...options, renderer }),
    },
  }
}

function refuseKeys({ row, devices }: PhoneRecord, keys: readonly PhoneKey[]): void {
  const details: RefusalDetail[] = []
  const vendor = vendorOf(row.vendor)
  checkKeys(keys, (vendor && modelOf(vendor, row.model)) ?? { keys: 0 }, devices.length, (field, message) => void details.push({ field, message: `${row.name}: ${message}` }))
  refuseWrong(details)
}

function shown(record: PhoneRecord, renderer: Renderer, now: number): ProvisionedPhone {
  const { row, devices } = record
  const { id, name, vendor, model, mac, keys, transport, language, networks, version } = row
  return {
    id, name, vendor, model, mac, keys, transport, language, networks, version, timeZone: row.time_zone,
    lines: devices.map((device) => device.extension_id), deviceIds: devices.map((device) => device.id),
    state: row.served_hash === null ? 'never' : row.served_hash === renderer.hash(record) ? 'current' : 'behind',
    fetch: row.fetched_at && { at: row.fetched_at, address: row.fetched_from ?? '', userAgent: row.fetched_agent ?? '', file: row.fetched_file ?? '' },
    told: row.told_at && { at: row.told_at, status: row.told_status },
    link: row.link_hash && row.link_until && row.link_until.getTime() > now ? { until: row.link_until, usedFrom: row.link_address } : null,
    createdAt: row.created_at, updatedAt: row.updated_at,
  }
}
