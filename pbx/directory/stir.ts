/** What calls of a tenant are signed with, and whose signatures are believed. The key goes in and never comes out. */
import { X509Certificate } from 'node:crypto'
import type { Transaction } from '../../config/database/index.ts'
import type { Secrets } from '../../config/secrets.ts'
import type { StirSettingsRow } from '../../migrations/tables.ts'
import { UNSIGNED } from './snapshot.ts'
import type { Directory, SnapshotStir } from './types.ts'
import type { DirectoryWorld } from './world.ts'

const PURPOSE = 'stir-key'

export function createStirRepository(world: DirectoryWorld): Directory['stir'] {
  const { database, secrets } = world
  return {
    async configure(actor, { certificate, key, ...input }) {
      await database.change(actor, async (trx) => {
        const read = async (): Promise<StirSettingsRow | undefined> => (await trx<StirSettingsRow>('stir_settings').first()) as StirSettingsRow | undefined
        const before = await read()
        await trx('stir_settings').insert({
          tenant_id: actor.tenantId, updated_at: new Date(),
          ...(input.certificateUrl !== undefined && { certificate_url: input.certificateUrl }),
          ...(input.authorities !== undefined && { authorities: input.authorities }),
          ...(certificate !== undefined && { certificate, key_sealed: certificate === null || key == null ? null : secrets.seal(PURPOSE, actor.tenantId, key) }),
        }).onConflict('tenant_id').merge()
        return { result: undefined, audit: { action: 'stir-settings.update', subjectType: 'tenant', subjectId: actor.tenantId, before: told(before), after: told(await read()) } }
      })
      await world.refresh(actor.tenantId)
    },
  }
}

/** A certificate by what it is known by. */
function told(row: StirSettingsRow | undefined): Record<string, unknown> {
  return { certificate: row?.certificate == null ? null : new X509Certificate(row.certificate).fingerprint256, certificateUrl: row?.certificate_url ?? null, authorities: row?.authorities ?? null }
}

/** @throws Error when the key does not open */
export async function loadStir(trx: Transaction, tenantId: string, secrets: Secrets): Promise<SnapshotStir> {
  const row = (await trx<StirSettingsRow>('stir_settings').where({ tenant_id: tenantId }).first()) as StirSettingsRow | undefined
  if (!row) return UNSIGNED
  return { certificate: row.certificate, key: row.key_sealed === null ? null : secrets.open(PURPOSE, tenantId, row.key_sealed), certificateUrl: row.certificate_url, authorities: row.authorities }
}
