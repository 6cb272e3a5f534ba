import { newId } from '../../config/ids.ts'
import type { Transaction } from '../../config/database/index.ts'
import type { DeviceRow, ExtensionRow } from '../../migrations/tables.ts'
import type { Extension, ExtensionFilter, ExtensionInput, Pbx } from '../door.ts'
import { insertDevice, toDevice } from './devices.ts'
import { forAudit, toRow } from './extension-row.ts'
import { importExtensions } from './import-extensions.ts'
import { checkExtension } from './input.ts'
import { createNumberedRepository, taken, type NumberedKind } from './numbered.ts'
import type { DirectoryWorld } from './world.ts'

/** Numbers sort as numbers do (99 before 100), names as people read them, small letters among the capitals. */
const ORDERS: { readonly [S in ExtensionFilter['sort']]: readonly string[] } = {
  number: ['length(number)', 'number'],
  name: ['lower(name)', 'name'],
  created_at: ['created_at'],
}

const KIND: NumberedKind<ExtensionRow, ExtensionInput, Extension> = {
  table: 'extensions',
  subject: 'extension',
  name: 'extension',
  check: checkExtension,
  toRow: (_actor, input) => toRow(input),
  show: async (trx, row) => one(await withDevices(trx, [row])),
  forAudit,
}

/** Extensions: what the panel and the API read and change. */
export function createExtensionRepository(world: DirectoryWorld): Pbx['extensions'] {
  const { database } = world
  const { get, update, remove } = createNumberedRepository<ExtensionRow, ExtensionInput, Extension>(world, KIND)
  return {
    get,
    update,
    remove,
    import: (actor, lines, trial) => importExtensions(world, actor, lines, trial),

    // There may be very many, so they come by the page.
    list: (actor, filter) =>
      database.read(actor, async (trx) => {
        const found = trx<ExtensionRow>('extensions')
        const search = filter.search?.trim()
        if (search) {
          const pattern = `%${search.replace(/[\\%_]/g, '\\$&')}%`
          void found.where((either) => void either.whereLike('number', pattern).orWhereILike('name', pattern))
        }
        const count = (await found.clone().count('* as total').first()) as { total?: number | string } | undefined
        const rows = await found
          .orderBy([...ORDERS[filter.sort].map((column) => trx.raw(column)), 'id'].map((column) => ({ column: column as string, order: filter.order })))
          .limit(filter.limit)
          .offset((filter.page - 1) * filter.limit)
        return { rows: await withDevices(trx, rows), total: Number(count?.total ?? 0) }
      }),

    async create(actor, input) {
      const values = checkExtension(input)
      const created = await database
        .change(actor, async (trx) => {
          const now = new Date()
          const row = toRow(values)
          const inserted = one(await trx<ExtensionRow>('extensions')
            .insert({ ...row, id: newId(), tenant_id: actor.tenantId, created_at: now, updated_at: now } as ExtensionRow).returning('*'))
          const { device, credentials } = await insertDevice(world, trx, inserted, input.deviceName ?? 'Phone', true)
          const extension = toExtension(inserted, [device])
          const audit = [
            { action: 'extension.create', subjectType: 'extension', subjectId: inserted.id, after: forAudit(inserted) },
            { action: 'device.create', subjectType: 'device', subjectId: device.id, after: { name: device.name, username: device.sip_username, extension: inserted.number } },
          ]
          return { result: { extension, credentials }, audit }
        })
        .catch((error: unknown) => {
          throw taken(error, KIND, input.number)
        })
      await world.refresh(actor.tenantId)
      return created
    },
  }
}

async function withDevices(trx: Transaction, rows: ExtensionRow[]): Promise<Extension[]> {
  const devices = await trx<DeviceRow>('devices').whereIn('extension_id', rows.map((row) => row.id)).orderBy('created_at').orderBy('id')
  return rows.map((row) => toExtension(row, devices.filter((device) => device.extension_id === row.id)))
}

function toExtension(row: ExtensionRow, devices: DeviceRow[]): Extension {
  return {
    id: row.id, number: row.number, name: row.name, ringSeconds: row.ring_seconds, maxContacts: row.max_contacts, contactsFull: row.contacts_full,
    enabled: row.enabled, recording: row.recording, recordingDays: row.recording_days, encryption: row.encryption,
    forwardAlways: row.forward_always, forwardBusy: row.forward_busy, forwardNoAnswer: row.forward_no_answer, forwardUnreachable: row.forward_unreachable,
    doNotDisturb: row.do_not_disturb, vipNumbers: row.vip_numbers, blockedCallers: row.blocked_callers, lampNumbers: row.lamp_numbers, missedCallMail: row.missed_call_mail, callLimit: row.call_limit, voicemail: row.voicemail, pickupGroup: row.pickup_group, supervises: row.supervises, pageable: row.pageable, listed: row.listed, screening: row.screening, speedDials: row.speed_dials, outsideCalls: row.outside_calls, outsideNumber: row.outside_number,
    outsideAtOnce: row.outside_at_once, outsidePerMinute: row.outside_per_minute,
    followMe: row.follow_me, followMeOwnPhones: row.follow_me_own_phones, followMeTo: row.follow_me_to, version: row.version, devices: devices.map(toDevice),
    createdAt: row.created_at, updatedAt: row.updated_at,
  }
}

function one<T>(rows: T[]): T {
  const [row] = rows
  if (row === undefined) throw new Error('A statement that returns one row returned none.')
  return row
}
