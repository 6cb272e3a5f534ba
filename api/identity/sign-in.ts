import { Refusal } from '../../config/errors.ts'
import { networkOf } from '../../config/network.ts'
import type { World } from '../http/world.ts'
import type { Client } from './sessions.ts'
import { findUserByEmail, type UserWithRoles } from './user-repository.ts'

/**
 * The user this e-mail address and password belong to.
 *
 * The answer and its time are the same for an address that nobody has, a wrong password and a
 * disabled user. Attempts are counted before the password is looked at, so that many at once
 * do not all slip through.
 *
 * @throws Refusal `unauthenticated`, or `too-many` with the seconds to wait
 */
export async function checkSignIn(world: World, input: { email: string; password: string }, client: Client): Promise<UserWithRoles> {
  const account = input.email.toLowerCase()
  const pair = `${client.address} ${account}`
  const network = networkOf(client.address)
  // First: while an address is locked it does not use up the attempts of the accounts it asks for.
  world.limits.loginAddress.take(network)
  try {
    world.limits.login.take(pair)
    world.limits.loginAccount.take(account)
  } catch (error) {
    // Nothing was tried: who goes on at a locked account must not lock out the office.
    world.limits.loginAddress.giveBack(network)
    throw error
  }
  const user = await world.database.system('find user at sign-in', (trx) => findUserByEmail(trx, input.email))
  const matches = await world.passwords.verify(user?.password_hash, input.password)
  if (!user || !matches || user.status !== 'active') {
    world.logger.warn({ address: client.address, email: account }, 'sign-in refused')
    throw new Refusal('unauthenticated', 'The e-mail address or the password is wrong, or the account is disabled.')
  }
  world.limits.login.forget(pair)
  world.limits.loginAccount.forget(account)
  // Only what went wrong counts, so that an office behind one address signs in as often as it likes; not forgotten
  // altogether, or a guesser with an account of its own would begin anew with each sign-in.
  world.limits.loginAddress.giveBack(network)
  return user
}
