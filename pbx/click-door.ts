import type { Actor } from '../config/actor.ts'
import { Refusal, wrongField } from '../config/errors.ts'
import type { History } from './cdr/history.ts'
import type { Directory, SnapshotExtension } from './directory/types.ts'
import type { ClickConfig, ClickDoor } from './door.ts'
import { notShown } from './lines.ts'

/** The settings of click-to-dial by extension, and what became of the clicks. */
export function createClickDoor({ directory, history }: { directory: Directory; history: History }): ClickDoor {
  const find = ({ tenantId }: Actor, extension: string): SnapshotExtension => {
    const snapshot = directory.snapshot()
    const found = snapshot.extensionByNumber(tenantId, extension) ?? snapshot.extension(extension)
    if (found?.tenantId !== tenantId) throw new Refusal('not-found', `There is no extension ${extension}.`)
    return found
  }
  const show = ({ id, number, name }: SnapshotExtension): ClickConfig => ({ ...directory.snapshot().clickToDialOf(id), extensionId: id, number, name })
  return {
    list: (actor) => directory.snapshot().extensionsOf(actor.tenantId).map(show).toSorted((a, b) => a.number.localeCompare(b.number, 'en', { numeric: true })),
    get: (actor, extension) => show(find(actor, extension)),
    async configure(actor, extension, input, version) {
      const { id } = find(actor, extension)
      const own = new Set(directory.snapshot().devicesOf(id).map((device) => device.id))
      if (input.deviceIds?.some((device) => !own.has(device))) throw wrongField('deviceIds', 'One of these is no phone of this extension.')
      const why = typeof input.outsideNumber === 'string' ? notShown(directory, actor.tenantId, input.outsideNumber) : undefined
      if (why !== undefined) throw wrongField('outsideNumber', why)
      await directory.clickToDial.configure(actor, id, input, version)
      return show(find(actor, id))
    },
    async history(actor, extension, page) {
      const { id } = find(actor, extension)
      const newest = { sort: 'started_at', order: 'desc' } as const
      const { rows, total } = await history.list(actor, { ...page, ...newest, extensionId: id, clicked: true })
      const later = rows.length === 0 ? [] : (await history.list(actor, { page: 1, limit: 1_000, ...newest, rootIds: rows.map((row) => row.id) })).rows
      return { total, rows: rows.map((own) => ({ own, then: later.find(({ rootId, id: one }) => rootId === own.id && one !== own.id) ?? null })) }
    },
  }
}
