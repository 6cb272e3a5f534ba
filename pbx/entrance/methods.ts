import type { IncomingInvite } from '../sip/types.ts'
import type { Registrar } from '../registrar/types.ts'
import { createCall } from './on-invite.ts'
import type { Caller } from './on-invite.ts'
import { refuseMethod, tellAbilities } from './on-options.ts'
import { createRegister, mayRegister } from './on-register.ts'
import { understand } from './understand.ts'
import type { Step } from './visit.ts'

/** Every method the engine may bring from outside a dialog. */
export const METHODS = ['REGISTER', 'INVITE', 'OPTIONS', 'MESSAGE', 'SUBSCRIBE', 'PUBLISH', 'INFO', 'NOTIFY'] as const
export type Method = (typeof METHODS)[number]

export interface Gates {
  identify: Step
  limit: Step
  authenticateRegistration: Step
  authenticateCaller: Step
}

/** Method → chain; each row reads as a sentence. */
export function chainsOf(
  { identify, limit, authenticateRegistration, authenticateCaller }: Gates,
  registrar: Pick<Registrar, 'register'>,
  onCall: (invite: IncomingInvite, caller: Caller) => void,
): { readonly [M in Method]: readonly Step[] } {
  const register = createRegister(registrar)
  const call = createCall(onCall)
  return {
    REGISTER: [understand, identify, limit, authenticateRegistration, mayRegister, register],
    INVITE: [understand, identify, limit, authenticateCaller, call],
    OPTIONS: [understand, tellAbilities],
    MESSAGE: [refuseMethod],
    SUBSCRIBE: [refuseMethod],
    PUBLISH: [refuseMethod],
    INFO: [refuseMethod],
    NOTIFY: [refuseMethod],
  }
}
