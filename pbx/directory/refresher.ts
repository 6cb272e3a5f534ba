import type { Database } from '../../config/database/index.ts'
import { messageOf } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type { Secrets } from '../../config/secrets.ts'
import { loadTenant, loadTenantIds } from './load.ts'
import type { LoadOptions } from './load.ts'
import { createSnapshot } from './snapshot.ts'
import type { TenantPicture } from './snapshot.ts'
import type { DirectorySnapshot } from './types.ts'

const CHANNEL = 'dialplane_directory'
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export interface Refresher {
  snapshot(): DirectorySnapshot
  /** Reads a tenant again. Resolves when the snapshot shows everything committed before this call. */
  refresh(tenantId: string): Promise<void>
  onChange(listener: (tenantId: string) => void): () => void
  close(): Promise<void>
}

/** A read of one tenant that is going on, and whether another must follow it. */
interface Reading {
  current: Promise<void>
  next: Promise<void> | undefined
}

function idsOf(picture: TenantPicture | undefined): string[] {
  return picture === undefined ? [] : [...picture.extensions.keys(), ...picture.devices.keys(), ...picture.conferences.keys(), ...picture.ringGroups.keys(), ...picture.schedules.byId.keys(), ...picture.attendants.byId.keys(), ...picture.parkLots.byId.keys(), ...picture.pagingGroups.byId.keys(), ...picture.applications.byId.keys(), ...[...picture.lines.trunks, ...picture.lines.pinSets].map(({ id }) => id)]
}

/** Keeps the snapshot true: own writes refresh at once, those of others by notification, and everything is read again when notifications may be missing. */
export async function createRefresher(options: { database: Database; secrets: Secrets; logger: Logger }): Promise<Refresher> {
  const { database, logger } = options
  const loading: LoadOptions = { secrets: options.secrets, logger, opened: new Map() }
  const listeners = new Set<(tenantId: string) => void>()
  const readings = new Map<string, Reading>()
  const home = new Map<string, string>()
  let tenants: ReadonlyMap<string, TenantPicture> = new Map()
  let snapshot = createSnapshot(tenants, home)
  let closed = false

  const replace = (tenantId: string, picture: TenantPicture | undefined): void => {
    const before = tenants.get(tenantId)
    for (const id of idsOf(before)) home.delete(id)
    for (const id of before?.devices.keys() ?? []) if (!picture?.devices.has(id)) loading.opened.delete(id)
    for (const id of idsOf(picture)) home.set(id, tenantId)
    const next = new Map(tenants)
    if (picture) next.set(tenantId, picture)
    else next.delete(tenantId)
    tenants = next
    snapshot = createSnapshot(tenants, home)
  }

  const tell = (tenantId: string): void => {
    for (const listener of listeners) {
      try {
        listener(tenantId)
      } catch (error) {
        logger.error({ err: error, tenant: tenantId }, `a listener of the directory failed: ${messageOf(error)}`)
      }
    }
  }

  const read = async (tenantId: string): Promise<void> => {
    const picture = await database.system('directory', (trx) => loadTenant(trx, tenantId, loading))
    if (closed) return
    replace(tenantId, picture)
    tell(tenantId)
  }

  const refresh = (tenantId: string): Promise<void> => {
    const reading = readings.get(tenantId)
    if (reading) {
      // The read going on may have begun before what the caller committed; one more serves all who wait.
      reading.next ??= reading.current.then(() => start(tenantId), () => start(tenantId))
      return reading.next
    }
    return start(tenantId)
  }
  const start = (tenantId: string): Promise<void> => {
    const reading: Reading = { current: read(tenantId), next: undefined }
    readings.set(tenantId, reading)
    const done = (): void => {
      if (readings.get(tenantId) === reading && reading.next === undefined) readings.delete(tenantId)
    }
    reading.current.then(done, done)
    return reading.current
  }

  const reload = async (): Promise<void> => {
    const ids = await database.system('directory', loadTenantIds)
    for (const id of new Set([...ids, ...tenants.keys()])) await refresh(id)
  }
  const inBackground = (work: Promise<void>): void => {
    work.catch((error: unknown) => {
      // The old picture stays; the gap that follows a lost connection reads all of it again.
      if (!closed) logger.warn({ err: error }, `the directory could not be read: ${messageOf(error)}`)
    })
  }

  // Listening begins before the first read, so that no change falls between the two.
  const unlisten = await database.listen(
    CHANNEL,
    (payload) => {
      if (!closed && UUID.test(payload)) inBackground(refresh(payload))
    },
    () => {
      if (!closed) inBackground(reload())
    },
  )
  try {
    await reload()
  } catch (error) {
    await unlisten()
    throw error
  }

  return {
    snapshot: () => snapshot,
    refresh,
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async close() {
      if (closed) return
      closed = true
      listeners.clear()
      await unlisten()
      await Promise.allSettled([...readings.values()].flatMap((reading) => [reading.current, reading.next]))
    },
  }
}
