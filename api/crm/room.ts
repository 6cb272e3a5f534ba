import { join } from 'node:path'
import { serviceActor } from '../../config/actor.ts'
import type { Clock } from '../../config/clock.ts'
import type { Database } from '../../config/database/index.ts'
import { createJournal } from '../../config/database/journal.ts'
import { messageOf } from '../../config/errors.ts'
import { newId } from '../../config/ids.ts'
import type { Logger } from '../../config/logger.ts'
import { createGuard } from '../../config/outbound/guard.ts'
import type { QueueTimes } from '../../config/outbound/patience.ts'
import type { Secrets } from '../../config/secrets.ts'
import type { Settings } from '../../config/settings/settings.ts'
import type { CrmCallRow, CrmConnectionRow } from '../../migrations/tables.ts'
import type { Pbx, PbxEvent } from '../../pbx/index.ts'
import type { CrmLogs } from '../http/world.ts'
import { listenToTenants } from '../live/tenants.ts'
import { noteOf } from './call-note.ts'
import { CrmProblem, type Crm } from './crm.ts'
import { createHubspot } from './hubspot.ts'
import { startCrmQueue } from './queue.ts'
import { createZendesk } from './zendesk.ts'

const PURPOSE = 'crm-token'
const DONE_DAYS = 30
const GIVEN_UP_DAYS = 90
const SWEEP_MS = 3_600_000

type NewCall = Pick<CrmCallRow, 'id' | 'tenant_id' | 'connection_id' | 'call_id' | 'note'>
type Wish = Pick<CrmConnectionRow, 'id' | 'tenant_id' | 'directions' | 'extension_ids'>

/** Writes calls down for the CRMs that want them, and has them logged there. @param options.origin of the panel, for links to calls */
export async function startCrm(options: { database: Database; secrets: Secrets; pbx: Pick<Pbx, 'subscribe' | 'calls'>; settings: Pick<Settings, 'home' | 'webhooks'>; clock: Clock; logger: Logger; origin: string; times?: QueueTimes }): Promise<CrmLogs> {
  const { database, secrets, pbx, settings, origin } = options
  const logger = options.logger.child({ room: 'crm' })
  const guard = createGuard(settings.webhooks.networks, { what: 'connections to CRMs reach', setting: 'WEBHOOK_NETWORKS' })
  const crmOf = ({ kind, address, email, tenant_id, token_sealed }: CrmConnectionRow): Crm => {
    const token = secrets.open(PURPOSE, tenant_id, token_sealed)
    return kind === 'hubspot' ? createHubspot({ guard, address, token }) : createZendesk({ guard, address, email, token })
  }
  const linkOf = async (tenantId: string, callId: string): Promise<string | null> => {
    const call = await pbx.calls.get(serviceActor(tenantId, 'crm'), callId).catch(() => undefined)
    return call === undefined ? null : `${origin}/admin/calls/${callId}`
  }
  const queue = startCrmQueue({ database, logger, crmOf, linkOf, ...(options.times && { times: options.times }) })
  const journal = createJournal<NewCall>({
    name: 'crm', database, logger, spoolFile: join(settings.home, 'spool', 'crm.jsonl'), delayMs: 50,
    async write(trx, rows) {
      // A connection that was removed meanwhile wants nothing any more.
      const there = new Set((await trx<CrmConnectionRow>('crm_connections').whereIn('id', [...new Set(rows.map((row) => row.connection_id))]).select('id')).map(({ id }) => id))
      const wanted = rows.filter((row) => there.has(row.connection_id))
      if (wanted.length > 0) await trx('crm_calls').insert(wanted.map((row) => ({ ...row, note: JSON.stringify(row.note) }))).onConflict(['connection_id', 'call_id']).ignore()
      setImmediate(() => queue.wake())
    },
  })

  let wishes = new Map<string, Wish[]>()
  const hear = (event: PbxEvent): void => {
    if (event.type !== 'call.ended') return
    const wanting = wishes.get(event.tenantId) ?? []
    const note = wanting.length === 0 ? undefined : noteOf(event.data.call)
    if (!note) return
    for (const { id, directions, extension_ids } of wanting) {
      if (!directions.includes(note.direction) || (extension_ids !== null && !note.extensionIds.some((each) => extension_ids.includes(each)))) continue
      journal.add({ id: newId(), tenant_id: event.tenantId, connection_id: id, call_id: note.callId, note })
    }
  }
  const listening = listenToTenants(pbx, 'crm', hear)
  const reload = async (): Promise<void> => {
    const rows = (await database.system('crm connections', (trx) => trx<CrmConnectionRow>('crm_connections').where({ enabled: true }).select('id', 'tenant_id', 'directions', 'extension_ids'))) as Wish[]
    wishes = Map.groupBy(rows, ({ tenant_id }) => tenant_id)
    listening.only(wishes.keys())
    queue.wake()
  }
  const reloadSoon = (): void => void reload().catch((error: unknown) => logger.warn(`connections to CRMs are not read again: ${messageOf(error)}`))
  const unlisten = await database.listen('dialplane_crm', reloadSoon, reloadSoon)
  await reload()

  const sweep = (): void => void database.system('old calls of crms', (trx) => trx('crm_calls')
    .where((old) => old.whereNotNull('done_at').whereRaw(`created_at < now() - interval '${DONE_DAYS} days'`))
    .orWhere((old) => old.whereNotNull('gave_up_at').whereRaw(`created_at < now() - interval '${GIVEN_UP_DAYS} days'`)).delete())
    .then(() => database.system('old crm records', (trx) => trx('crm_records').whereRaw(`created_at < now() - interval '${GIVEN_UP_DAYS} days'`).delete()))
    .catch((error: unknown) => logger.warn(`old calls of CRMs stay: ${messageOf(error)}`))
  const sweeping = setInterval(sweep, SWEEP_MS).unref()

  return {
    refuses: (url) => guard.refuses(url),
    seal: (tenantId, token) => secrets.seal(PURPOSE, tenantId, token),
    reload,
    async test(connection) {
      try {
        const crm = crmOf(connection)
        await crm.check()
        const account = await crm.account()
        await database.system('crm account', (trx) => trx<CrmConnectionRow>('crm_connections').where({ id: connection.id }).update({ account: account.name, record_base: account.recordBase, refused: null, failures: 0, paused_until: null }))
        queue.wake()
        return { account: account.name, error: null }
      } catch (error) {
        if (error instanceof CrmProblem) return { account: null, error: error.message }
        throw error
      }
    },
    wake: () => queue.wake(),
    async close() {
      clearInterval(sweeping)
      listening.only([])
      await unlisten()
      await journal.close()
      await queue.close()
    },
  }
}
