import { newSigningSecret } from '../../config/outbound/signature.ts'
import { refuseWrong, type RefusalDetail } from '../../config/errors.ts'
import type { Secrets } from '../../config/secrets.ts'
import type { ApplicationRow } from '../../migrations/tables.ts'
import type { Application, ApplicationInput, Applications } from '../door.ts'
import { createColumnRepository, type Columns } from './columns.ts'
import { checkNumberAndName, checkRange, checkTarget } from './input.ts'
import type { SnapshotApplication } from './types.ts'
import type { DirectoryWorld } from './world.ts'

const PURPOSE = 'application-secret'
const COLUMNS: Columns<ApplicationInput, ApplicationRow> = [
  ['number', 'number'], ['name', 'name'], ['url', 'url'], ['answerMs', 'answer_ms'], ['fallback', 'fallback'], ['outsideCalls', 'outside_calls'], ['enabled', 'enabled'],
]

/** Applications: what the panel and the API read and change. */
export function createApplicationRepository(world: DirectoryWorld): Omit<Applications, 'tryOut'> {
  const repository = createColumnRepository<ApplicationRow, ApplicationInput, Application>(world, {
    table: 'applications', subject: 'application', name: 'application', check: checkApplication, columns: COLUMNS, add: ({ secret_sealed: sealed }) => ({ hasSecret: sealed !== null }),
  })
  return {
    ...repository,
    async renewSecret(actor, id) {
      await repository.get(actor, id)
      const secret = newSigningSecret()
      await world.database.change(actor, async (trx) => {
        await trx('applications').where({ id }).update({ secret_sealed: world.secrets.seal(PURPOSE, actor.tenantId, secret), version: trx.raw('version + 1'), updated_at: new Date() })
        return { result: undefined, audit: { action: 'application.secret', subjectType: 'application', subjectId: id } }
      })
      await world.refresh(actor.tenantId)
      return secret
    },
  }
}

/** As the call path sees it. @throws Error when the secret does not open */
export function openApplication(secrets: Secrets, row: ApplicationRow): SnapshotApplication {
  return {
    id: row.id, tenantId: row.tenant_id, number: row.number, name: row.name, url: row.url, answerMs: row.answer_ms, fallback: row.fallback, outsideCalls: row.outside_calls, enabled: row.enabled,
    secret: row.secret_sealed === null ? null : secrets.open(PURPOSE, row.tenant_id, row.secret_sealed),
  }
}

/** @throws Refusal `unprocessable` that names every wrong field */
function checkApplication<T extends Partial<ApplicationInput>>(input: T): T {
  const details: RefusalDetail[] = []
  const checked = { ...input }
  checkNumberAndName(checked, details)
  checkRange(input.answerMs, 'answerMs', 'The time to answer in milliseconds', 500, 10_000, details)
  if (input.url !== undefined) {
    const url = URL.canParse(input.url) ? new URL(input.url) : undefined
    if (!url || !/^https?:$/.test(url.protocol) || input.url.length > 1000) details.push({ field: 'url', message: 'The address of the program begins with https:// or http:// and has at most 1000 characters.' })
    else if (url.username !== '' || url.password !== '') details.push({ field: 'url', message: 'The address holds no user name and password: the signature says who asks.' })
  }
  if (input.fallback !== undefined) checked.fallback = checkTarget(input.fallback, 'fallback', details)
  refuseWrong(details)
  return checked
}
