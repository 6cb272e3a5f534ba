import type { z } from 'zod'
import type { PersonActor } from '../../config/actor.ts'
import type { TenantRow } from '../../migrations/tables.ts'
import type { World } from '../http/world.ts'
import { presentSession } from './presenter.ts'
import type { SessionInfo } from './schemas.ts'
import { getUser } from './user-repository.ts'

/** What the panel needs to know about who is signed in. */
export async function sessionInfo(
  world: World,
  actor: PersonActor,
  session: { csrfToken: string; expiresAt: Date },
): Promise<z.input<typeof SessionInfo>> {
  return world.database.read(actor, async (trx) => {
    const user = await getUser(trx, actor.id)
    const tenant = await trx<TenantRow>('tenants').where({ id: actor.tenantId }).first('id', 'name', 'slug')
    if (!tenant) throw new Error('the tenant of a signed-in user is missing')
    return presentSession(user, tenant, session)
  })
}
