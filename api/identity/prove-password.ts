import type { PersonActor } from '../../config/actor.ts'
import { wrongField } from '../../config/errors.ts'
import type { World } from '../http/world.ts'
import { getUser, type UserWithRoles } from './user-repository.ts'

/**
 * Looks at the password again: a session somebody left open is not enough.
 * @throws Refusal `unprocessable` for a wrong one, `too-many` after too many
 */
export async function provePassword(world: World, actor: PersonActor, password: string): Promise<UserWithRoles> {
  const attempts = `${actor.id} password`
  world.limits.login.take(attempts)
  const user = await world.database.read(actor, (trx) => getUser(trx, actor.id))
  if (!(await world.passwords.verify(user.password_hash, password))) throw wrongField('password', 'This is not your password.')
  world.limits.login.forget(attempts)
  return user
}
