/** The API on a real embedded PostgreSQL, with the PBX played by a fake and time in our hands. */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startApi, type Api, type ApiOptions } from '../../api/server.ts'
import type { Database } from '../../config/database/index.ts'
import { openDatabase, type OpenDatabase } from '../../config/database/open.ts'
import { createLogger } from '../../config/logger.ts'
import { createSecrets } from '../../config/secrets.ts'
import type { Settings } from '../../config/settings/settings.ts'
import { createPasswords } from '../../api/identity/passwords.ts'
import { seedRoles } from '../../api/identity/roles.ts'
import { administrator, ApiClient } from '../support/http-client.ts'
import { createFakePbx, type FakePbx } from './fake-pbx.ts'
import { plainCalls, plainMedia } from '../support/plain-media.ts'
import { plainSip } from '../support/plain-sip.ts'

export { administrator }

export interface Ground {
  api: Api
  database: OpenDatabase
  settings: Settings
  pbx: FakePbx
  /** Lines of the log. */
  log: Record<string, unknown>[]
  /** Moves the clock of the API on. */
  pass(ms: number): void
  /** Nobody's client. */
  client(): ApiClient
  /** The first administrator, signed in. */
  admin: ApiClient
  tenantId: string
  /** Adds a person to the administrator's tenant and signs them in. */
  person(roles: string[]): Promise<{ client: ApiClient; id: string; email: string; password: string }>
  /** A program with a token of the administrator. */
  program(permissions: string[]): Promise<{ client: ApiClient; id: string; token: string }>
  /** The administrator of another tenant, signed in. */
  stranger(): Promise<{ client: ApiClient; tenantId: string }>
  /** Starts another API on the same database. */
  restart(options?: Partial<ApiOptions>): Promise<Api>
  close(): Promise<void>
}

export interface GroundOptions extends Partial<ApiOptions> {
  /** Do not make the first administrator. */
  bare?: boolean
  publicUrl?: string
}

export async function openGround({ bare = false, publicUrl = '', ...options }: GroundOptions = {}): Promise<Ground> {
  const home = await mkdtemp(join(tmpdir(), 'dialplane-api-'))
  const log: Record<string, unknown>[] = []
  const logger = createLogger('debug', { write: (line: string) => void log.push(JSON.parse(line) as Record<string, unknown>) })
  const settings = settingsFor(home, publicUrl)
  const database = await openDatabase({ settings, logger })
  const pbx = createFakePbx()
  let passed = 0
  const clock = { now: () => Date.now() + passed }
  const common: ApiOptions = { settings, logger, database, secrets: createSecrets(Buffer.alloc(32, 1)), pbx, clock, checkResponses: true, ...options }
  const started: Api[] = []
  const start = async (more: Partial<ApiOptions> = {}): Promise<Api> => {
    const api = await startApi({ ...common, ...more })
    started.push(api)
    return api
  }
  const close = async (): Promise<void> => {
    for (const api of started) await api.close()
    await database.close()
    await rm(home, { recursive: true, force: true })
  }
  try {
    const api = await start()
    const client = (): ApiClient => new ApiClient(`http://127.0.0.1:${api.port}`)
    const admin = client()
    let tenantId = ''
    if (!bare) {
      await admin.setUp((await api.setupLink()) ?? '')
      tenantId = (await admin.get<{ tenant: { id: string } }>('/auth/session')).tenant.id
    }
    return {
      api, database, settings, pbx, log, client, admin, tenantId, close,
      restart: start,
      pass: (ms) => void (passed += ms),
      async person(roles) {
        const email = `${randomUUID()}@example.test`
        const password = `a good one ${randomUUID()}`
        const { id } = await admin.post<{ id: string }>('/users', { name: 'Some Body', email, password, roles })
        const person = client()
        await person.signIn({ name: '', email, password })
        return { client: person, id, email, password }
      },
      async program(permissions) {
        const made = await admin.post<{ token: string; apiToken: { id: string } }>('/tokens', { name: 'program', permissions })
        const program = client()
        program.bearer = made.token
        return { client: program, id: made.apiToken.id, token: made.token }
      },
      async stranger() {
        const other = await addTenant(database)
        const person = client()
        await person.signIn({ name: '', email: other.email, password: other.password })
        return { client: person, tenantId: other.tenantId }
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

export function settingsFor(home: string, publicUrl: string): Settings {
  return {
    home,
    http: { host: '127.0.0.1', port: 0, publicUrl },
    sip: plainSip,
    shield: { scanners: [], perSecond: 30, burst: 300, overloadMs: 0 },
    media: { ...plainMedia, ports: { first: 20_000, last: 20_100 } },
    provisioning: { plainNetworks: ['127.0.0.1'] },
    signIn: { networks: ['127.0.0.0/8'] },
    webhooks: { networks: ['127.0.0.0/8'] },
    stir: { networks: [] },
    database: { url: undefined, pool: 4 },
    configuration: { token: undefined, url: undefined },
    backup: { folder: join(home, 'backups'), passphrase: undefined },
    registrar: { expiresMin: 60, expiresDefault: 600, expiresMax: 3600, nonceSeconds: 300, digest: ['SHA-256', 'MD5'], qualifySeconds: 0, contactsFull: 'replace' },
    calls: plainCalls,
    session: { expires: 1800, min: 90 },
    keep: { historyDays: 365, traceDays: 30 },
    hep: undefined,
    log: { level: 'debug', to: 'stdout' },
  }
}

async function addTenant(database: Database): Promise<{ tenantId: string; email: string; password: string }> {
  const tenantId = randomUUID()
  const userId = randomUUID()
  const email = `${userId}@example.test`
  const password = `a good one ${randomUUID()}`
  const hash = await (await createPasswords()).hash(password)
  await database.system('test: another tenant', (trx) =>
    trx('tenants').insert({ id: tenantId, slug: tenantId, name: 'Other', sip_realm: tenantId }),
  )
  await seedRoles(database)
  await database.system('test: its administrator', async (trx) => {
    await trx('users').insert({ id: userId, tenant_id: tenantId, email, name: 'Stranger', password_hash: hash })
    const role = await trx('roles').where({ tenant_id: tenantId, key: 'admin' }).first<{ id: string }>('id')
    await trx('user_roles').insert({ tenant_id: tenantId, user_id: userId, role_id: role?.id })
  })
  return { tenantId, email, password }
}

/** `error` of an error answer. */
export function errorOf(answer: { json: unknown }): { code: string; message: string; details: { field: string; message: string }[] } {
  return (answer.json as { error: { code: string; message: string; details: { field: string; message: string }[] } }).error
}
