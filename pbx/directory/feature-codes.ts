import { isDeepStrictEqual } from 'node:util'
import { toJsonb } from '../../config/database/json.ts'
import type { Transaction } from '../../config/database/index.ts'
import type { FeatureCodeSettingsRow } from '../../migrations/tables.ts'
import { CUSTOMARY_CODES } from './snapshot.ts'
import type { ChangedCodes, Directory } from './types.ts'
import type { DirectoryWorld } from './world.ts'

export function createFeatureCodeRepository(world: DirectoryWorld): Directory['featureCodes'] {
  return {
    async change(actor, next) {
      await world.database.change(actor, async (trx) => {
        await trx('feature_code_settings').insert({ tenant_id: actor.tenantId }).onConflict('tenant_id').ignore()
        // Two who change different codes at once come one after the other, and the second sees what the first did.
        const [row] = (await trx<FeatureCodeSettingsRow>('feature_code_settings').forUpdate()) as [FeatureCodeSettingsRow]
        const after = next(row.changed)
        await trx('feature_code_settings').update({ changed: toJsonb(after), updated_at: new Date() })
        return { result: undefined, audit: { action: 'feature-codes.update', subjectType: 'tenant', subjectId: actor.tenantId, ...difference(row.changed, after) } }
      })
      await world.refresh(actor.tenantId)
    },
  }
}

/** The actions that were changed, as they were and are; null: as is customary. */
function difference(before: ChangedCodes, after: ChangedCodes): { before: Record<string, unknown>; after: Record<string, unknown> } {
  const actions = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((action) => !isDeepStrictEqual(before[action], after[action]))
  const of = (codes: ChangedCodes): Record<string, unknown> => Object.fromEntries(actions.map((action) => [action, codes[action] ?? null]))
  return { before: of(before), after: of(after) }
}

export async function loadFeatureCodes(trx: Transaction, tenantId: string): Promise<ChangedCodes> {
  const row = (await trx<FeatureCodeSettingsRow>('feature_code_settings').where({ tenant_id: tenantId }).first()) as FeatureCodeSettingsRow | undefined
  return row && Object.keys(row.changed).length > 0 ? row.changed : CUSTOMARY_CODES
}
