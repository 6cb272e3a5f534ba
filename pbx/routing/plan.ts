import type { Diversion } from './diversion.ts'
import type { Located, RingStrategy } from '../directory/types.ts'
import { featureWords, type ScheduleAction, type SettingAction } from './feature-actions.ts'
import type { ApplicationStep } from './application-step.ts'
import type { ClockStep, HoldStep, WakeUpStep } from './house-steps.ts'
import type { DeskStep } from './desk-step.ts'
import type { PickUpStep, SuperviseStep } from './others-steps.ts'
import type { CompletionStep, LastCallerStep, RedialStep } from './own-steps.ts'
import type { TestNumberStep } from './test-numbers.ts'

/** What should happen to a call: steps in order, each with the reason for it in words. */
export interface Plan {
  direction: 'internal' | 'inbound' | 'outbound'
  /** The number after normalising, as history shows it. */
  number: string
  /** The extension that was meant, when there is one. */
  extensionId: string | null
  name: string | null
  steps: Step[]
  /** The inbound number that a call from outside is for. */
  inboundNumberId?: string
  /** The caller's number is shown to nobody. Never with a call for help. */
  withheld?: boolean
  /** Whose PIN the caller entered, as its label. */
  pin?: string
  /** What led here without a decision of routing: a transfer. */
  before?: { step: string; reason: string }
  /** What happened to the call since that its history should tell: who listened to it. */
  after?: readonly { step: string; reason: string }[]
}

export type Step = ApplicationStep | ExtensionStep | RingGroupStep | OutsideStep | FeatureStep | VoicemailStep | ScheduleStep | AttendantStep | DirectoryStep | ParkStep | PageStep | LastCallerStep | RedialStep | ClockStep | TestNumberStep | DeskStep | CompletionStep | PickUpStep | SuperviseStep | LocationTestStep | ConferenceStep | AnnouncementStep | HoldStep | WakeUpStep | RefuseStep

/** Ring every reachable contact of an extension at once, and where it is followed to. */
export interface ExtensionStep {
  kind: 'extension'
  extensionId: string
  ringSeconds: number
  /** Calls at once, from which on the extension is busy without being rung; null: it decides itself. */
  busyAt: number | null
  /** Who rings too, or instead of its own phones. */
  follow?: { ownPhones: boolean; members: readonly Member[] }
  /** This phone of it, as long as it is registered. */
  deviceId?: string | null
  /** Its phones answer by themselves, and beep. */
  intercom?: boolean
  /** The caller is asked for a name first, which whoever answers hears: unless a contact has the number, or always. */
  screen?: 'unknown' | 'outside'
  /** Before the caller's name. */
  namePrefix?: string
  /** Alert-Info (RFC 3261 §20.4), for a ringing sound of its own. */
  alertInfo?: string
  /** Whose forward led here, the last first; told to the phone (RFC 5806). */
  diverted: readonly Diversion[]
  /** What follows by what became of the ringing; without a branch the call ends with that. */
  otherwise: Readonly<Partial<Record<Unanswered, Branch>>>
  reason: string
}

/** Somebody who is rung beside others: the phones of an extension, or a number outside. */
export type Member = PhoneMember | OutsideMember

interface AnyMember {
  delaySeconds: number
  /** For how long it rings, when not as long as the others. */
  ringSeconds?: number
}

export interface PhoneMember extends AnyMember {
  extensionId: string
  busyAt: number | null
  outside?: undefined
}

export interface OutsideMember extends AnyMember {
  outside: OutsideStep
  /** Whoever answers has to press a key before the call is theirs. */
  confirm: boolean
}

/** Ring several extensions and numbers outside. */
export interface RingGroupStep {
  kind: 'ring-group'
  ringGroupId: string
  strategy: RingStrategy
  /** In order; those who do not want to be disturbed, are switched off, or may not be called, are left out. */
  members: readonly Member[]
  ringSeconds: number
  memberSeconds: number
  /** Null: until the time is up. */
  rounds: number | null
  skipBusy: boolean
  namePrefix: string
  alertInfo: string
  /** Spoken to the caller first; empty: nothing. */
  greeting: string
  /** A recording is played instead. */
  recordedGreeting?: boolean
  /** The caller hears music while phones ring. */
  music: boolean
  diverted: readonly Diversion[]
  otherwise: Readonly<Partial<Record<Unanswered, Branch>>>
  reason: string
}

/** Call a number outside, over one trunk after the other while they fail. */
export interface OutsideStep {
  kind: 'outside'
  /** As it is called, before each carrier's way to write it. */
  number: string
  /** For help: nothing may keep it back. */
  emergency: boolean
  /** The caller has no number of its own: one of these is shown, whatever the attempts say. */
  pool?: readonly string[]
  /** It leads to another country, or may. */
  abroad?: boolean
  /** The extension whose limits count; null: the house called by its own configuration. */
  payerId?: string | null
  /** Of a call for help: where the caller is, as far as it is known. */
  located?: Located | null
  /** The number with its country code; null or absent: it is no whole number. */
  e164?: string | null
  /** The cheapest trunk is tried first. */
  cheapestFirst?: boolean
  /** The caller is asked for one of these PINs first. */
  pin?: { setId: string; name: string } | null
  attempts: readonly {
    trunkId: string
    trunk: string
    /** As this carrier is told it. */
    number: string
    /** Shown to the called one; null: none is known. */
    callerId: string | null
  }[]
  diverted: readonly Diversion[]
  reason: string
}

/** Why nobody answered. `unreachable`: no phone is registered, or none answers. */
export type Unanswered = 'busy' | 'no-answer' | 'unreachable'

/** Where an extension sends a call instead. */
export interface Branch {
  reason: string
  steps: readonly Step[]
}

export type { Diversion } from './diversion.ts'

/** Do what a feature code says, tell the caller, and hang up. */
export interface FeatureStep {
  kind: 'feature'
  action: SettingAction | ScheduleAction
  /** What was dialled after the code. */
  argument: string
  reason: string
}

/** Answer, and take a message for an extension, or let somebody listen to the messages of one. */
export interface VoicemailStep {
  kind: 'voicemail'
  what: 'leave' | 'listen'
  /** Whose mailbox; null: the caller is asked. */
  extensionId: string | null
  /** Which greeting a caller hears who is to leave a message. */
  greeting: 'unavailable' | 'busy'
  reason: string
}

/** Opening hours have decided where the call goes: what follows. Nothing is done. */
export interface ScheduleStep {
  kind: 'schedule'
  scheduleId: string
  is: 'open' | 'closed' | 'holiday'
  reason: string
}

/** Answer, greet, and let the caller choose with the keys where the call goes on. */
export interface AttendantStep {
  kind: 'attendant'
  attendantId: string
  /** By the key: what is dialled for the caller. */
  keys: readonly { key: string; target: string }[]
  /** Where it goes without a choice; null: it ends. */
  noInput: string | null
  reason: string
}

/** Let the caller, who is there by `code`, spell a name on the keys, and connect with whoever has it. */
export interface DirectoryStep {
  kind: 'directory'
  code: string
  reason: string
}

/** Let the call wait in a slot; or, for a phone of the house that dialled it, say a free slot, or give it the call that waits there. */
export interface ParkStep {
  kind: 'park'
  lotId: string
  /** Null: the first that is free. */
  slot: string | null
  reason: string
}

/** Have the phones of these extensions answer by themselves, and let them hear the caller. */
export interface PageStep {
  kind: 'page'
  pagingGroupId: string
  members: readonly string[]
  /** They are heard, too. */
  twoWay: boolean
  skipBusy: boolean
  /** After which a phone that has not answered is let go. */
  answerSeconds: number
  reason: string
}

/** Tell the caller where a call for help from this phone would send somebody. */
export interface LocationTestStep {
  kind: 'location-test'
  located: Located | null
  reason: string
}

/** Answer, ask for the PIN where there is one, and take the caller in. */
export interface ConferenceStep {
  kind: 'conference'
  conferenceId: string
  reason: string
}

/** Play a prompt to the caller as early media, then refuse with a status. */
export interface AnnouncementStep {
  kind: 'announcement'
  prompt: string
  refusal: RouteRefusal
  reason: string
}

export interface RefuseStep {
  kind: 'refuse'
  refusal: RouteRefusal
  reason: string
}

/** Why routing says no. The SIP status and the words for people follow from it in calls/termination. */
export type RouteRefusal = 'unknown-number' | 'no-trunk' | 'outside-forbidden' | 'unknown-inbound' | 'no-emergency-line' | 'extension-disabled' | 'ring-group-disabled' | 'do-not-disturb' | 'forward-loop' | 'feature-argument' | 'conference-disabled' | 'no-mailbox' | 'schedule-disabled' | 'attendant-disabled' | 'park-disabled' | 'caller-blocked' | 'caller-blocked-busy' | 'route-closed' | 'not-pageable' | 'supervise-forbidden' | 'paging-disabled' | 'page-forbidden' | 'application-disabled' | 'desk-empty'

export type SubjectType = 'extension' | 'ring-group' | 'conference' | 'schedule' | 'attendant' | 'park-lot' | 'paging-group' | 'application'

/** A plan's steps in the order in which they may come, each with the case in which it does. */
export interface ExplainedStep {
  step: string
  reason: string
  /** In words; null: always. */
  when: string | null
  /** How many cases it lies in. */
  depth: number
  /** Whose phones ring. */
  extensionId: string | null
  /** Whose call outside it is; absent: nobody's, or one for help. */
  payerId?: string
  /** What is configured to do this; its settings change the step. */
  subject: { type: SubjectType; id: string } | null
}

/** Whether a plan calls the emergency services. */
export function leadsToHelp({ steps }: Pick<Plan, 'steps'>): boolean {
  return steps.some((step) => step.kind === 'outside' && step.emergency)
}

const CASES: Readonly<Record<Unanswered, string>> = { busy: 'When busy', 'no-answer': 'When nobody answers', unreachable: 'When no phone is reachable' }

/** What a step may lead to that is decided only then: a key that is pressed, another time of day. */
export type Expand = (step: Step) => readonly { when: string; steps: readonly Step[] }[]

/** Every step of a plan with those of its branches behind it. */
export function explainSteps(steps: readonly Step[], expand: Expand = () => [], when: string | null = null, depth = 0): ExplainedStep[] {
  return steps.flatMap((step, index) => {
    const own: ExplainedStep = { step: describeStep(step), reason: step.reason, when: index === 0 ? when : null, depth, extensionId: step.kind === 'extension' ? step.extensionId : null, ...(step.kind === 'outside' && !step.emergency && step.payerId && { payerId: step.payerId }), subject: subjectOf(step) }
    const later = expand(step).flatMap((branch) => explainSteps(branch.steps, expand, branch.when, depth + 1))
    if (step.kind !== 'extension' && step.kind !== 'ring-group') return [own, ...later]
    const branches = Object.entries(step.otherwise) as [Unanswered, Branch][]
    return [own, ...branches.flatMap(([name, branch]) => explainSteps(branch.steps, expand, `${CASES[name]}: ${branch.reason}`, depth + 1))]
  })
}

function subjectOf(step: Step): ExplainedStep['subject'] {
  switch (step.kind) {
    case 'extension': return { type: 'extension', id: step.extensionId }
    case 'ring-group': return { type: 'ring-group', id: step.ringGroupId }
    case 'conference': return { type: 'conference', id: step.conferenceId }
    case 'schedule': return { type: 'schedule', id: step.scheduleId }
    case 'attendant': return { type: 'attendant', id: step.attendantId }
    case 'park': return { type: 'park-lot', id: step.lotId }
    case 'application': return { type: 'application', id: step.applicationId }
    case 'page': return { type: 'paging-group', id: step.pagingGroupId }
    default: return null
  }
}

const ORDERS: Readonly<Record<RingStrategy, string>> = {
  all: 'at once', enterprise: 'each by a wait and a time of its own', 'in-order': 'one after the other', random: 'one after the other in any order',
  'in-turn': 'one after the other, each call beginning with the next', 'memory-hunt': 'one more after the other while the former go on ringing', 'first-available': 'only the first who can be rung',
}

const SCREENED: Readonly<Record<NonNullable<ExtensionStep['screen']>, string>> = {
  unknown: 'Unless a contact has the number, ask the caller for a name; then ',
  outside: 'Ask the caller for a name; then ',
}

function describeExtension({ ringSeconds, follow, intercom, screen }: ExtensionStep): string {
  if (intercom) return 'Have a phone of the extension answer by itself, and connect it'
  const ringing = describeRinging(ringSeconds, follow)
  return screen === undefined ? ringing : `${SCREENED[screen]}${ringing.charAt(0).toLowerCase()}${ringing.slice(1)}, and connect whoever presses 1`
}

function describeRinging(ringSeconds: number, follow: ExtensionStep['follow']): string {
  if (!follow) return `Ring the extension's phones for up to ${ringSeconds} seconds`
  const { ownPhones, members } = follow
  const others = members.length === 1 ? 'one number' : `${members.length} numbers`
  if (!ownPhones) return members.length === 0 ? 'Ring nobody' : `Ring ${others} by follow me for up to ${longest(members)} seconds`
  return `Ring the extension's phones${members.length === 0 ? '' : ` and ${others} by follow me`} for up to ${Math.max(ringSeconds, longest(members))} seconds`
}

/** Seconds until the last of them has rung for its time. */
export function longest(members: readonly Member[]): number {
  return Math.max(0, ...members.map(({ delaySeconds, ringSeconds = 0 }) => delaySeconds + ringSeconds))
}

/** Strategies by which a member makes way for the next one. */
export const IN_ROUNDS: ReadonlySet<RingStrategy> = new Set(['in-order', 'random', 'in-turn'])

function describeGroup({ strategy, members, ringSeconds, rounds, greeting, recordedGreeting = false, music }: RingGroupStep): string {
  const seconds = strategy === 'enterprise' ? longest(members) : ringSeconds
  const often = rounds === null || !IN_ROUNDS.has(strategy) ? '' : rounds === 1 ? ' in one round' : ` in ${rounds} rounds`
  const whom = members.length === 1 ? 'one member' : `${members.length} members, ${ORDERS[strategy]},`
  return `${greeting === '' && !recordedGreeting ? 'Ring' : 'Greet the caller, then ring'} ${whom} for up to ${seconds} seconds${often}${music ? ', with music for the caller' : ''}`
}

/** A step in one phrase, for the panel and the log. */
export function describeStep(step: Step): string {
  switch (step.kind) {
    case 'extension':
      return describeExtension(step)
    case 'ring-group':
      return describeGroup(step)
    case 'outside':
      return `${step.pin ? `Ask for a PIN of ${step.pin.name}, then call` : 'Call'} ${step.attempts.map(({ number, trunk, callerId }) => `${number} over ${trunk}, shown as ${callerId ?? 'nobody'}`).join('; else ')}`
    case 'feature':
      return featureWords[step.action]
    case 'voicemail':
      return step.what === 'leave' ? 'Take a message' : step.extensionId === null ? 'Ask for a mailbox and its PIN, and play its messages' : 'Play the messages of a mailbox'
    case 'schedule':
      return step.is === 'open' ? 'Go on as while open' : step.is === 'closed' ? 'Go on as while closed' : 'Go on as on a holiday'
    case 'attendant':
      return step.keys.length === 0 ? 'Play a greeting' : `Play a greeting and wait for one of the keys ${step.keys.map(({ key }) => key).join(', ')}`
    case 'application':
      return step.after === undefined ? 'Ask a program what to do' : 'Ask the program again'
    case 'directory':
      return 'Let the caller spell a name, and connect with whoever has it'
    case 'park':
      return step.slot === null ? 'Park whoever is transferred there; tell a phone that dials it a free slot' : 'Fetch the call that waits in the slot, or park whoever is transferred there'
    case 'page':
      return `Page ${step.members.length === 1 ? 'one extension' : `${step.members.length} extensions`}, whose phones answer by themselves${step.twoWay ? ' and are heard' : ''}`
    case 'last-caller':
      return step.what === 'call' ? 'Say who called last, and call back' : `Say who called last, and block the number${step.what === 'block-own' ? ' for this extension' : ''}`
    case 'hold':
      return 'Let the caller wait with music, and end the call'
    case 'redial':
      return 'Say the number that was called last, and call it again'
    case 'wake-up':
      return 'Set a wake-up call, or cancel those there are'
    case 'clock':
      return 'Say day and time'
    case 'desk':
      return step.what === 'desk-log-in' ? 'Ask who sits down at this phone, and for the PIN' : 'Log out of this phone'
    case 'test-number':
      return featureWords[step.what]
    case 'completion':
      return step.what === 'ask' ? 'Call back when the extension that was called last is free' : 'Call back no more'
    case 'pick-up':
      return 'Pick up a call that rings'
    case 'supervise':
      return 'Listen to a call; keys whisper and join'
    case 'location-test':
      return 'Tell the caller where help would be sent'
    case 'conference':
      return 'Take the caller into the conference room'
    case 'announcement':
      return `Play the announcement "${step.prompt}" and end the call`
    case 'refuse':
      return 'Refuse the call'
  }
}
