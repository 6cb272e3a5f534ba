/** A real embedded PostgreSQL in a folder of its own, gone after the tests. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from '../../../config/database/index.ts'
import { openDatabase } from '../../../config/database/open.ts'
import { createLogger } from '../../../config/logger.ts'
import { createSecrets } from '../../../config/secrets.ts'
import type { PersonActor } from '../../../config/actor.ts'
import { plainSip } from '../../support/plain-sip.ts'

export const logger = createLogger('silent')
export const secrets = createSecrets(Buffer.alloc(32, 9))
export const settings = { sip: { ...plainSip, hosts: ['192.0.2.1'], port: 5060 } }

export interface Ground {
  database: Database
  actor: PersonActor
  close(): Promise<void>
}

export async function startPostgres(): Promise<Ground> {
  const home = await mkdtemp(join(tmpdir(), 'dialplane-directory-'))
  const database = await openDatabase({ settings: { home, database: { url: undefined, pool: 4 } }, logger })
  const [tenant] = await database.system('test', (trx) => trx('tenants').select('id').where({ is_default: true }))
  return {
    database,
    actor: { kind: 'user', tenantId: tenant.id as string, id: '00000000-0000-4000-8000-0000000000aa', name: 'admin@example.com', permissions: new Set() },
    async close() {
      await database.close()
      await rm(home, { recursive: true, force: true })
    },
  }
}

/** A second tenant, and an administrator of it. */
export async function addTenant(ground: Ground, slug: string, domains: string[] = []): Promise<PersonActor> {
  const id = crypto.randomUUID()
  await ground.database.system('test', (trx) => trx('tenants').insert({ id, slug, name: slug, sip_realm: slug, sip_domains: domains }))
  return { ...ground.actor, tenantId: id }
}
