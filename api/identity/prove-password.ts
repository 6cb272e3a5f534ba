import type { PersonActor } from '../../config/actor.ts'
import { Refusal, wrongField } from '../../config/errors.ts'
import type { SessionRow } from '../../migrations/tables.ts'
import type { Session, World } from '../http/world.ts'
import { getUser, type UserWithRoles } from './user-repository.ts'

/** Who has no password is asked to have signed in within this time. */
const FRESH_MS = 10 * 60_000

/**
 * Looks at the password again: a session somebody left open is not enough. Of a person without one, the sign-in
 * with the provider must be fresh.
 * @throws Refusal `unprocessable` for a wrong one, `too-many` after too many
 */
export async function provePassword(world: World, actor: PersonActor, session: Session, password: string): Promise<UserWithRoles> {
  const attempts = `${actor.id} password`
  world.limits.login.take(attempts)
  const user = await world.database.read(actor, (trx) => getUser(trx, actor.id))
  if (user.password_hash === '') {
    const { created_at: since } = (await world.database.read(actor, (trx) => trx<SessionRow>('sessions').where({ id: session.id }).first('created_at'))) ?? {}
    if (since === undefined || since.getTime() < world.clock.now() - FRESH_MS) throw new Refusal('conflict', 'You have no password here. Sign out, sign in again with your provider, and do this within ten minutes.')
    world.limits.login.forget(attempts)
    return user
  }
  if (!(await world.passwords.verify(user.password_hash, password))) throw wrongField('password', 'This is not your password.')
  world.limits.login.forget(attempts)
  return user
}
