import type { Actor } from '../../config/actor.ts'
import type { AuditEntry } from '../../config/database/index.ts'
import type { Settings } from '../../config/settings/settings.ts'
import type { Logger } from '../../config/logger.ts'
import type { Conference, MediaServer } from '../../media/contract.ts'
import type { Located } from '../door.ts'
import type { Parking } from './parking.ts'
import type { PinTries } from './pin-tries.ts'
import type { Directory } from '../directory/types.ts'
import type { Events } from '../events/events.ts'
import type { ContactName, IsContact } from '../contacts/names.ts'
import type { Plan } from '../routing/plan.ts'
import type { CallBack } from '../routing/request.ts'
import type { ReferRequest, SipServer } from '../sip/types.ts'
import type { Registrar } from '../registrar/types.ts'
import type { Verifier } from '../stir/verifier.ts'
import type { TrunkRoom } from '../trunks/trunks.ts'
import type { LastCalled, LastCaller, LastDialled } from '../events/catalogue.ts'
import type { Call } from './call.ts'
import type { Completions } from './completions.ts'
import type { Charges } from './charges.ts'
import type { WakeUpStore } from '../wake-ups/store.ts'
import type { RateRoom } from '../rates/rates.ts'
import type { Leg } from './leg.ts'
import type { AskProgram } from './program.ts'
import type { CallRegistry } from './registry.ts'

/** What an extension has passed. */
export type TollLimit = 'abroad' | 'spend' | 'pins'

/** What the verbs of a call work with. Passed explicitly; nothing is reached through the call. */
export interface CallWorld {
  settings: Pick<Settings, 'calls' | 'home' | 'media'>
  logger: Logger
  media: MediaServer
  sip: SipServer
  directory: Directory
  registrar: Registrar
  events: Events
  registry: CallRegistry
  trunks: Pick<TrunkRoom, 'isDoubtful' | 'turn' | 'note' | 'line'>
  /** Who calls from outside, by signatures. */
  verifier: Verifier
  /** Calls that cost, and who pays for them. */
  charges: Charges
  /** What calls cost. */
  rates: Pick<RateRoom, 'find' | 'cheapestFirst' | 'currencyOf'>
  /** Wrong PINs of callers. */
  pinTries: PinTries
  /** Takes an answered call into a conference room. Resolves when it is in, waits for a moderator, or has its verdict. */
  enterRoom: (call: Call, conferenceId: string, moderator: boolean) => Promise<void>
  /** The sound of a conference room that somebody is in. */
  roomMedia: (conferenceId: string) => Conference | undefined
  /** Hands a call to a mailbox. Resolves when the caller has left it; false when the engine cannot serve one. */
  voicemail: (call: Call, step: { what: 'leave' | 'listen'; extensionId: string | null; greeting: 'unavailable' | 'busy' }) => Promise<boolean>
  /** A caller who talks to the house itself goes on to a number, with the rights of `by`. */
  goOn: (call: Call, number: string, by: { extensionId: string | null; number: string }, why: string, prefix?: string) => Promise<void>
  /** A caller who was asked something goes on by this plan, in a call that `prepare` sees first. */
  goOnBy: (call: Call, plan: Plan, why: string, by?: { extensionId: string | null; number: string }, prepare?: (next: Call) => void) => Promise<void>
  /** Asks the program of an application; its answer, or what went wrong. Never rejects. */
  askProgram: AskProgram
  /** Calls for help, and tests of them. */
  help: {
    /** Who called for help a while ago with this number; undefined: nobody. */
    callBackFor: (tenantId: string, number: string) => CallBack | undefined
    /** The number out of a pool that a call shows, the same whenever asked; undefined: none. */
    shownBy: (call: Call) => string | undefined
    /** Where the place of a call is asked for: an address. */
    referenceOf: (call: Call) => string
    /** Where the place of a test is asked for: an address that is good for a while. */
    referenceForTest: (tenantId: string, located: Located) => string
    /** A phone was told where help would be sent, or was not. */
    tested: (call: Call, located: Located | null, untold: string | undefined) => void
  }
  /** An extension calls nobody abroad any more, or nobody outside at all when it spends too much or guesses PINs, until somebody has looked. */
  lockToll: (tenantId: string, extensionId: string, reason: string, by: TollLimit) => Promise<void>
  /** So much of a limit is spent that somebody should know; told once for each day or month. `extensionId` null: all together. */
  warnSpending: (tenantId: string, extensionId: string | null, window: 'day' | 'month', spent: number, limit: number) => void
  /** Who called an extension last, as the history knows it; undefined: nobody. Rejects with a Refusal while it cannot be asked. */
  lastCaller: (tenantId: string, extensionId: string) => Promise<LastCaller | undefined>
  /** The extension that an extension called last within the hour, and what came of it; undefined: none. Rejects like `lastCaller`. */
  lastCalled: (tenantId: string, extensionId: string) => Promise<LastCalled | undefined>
  /** The number that an extension dialled last, codes left out; undefined: none for some weeks. Rejects like `lastCaller`. */
  lastDialled: (tenantId: string, extensionId: string) => Promise<LastDialled | undefined>
  /** Writes down what somebody does to a call that is not their own. Rejects when it cannot be written: then it is not to be done. */
  audit: (actor: Actor, entry: AuditEntry) => Promise<void>
  /** What can ring for an extension once it is awake. Neither ever rejects. */
  sleepers: {
    count: (tenantId: string, extensionId: string) => Promise<number>
    /** Says how many are told. */
    wake: (sought: { tenantId: string; callId: string; rootId: string; extensionId: string; from: { number: string; name: string | null } }) => Promise<number>
  }
  completions: Completions
  /** Wake-up calls, for phones that set them. */
  wakeUps: Pick<WakeUpStore, 'of' | 'set' | 'cancel'>
  /** Calls that wait for somebody to fetch them. */
  parking: Parking
  /** Phones that people take turns at. Each rejects with a Refusal while it cannot be done. */
  desks: {
    /** Whether this is the PIN of the mailbox of that extension; false where it has none. */
    isPin: (tenantId: string, extensionId: string, pin: string) => Promise<boolean>
    /** Until when, in milliseconds since the epoch; null: until somebody ends it. */
    logIn: (actor: Actor, deviceId: string, extensionId: string) => Promise<number | null>
    /** False when nobody sat there. */
    logOut: (actor: Actor, deviceId: string, why: string) => Promise<boolean>
  }
  /** A sound of the tenant's own. */
  findSound: (name: string, tenantId: string) => Promise<string | undefined>
  /** What the contacts of the tenant call a number outside. Never rejects, and never takes long. */
  contactName: ContactName
  isContact: IsContact
  /** A phone in a call asks for a transfer. */
  onRefer: (call: Call, leg: Leg, refer: ReferRequest) => void
}
