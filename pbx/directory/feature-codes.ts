import type { Transaction } from '../../config/database/index.ts'
import type { FeatureCodeSettingsRow } from '../../migrations/tables.ts'
import { saveSettings, type Columns } from './columns.ts'
import { CUSTOMARY_CODES } from './snapshot.ts'
import type { ChangedCodes, Directory } from './types.ts'
import type { DirectoryWorld } from './world.ts'

const SETTINGS: Columns<{ changed: ChangedCodes }, FeatureCodeSettingsRow> = [['changed', 'changed']]
const JSONB = new Set(['changed'])

export function createFeatureCodeRepository(world: DirectoryWorld): Directory['featureCodes'] {
  return { configure: (actor, changed) => saveSettings(world, actor, 'feature_code', SETTINGS, { changed }, JSONB) }
}

export async function loadFeatureCodes(trx: Transaction, tenantId: string): Promise<ChangedCodes> {
  const row = (await trx<FeatureCodeSettingsRow>('feature_code_settings').where({ tenant_id: tenantId }).first()) as FeatureCodeSettingsRow | undefined
  return row && Object.keys(row.changed).length > 0 ? row.changed : CUSTOMARY_CODES
}
