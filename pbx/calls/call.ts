import { newId } from '../../config/ids.ts'
import type { Logger } from '../../config/logger.ts'
import { createMachine } from '../../config/machine.ts'
import type { PlaySource, Recording } from '../../media/contract.ts'
import type { CallState, CallView, PlanView, Sought, Termination } from '../events/catalogue.ts'
import { explainSteps, type Plan } from '../routing/plan.ts'
import type { CallRequest } from '../routing/request.ts'
import type { IncomingInvite } from '../sip/types.ts'
import type { Keypad } from './keypad.ts'
import { Leg } from './leg.ts'
import { Mailbox } from './mailbox.ts'
import { callTable, type CallInput } from './states.ts'

/** A recording that runs on a call. */
export interface RunningRecording {
  id: string
  recording: Recording
  paused: boolean
  startedBy: string
  startedAt: number
}

/** What ends a consultation by keys. */
export interface Consultation {
  /** A phone of the call has hung up. False when that means what it always means. */
  left(leg: Leg): boolean
  /** The caller wants to return to whoever waits. */
  back(): void
}

/** The sound of a call on its way past us; see `direct.ts`. */
export interface DirectMedia {
  /** `on` from the moment both phones have agreed, `returning` until both send to us again. */
  state: 'going' | 'on' | 'returning'
  legs: readonly Leg[]
  /** Settles when it is over. */
  returned: Promise<void> | undefined
}

/** The way to a caller who has no answer yet: its INVITE, or the call it is in already. */
export type CallerLine = Pick<IncomingInvite, 'callId' | 'answered' | 'wantsOffer' | 'progress' | 'accept' | 'reply'>

/**
 * The living call: legs, state, mailbox, signal and verdict, and nothing that happens to them.
 * What can happen is in the verb files: dial, answer, hold, hang-up.
 */
export class Call {
  readonly id: string
  /** The first call of a chain of transfers. */
  rootId: string
  readonly tenantId: string
  /** Another when the caller has handed its unanswered call to somebody else. */
  request: CallRequest
  readonly startedAt: number
  readonly log: Logger
  readonly mailbox: Mailbox
  caller: Leg
  invite: CallerLine
  readonly legs: Leg[]
  /** The leg that answered. */
  callee: Leg | undefined
  plan: Plan | undefined
  /** Whom it was for, one after the other. */
  readonly sought: Sought[] = []
  answeredAt: number | null = null
  endedAt: number | null = null
  /** Another process began it, and it is not known yet whether it goes on. */
  restoring = false
  /** When it ended, where that is known to be earlier than we heard of it. */
  endAt: number | undefined
  verdict: Termination | undefined
  recording: RunningRecording | undefined
  /** Automatic recording was begun or failed; it is tried once, and stopping it by hand lasts. */
  recordingTried = false
  /** Who had the call recorded that this one came out of: it is recorded from its answer on. */
  recordingWanted: string | undefined
  /** Settles when the caller's ACK came in or never will; undefined until we answer. */
  accepting: Promise<void> | undefined
  /** What the caller hears while phones ring; undefined: as the settings say. */
  ringSound: PlaySource | undefined
  /** Ends the ringing that we make for the caller; undefined when we make none. */
  ringback: AbortController | undefined
  /** A phone in it asked for its other side to be connected with somebody else, and that is under way. */
  transferring: { by: Leg; number: string } | undefined
  /** Where a caller goes who is in a call already, when the plan led nowhere. */
  turnBack: ((verdict: Termination) => Promise<void>) | undefined
  /** How it ends when a phone of it hangs up, where that says more than that it was answered. */
  parting: ((by: Termination['by']) => Termination) | undefined
  /** What its caller said when asked who calls, for whoever answers to hear; empty: nothing. Undefined: nobody asked. */
  introduced: readonly PlaySource[] | undefined
  /** Since the house talks to its caller. */
  keypad: Keypad | undefined
  /** The slot it waits in, or waited in. */
  parkedIn: string | undefined
  /** A phone is told this slot, and may transfer a call of its own here: it is parked then. */
  parkHere: string | undefined
  /** Its caller asks somebody by keys while the other side of an earlier call waits there. */
  consultation: Consultation | undefined
  /** Who listen to it now, or are about to. */
  supervisors = 0
  /** The phones send their sound to each other, or are about to, or no longer. */
  direct: DirectMedia | undefined
  directTries = 0
  /** While its caller hands it to somebody else: what comes of the ringing waits for that. */
  handing: Promise<void> | undefined
  /** It is one for help: whatever it needs is made free for it. */
  urgent = false
  /** Ordinary calls that were ended for it, by what they held. */
  readonly displaced: { caller: string; called: string; held: string; at: number }[] = []
  /** A call for help goes on without the media engine; false: it is over. Rejects with a Refusal where phone and carrier cannot hear each other so. */
  passOn: (() => Promise<boolean>) | undefined
  /** While phones ring: an answered leg that is none of them takes the call, and they are cancelled. False when it is too late. */
  pickUp: ((leg: Leg) => boolean) | undefined
  /** Resolves when somebody answered. */
  readonly answered = Promise.withResolvers<void>()
  /** What to stop when the call is over: timers and listeners. */
  readonly cleanup = new Set<() => void>()
  readonly #abort = new AbortController()
  readonly #machine = createMachine<CallState, CallInput>('call', callTable, 'routing')
  readonly #onChange: (call: Call) => void

  constructor(options: {
    request: CallRequest
    invite: CallerLine
    caller: Leg
    rootId?: string
    /** Of a call that another process began. */
    begun?: { id: string; startedAt: number }
    logger: Logger
    onChange: (call: Call) => void
    onBug: (call: Call, error: unknown) => void
  }) {
    this.id = options.begun?.id ?? newId()
    this.request = options.request
    this.rootId = options.rootId ?? this.id
    // Not later than its first leg, which was made a moment ago; one that comes from another call was there before.
    this.startedAt = options.begun?.startedAt ?? (this.rootId === this.id ? options.caller.startedAt : Date.now())
    this.tenantId = options.request.tenantId
    this.invite = options.invite
    this.caller = options.caller
    this.legs = [options.caller]
    this.log = options.logger.child({ tenant: this.tenantId, call: this.id, callId: options.invite.callId })
    this.mailbox = new Mailbox((error) => options.onBug(this, error))
    this.#onChange = options.onChange
  }

  get state(): CallState {
    return this.#machine.state
  }

  /** Aborted the moment the call has a verdict. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  get over(): boolean {
    return this.verdict !== undefined
  }

  /** Moves the call on and tells the listeners. */
  step(input: Exclude<CallInput, 'conclude'>): void {
    const before = this.#machine.state
    this.#machine.step(input)
    if (input === 'answer') {
      this.answeredAt ??= Date.now()
      this.answered.resolve()
    }
    if (input === 'closed') this.endedAt = this.endAt ?? Date.now()
    else if (before !== this.#machine.state) this.changed()
  }

  /** Gives the verdict. The first one stays, and aborts `signal`; returns whether this was it. */
  conclude(verdict: Termination): boolean {
    if (this.verdict) return false
    this.verdict = verdict
    this.#machine.step('conclude')
    this.#abort.abort(verdict)
    return true
  }

  changed(): void {
    this.#onChange(this)
  }

  view(): CallView {
    const { plan, request } = this
    return {
      id: this.id,
      rootId: this.rootId,
      tenantId: this.tenantId,
      state: this.state,
      direction: plan?.direction ?? 'internal',
      from: { number: request.caller.number, name: request.caller.name, extensionId: request.caller.extensionId || null },
      to: { number: plan?.number ?? request.dialled, name: plan?.name ?? null, extensionId: plan?.extensionId ?? null },
      startedAt: this.startedAt,
      answeredAt: this.answeredAt,
      endedAt: this.endedAt,
      onHold: this.legs.some((leg) => leg.state === 'held'),
      direct: this.direct?.state === 'on' || this.caller.endpoint?.bypass === true,
      recording: this.recording ? (this.recording.paused ? 'paused' : 'on') : 'off',
      plan: planView(plan),
      legs: this.legs.map((leg) => leg.view()),
      termination: this.verdict ?? null,
    }
  }
}

function planView(plan: Plan | undefined): PlanView {
  return { ...(plan?.pin !== undefined && { pin: plan.pin }), steps: [...(plan?.before ? [plan.before] : []), ...explainSteps(plan?.steps ?? []).map(({ extensionId: _id, ...step }) => step), ...(plan?.after ?? [])] }
}
