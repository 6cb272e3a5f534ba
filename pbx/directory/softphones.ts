/** Phones in browsers: a device of the own extension for each session, which proves itself only while that session holds a connection. */
import { Refusal } from '../../config/errors.ts'
import type { DeviceRow, ExtensionRow } from '../../migrations/tables.ts'
import { insertDevice, renewDevice, toDevice } from './devices.ts'
import type { SoftphoneRoom } from './types.ts'
import type { DirectoryWorld } from './world.ts'

/** Phones in browsers; which of them hold a connection is known in this process alone. */
export function createSoftphones(world: DirectoryWorld): SoftphoneRoom {
  /** Open connections by device. */
  const open = new Map<string, number>()
  return {
    async issue(actor, { sessionId, extensionId }) {
      const credentials = await world.database.change(actor, async (trx) => {
        const extension = await trx<ExtensionRow>('extensions').where({ id: extensionId }).forUpdate().first()
        if (!extension) throw new Refusal('not-found', 'There is no such extension.')
        if (!extension.enabled) throw new Refusal('conflict', `Extension ${extension.number} is switched off. An administrator can switch it on.`)
        const known = await trx<DeviceRow>('devices').where({ session_id: sessionId, extension_id: extensionId }).forUpdate().first()
        const made = known ? { device: known, credentials: await renewDevice(world, trx, known) } : await insertDevice(world, trx, extension, `Browser of ${actor.name}`.slice(0, 100), false)
        if (!known) await trx<DeviceRow>('devices').where({ id: made.device.id }).update({ session_id: sessionId })
        const after = { username: made.device.sip_username, extension: extension.number }
        return { result: made.credentials, audit: { action: 'softphone.open', subjectType: 'device', subjectId: made.device.id, after } }
      })
      await world.refresh(actor.tenantId)
      return credentials
    },

    async find(actor, sessionId) {
      const row = await world.database.read(actor, (trx) => trx<DeviceRow>('devices').where({ session_id: sessionId }).first())
      return row && toDevice(row as DeviceRow)
    },

    connect(deviceId) {
      open.set(deviceId, (open.get(deviceId) ?? 0) + 1)
      let left = false
      return () => {
        if (left) return
        left = true
        const rest = (open.get(deviceId) ?? 1) - 1
        if (rest > 0) open.set(deviceId, rest)
        else open.delete(deviceId)
      }
    },

    mayProve: ({ id, sessionId }) => sessionId == null || open.has(id),
  }
}
