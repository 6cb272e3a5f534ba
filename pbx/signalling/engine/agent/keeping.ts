/**
 * Calls of an application that is away. They belong to whoever proves to be that application, told by a secret of its
 * own that it says after the one of the control port; when nobody does within the grace time, both sides get BYE.
 *
 * Meanwhile the engine answers what cannot wait: a BYE at once, as a person who hangs up must be free whatever became of
 * us. What only an application can answer, a change of the media above all, waits for a moment and is then refused with
 * 503, which does not end a call (RFC 5057 §5.1, RFC 3261 §12.2.1.2).
 */
import { createHash } from 'node:crypto'
import type { Dialog, Owner } from '../dialog/dialog.ts'
import { header, type SipMessage } from '../message/message.ts'
import { writeResponse } from '../message/write.ts'
import type { TimerHandle } from '../timers.ts'
import type { ServerTransaction, ServerUser } from '../transaction/server.ts'
import type { Agent, EndedMeanwhile, Keeping } from './agent.ts'
import { cdrStop } from './cdr.ts'
import { refuse } from './refuse.ts'
import { sendBye } from './release.ts'
import { tellEnded } from './tell.ts'

/** Ends that are remembered for one application. */
const ENDS_KEPT = 20_000
/** For an INVITE whose sender waits with 100, and any other whose timer F runs. */
const RETRY = ['Retry-After: 5']
const AWAY = 'Application is away'
const GRACE_OVER = 'SIP;cause=503;text="The application did not come back"'

interface Away {
  readonly owner: Owner
  timer: TimerHandle
}

/** @param agent asked for when it is needed: it has this as a part */
export function createKeeping(agent: () => Agent): Keeping {
  const identities = new WeakMap<Owner, string>()
  /** By identity. */
  const away = new Map<string, Away[]>()
  const ends = new Map<string, EndedMeanwhile[]>()
  const held = new Set<Held>()

  const ownDialogs = (identity: string): Dialog[] => agent().dialogs.all().filter((dialog) => identities.get(dialog.owner) === identity)
  const keeps = (dialog: Dialog): boolean => !dialog.owner.open && dialog.confirmed && dialog.calling && identities.has(dialog.owner)
  const note = (dialog: Dialog, by: EndedMeanwhile['by'], reason: string): void => {
    const identity = identities.get(dialog.owner)
    if (identity === undefined) return
    const list = ends.get(identity) ?? []
    list.push({ id: dialog.id, by, reason, at: agent().timers.now() })
    if (list.length > ENDS_KEPT) list.shift()
    ends.set(identity, list)
  }

  const giveUp = (identity: string, gone: Away): void => {
    const left = (away.get(identity) ?? []).filter((one) => one !== gone)
    if (left.length > 0) away.set(identity, left)
    else away.delete(identity)
    for (const dialog of agent().dialogs.ownedBy(gone.owner)) {
      if (dialog.confirmed && dialog.calling) end(dialog, GRACE_OVER, 'the application did not come back in time')
    }
  }
  const end = (dialog: Dialog, reason: string, words: string): void => {
    note(dialog, 'stack', words)
    sendBye(agent(), dialog, reason, 'system-initiated-termination', () => undefined)
  }

  return {
    claim(owner, told) {
      // Kept as a hash, so that looking it up tells nothing about the identities of others.
      const identity = createHash('sha256').update(told).digest('base64')
      for (const { timer } of away.get(identity) ?? []) agent().timers.stop(timer)
      away.delete(identity)
      const own = ownDialogs(identity).filter((dialog) => dialog.owner !== owner)
      for (const dialog of own) dialog.owner = owner
      if (agent().options.timing.grace > 0) identities.set(owner, identity)
      const ended = ends.get(identity) ?? []
      ends.delete(identity)
      // After the application has heard of its dialogs.
      queueMicrotask(() => {
        for (const request of [...held]) if (request.dialog.owner === owner) request.resume()
      })
      return { kept: own.map(({ id }) => id), ended }
    },
    leave(owner) {
      const identity = identities.get(owner)
      const { grace } = agent().options.timing
      if (identity === undefined || grace === 0) return false
      const gone: Away = { owner, timer: undefined }
      gone.timer = agent().timers.start(grace, { onTimer: () => giveUp(identity, gone) }, 'grace')
      away.set(identity, [...(away.get(identity) ?? []), gone])
      return true
    },
    keeps,
    receive(dialog, request, transaction, again) {
      if (request.method !== 'BYE') {
        if (request.method === 'INVITE') transaction.respond(100, writeResponse(request, 100, 'Trying', ''))
        held.add(new Held(agent(), dialog, request, transaction, again, (one) => held.delete(one)))
        return
      }
      refuse(transaction, request, 200)
      hungUp(dialog, request)
    },
    ended: note,
    unanswered(dialog, request, answer) {
      if (request.method !== 'BYE') return answer(503, AWAY, RETRY)
      answer(200)
      hungUp(dialog, request)
    },
    endAll(reason) {
      for (const dialog of agent().dialogs.all()) {
        if (dialog.confirmed && dialog.calling) sendBye(agent(), dialog, reason, 'system-initiated-termination', (bye, flow) => tellEnded(agent(), dialog, bye, flow))
      }
    },
    close() {
      for (const one of [...away.values()].flat()) agent().timers.stop(one.timer)
      for (const request of [...held]) request.drop()
    },
  }

  function hungUp(dialog: Dialog, bye: SipMessage): void {
    // RFC 3261 §15.1.2: pending requests are answered 487.
    for (const request of [...held]) if (request.dialog === dialog) request.onCancelled()
    note(dialog, 'peer', header(bye, 'reason') ?? '')
    cdrStop(agent(), 'network', 'normal-release', bye)
    agent().dialogs.remove(dialog)
  }
}

/** A request that waits for the application. */
class Held implements ServerUser {
  readonly dialog: Dialog
  private readonly agent: Agent
  private readonly request: SipMessage
  private readonly transaction: ServerTransaction
  private readonly again: () => void
  private readonly done: (held: Held) => void
  private timer: TimerHandle

  constructor(agent: Agent, dialog: Dialog, request: SipMessage, transaction: ServerTransaction, again: () => void, done: (held: Held) => void) {
    this.agent = agent
    this.dialog = dialog
    this.request = request
    this.transaction = transaction
    this.again = again
    this.done = done
    transaction.user = this
    this.timer = agent.timers.start(agent.options.timing.away, this, 'hold')
  }

  resume(): void {
    this.drop()
    this.transaction.user = undefined
    this.again()
  }

  drop(): void {
    this.agent.timers.stop(this.timer)
    this.done(this)
  }

  onTimer(): void {
    this.drop()
    refuse(this.transaction, this.request, 503, AWAY, RETRY)
  }

  /** RFC 3261 §9.2. */
  onCancelled(): void {
    this.drop()
    refuse(this.transaction, this.request, 487)
  }

  onServerFailure(): void {
    this.drop()
  }
}
