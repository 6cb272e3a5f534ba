import { Refusal } from '../../../config/errors.ts'
import type { World } from '../../http/world.ts'
import { ADMIN_ROLE } from '../permissions.ts'
import { actorOf } from '../sessions.ts'
import type { UserWithRoles } from '../user-repository.ts'
import { isProvidersOnly } from './repository.ts'

/**
 * Where people sign in with a provider only, administrators alone may come in otherwise. Asked when the password or
 * the key was right: to anybody else it is no news.
 * @throws Refusal `forbidden`
 */
export async function refuseWithoutProvider(world: World, user: UserWithRoles, address: string): Promise<void> {
  if (user.roles.includes(ADMIN_ROLE)) return
  if (await world.database.read(actorOf(user, address), (trx) => isProvidersOnly(trx, user.tenant_id))) throw new Refusal('forbidden', 'Your organisation signs in with its provider. Use its button on this page.')
}
