/** Which parts of the house this process runs. */
import { Refusal } from '../errors.ts'

/**
 * `all`: everything in one process. `signalling`: only the SIP engine. `pbx`: everything else, with a signalling engine
 * in another process (DRACHTIO).
 */
export type Role = 'all' | 'signalling' | 'pbx'

export const ROLES_HELP = [
  '--roles=signalling,pbx   everything in one process; the default',
  '--roles=signalling       only the SIP engine: phones and calls stay when the rest is started again',
  '--roles=pbx              everything but the SIP engine, which is found at DRACHTIO; so does DRACHTIO alone',
].join('\n')

const OPTION = '--roles='

export function isRolesOption(argument: string): boolean {
  return argument.startsWith(OPTION)
}

/** Throws a Refusal `unprocessable` for roles that are none. */
export function rolesOf(argv: readonly string[]): Role {
  const option = argv.findLast(isRolesOption)
  if (option === undefined) return 'all'
  const words = new Set(option.slice(OPTION.length).split(',').map((word) => word.trim()))
  const known = [...words].every((word) => word === 'signalling' || word === 'pbx')
  if (!known) throw new Refusal('unprocessable', `${option} names roles that there are not. Write one of:\n${ROLES_HELP}`)
  return words.size === 2 ? 'all' : words.has('pbx') ? 'pbx' : 'signalling'
}
