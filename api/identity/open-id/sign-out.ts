import type { PersonActor } from '../../../config/actor.ts'
import type { SessionRow } from '../../../migrations/tables.ts'
import type { World } from '../../http/world.ts'
import { ID_TOKEN } from '../sessions.ts'
import { getProvider } from './repository.ts'

/** Where the person of this session signs out at the provider as well; null: it came by none, or there is no such place. */
export async function signOutUrlOf(world: World, actor: PersonActor, sessionId: string): Promise<string | null> {
  const found = await world.database.read(actor, async (trx) => {
    const session = await trx<SessionRow>('sessions').where({ id: sessionId }).first('provider_id', 'id_token_sealed')
    return session?.provider_id == null ? undefined : { session, provider: await getProvider(trx, session.provider_id) }
  })
  if (!found) return null
  const { id_token_sealed: sealed } = found.session
  return (await world.openId.signOutUrl(found.provider, sealed === null ? undefined : world.secrets.open(ID_TOKEN, actor.tenantId, sealed))) ?? null
}
