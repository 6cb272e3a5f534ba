import type { Database } from '../../config/database/index.ts'
import type { Secrets } from '../../config/secrets.ts'
import type { Settings } from '../../config/settings/settings.ts'

/** What changes the snapshot and must see the change before it answers. */
export interface DirectoryWorld {
  database: Database
  secrets: Secrets
  settings: Pick<Settings, 'sip'>
  listening: () => readonly string[]
  /** Resolves when the snapshot shows what was committed before the call. */
  refresh(tenantId: string): Promise<void>
}
