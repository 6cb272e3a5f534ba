/** The web pages that may call with tokens of a tenant's people. */
import type { Actor, TenantId } from '../../config/actor.ts'
import type { Database } from '../../config/database/index.ts'
import { messageOf, Refusal } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type { DialPagesRow } from '../../migrations/tables.ts'
import type { DialPages } from '../http/world.ts'

/** Keeps them at hand: each request of a page asks. */
export async function openDialPages({ database, logger }: { database: Database; logger: Logger }): Promise<DialPages> {
  let origins = new Map<TenantId, readonly string[]>()
  const reload = async (): Promise<void> => {
    const rows = (await database.system('pages that may call', (trx) => trx<DialPagesRow>('dial_pages').select('tenant_id', 'origins'))) as Pick<DialPagesRow, 'tenant_id' | 'origins'>[]
    origins = new Map(rows.map((row) => [row.tenant_id, row.origins]))
  }
  const reloadSoon = (): void => void reload().catch((error: unknown) => logger.warn(`pages that may call are not read again: ${messageOf(error)}`))
  const unlisten = await database.listen('dialplane_dial_pages', reloadSoon, reloadSoon)
  await reload()
  const shown = (row: DialPagesRow | undefined) => ({ origins: row?.origins ?? [], version: row?.version ?? 0, updatedAt: row?.updated_at ?? null })
  return {
    of: (tenantId) => origins.get(tenantId) ?? [],
    settings: (actor) => database.read(actor, async (trx) => shown(await trx<DialPagesRow>('dial_pages').first())),
    async configure(actor: Actor, input, version) {
      const row = await database.change(actor, async (trx) => {
        // Two who are the first to set anything meet at the row.
        await trx('dial_pages').insert({ tenant_id: actor.tenantId, version: 0 }).onConflict('tenant_id').ignore()
        const before = (await trx<DialPagesRow>('dial_pages').forUpdate().first()) as DialPagesRow
        if (version !== undefined && version !== before.version) throw new Refusal('conflict', 'Somebody else has changed the pages meanwhile. Load them again.')
        const next = { origins: input.origins === undefined ? before.origins : [...new Set(input.origins)] }
        const [result] = (await trx<DialPagesRow>('dial_pages').update({ ...next, version: before.version + 1, updated_at: trx.fn.now() as never }).returning('*')) as [DialPagesRow]
        return { result, audit: { action: 'dial-pages.update', subjectType: 'dial-pages', subjectId: actor.tenantId, before: { origins: before.origins }, after: next } }
      })
      await reload()
      return shown(row)
    },
    close: () => unlisten(),
  }
}
