import type { IncomingInvite } from '../sip/types.ts'
import type { Directory } from '../directory/types.ts'
import type { MessagingRoom } from '../messaging/room.ts'
import type { Registrar } from '../registrar/types.ts'
import type { Lamps } from '../presence/lamps.ts'
import type { Publications } from '../presence/publications.ts'
import type { Watchers } from '../registrar/watchers.ts'
import { unlessFromTrunk } from './from-trunk.ts'
import { createCall } from './on-invite.ts'
import type { Caller } from '../steps/caller.ts'
import { createMessage } from './on-message.ts'
import { refuseMethod, tellAbilities } from './on-options.ts'
import { createPublish, knowPublished } from './on-publish.ts'
import { createMayRegister, createRegister } from './on-register.ts'
import { createWatch, knowPackage, refuseNotification } from './on-subscribe.ts'
import type { TrunkRoom } from '../trunks/trunks.ts'
import { understand } from './understand.ts'
import type { Step } from './visit.ts'

/** Every method the engine may bring from outside a dialog. */
export const METHODS = ['REGISTER', 'INVITE', 'OPTIONS', 'MESSAGE', 'SUBSCRIBE', 'PUBLISH', 'INFO', 'NOTIFY'] as const
export type Method = (typeof METHODS)[number]

export interface Gates {
  guard: Step
  fromTrunk: Step
  identify: Step
  /** Phones, and PBXes at the far end of a trunk. */
  authenticateRegistration: Step
  authenticateCaller: Step
  fromPeer: Step
  /** Phones alone. */
  authenticateWatcher: Step
  authenticateSender: Step
}

/** Method → chain; each row reads as a sentence. */
export function chainsOf(
  { guard, fromTrunk, identify, authenticateRegistration, authenticateCaller, fromPeer, authenticateWatcher, authenticateSender }: Gates,
  registrar: Pick<Registrar, 'register' | 'phoneOf'>,
  watchers: Pick<Watchers, 'watch'>,
  lamps: Pick<Lamps, 'watch'>,
  publications: Pick<Publications, 'publish'>,
  messaging: Pick<MessagingRoom, 'receive' | 'mayDo'>,
  directory: Pick<Directory, 'snapshot'>,
  trunks: Pick<TrunkRoom, 'register'>,
  onCall: (invite: IncomingInvite, caller: Caller) => void,
): { readonly [M in Method]: readonly Step[] } {
  const register = createRegister(registrar, trunks)
  const mayRegister = createMayRegister(directory)
  const call = createCall(onCall)
  const watch = createWatch(watchers, lamps)
  const publish = createPublish(publications)
  const message = createMessage(messaging, directory, registrar)
  return {
    REGISTER: [guard, understand, identify, authenticateRegistration, mayRegister, register],
    INVITE: [guard, understand, fromTrunk, unlessFromTrunk(identify), unlessFromTrunk(authenticateCaller), fromPeer, call],
    OPTIONS: [guard, understand, tellAbilities],
    MESSAGE: [guard, understand, identify, authenticateSender, message],
    SUBSCRIBE: [guard, understand, identify, knowPackage, authenticateWatcher, watch],
    PUBLISH: [guard, understand, identify, knowPublished, authenticateWatcher, publish],
    INFO: [guard, refuseMethod],
    NOTIFY: [guard, understand, refuseNotification],
  }
}
