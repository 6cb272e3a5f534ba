import { Refusal, wrongField } from '../../config/errors.ts'
import { follow } from '../calls/answer.ts'
import { Call } from '../calls/call.ts'
import { dial, type DialOutcome, type DialTarget } from '../calls/dial.ts'
import { endAfterBug, hangUp } from '../calls/hang-up.ts'
import { Leg } from '../calls/leg.ts'
import { takeOut } from '../calls/move.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import { watchCall } from '../calls/watch.ts'
import type { SnapshotExtension } from '../directory/types.ts'
import type { ClickToDial } from '../door.ts'
import { isEmergency } from '../emergency/recognise.ts'
import { decide } from '../routing/decide.ts'
import { normaliseDialled } from '../routing/number-format.ts'
import type { Plan } from '../routing/plan.ts'
import { NO_LINE } from './no-line.ts'
import { verdictOf } from './ring.ts'
import { runPlan } from './run-plan.ts'
import { openTransferred } from './transfer.ts'

export interface Originating extends ClickToDial {
  tenantId: string
  /** Who asked for it, in words for the history. */
  by: string
}

/** A second click within this time is the first one again. */
const SAME_MS = 5_000
const clicks = new WeakMap<CallWorld, Map<string, { call: Call; at: number }>>()

/**
 * Click-to-dial: rings the phones of an extension and, once one is answered, calls the number as if that phone had dialled it.
 * Whatever speaks against the call is said before anything rings.
 *
 * @returns the call to the phone; the one to the number has its `rootId`
 * @throws Refusal `unprocessable` for a number that may not or cannot be called, `conflict` when no phone can be rung
 */
export function originate(world: CallWorld, wish: Originating): Call {
  const { tenantId, extensionId } = wish
  const snapshot = world.directory.snapshot()
  const extension = snapshot.extension(extensionId)
  if (extension?.tenantId !== tenantId || !extension.enabled) throw wrongField('extensionId', 'There is no such extension, or it is switched off.')
  const number = normaliseDialled(wish.to.replace(/^tel:/i, '').replace(/;.*$/, '').replaceAll(/[^0-9+*#]/g, ''))
  if (!/^[+*#]?[0-9*#]{1,30}$/.test(number)) throw wrongField('to', `${wish.to} is no number that can be dialled.`)
  if (isEmergency(number)) throw wrongField('to', 'Call for help from the phone itself: it must not wait for another phone to be answered.')
  const known = clicks.get(world) ?? new Map<string, { call: Call; at: number }>()
  clicks.set(world, known)
  const key = `${extensionId} ${number}`
  const before = known.get(key)
  if (before && !before.call.over && Date.now() - before.at < SAME_MS) return before.call

  const caller = { extensionId, deviceId: '', number: extension.number, name: extension.name }
  const plan = decide({ tenantId, caller, dialled: number }, snapshot, { ringSeconds: world.settings.calls.ringSeconds, at: Date.now() })
  const first = plan.steps.find(({ kind }) => kind !== 'schedule')
  if (!first || first.kind === 'refuse' || first.kind === 'announcement') throw wrongField('to', `${first?.reason ?? `${number} leads nowhere`}.`)
  const contacts = world.registrar.contactsOf(extension.id).filter(({ reachable, deviceId }) => reachable !== 'no' && (wish.deviceId == null || deviceId === wish.deviceId))
  if (contacts.length === 0) throw new Refusal('conflict', wish.deviceId == null ? `No phone of ${extension.number} is registered and answers.` : 'This phone is not registered, or does not answer.')

  const own = openCall(world, extension, number, plan, wish.by)
  known.set(key, { call: own, at: Date.now() })
  own.cleanup.add(() => { if (known.get(key)?.call === own) known.delete(key) })
  const targets = contacts.map((contact): DialTarget => ({ contact, extensionId: extension.id, number: extension.number, name: extension.name, ...(wish.autoAnswer === true && { autoAnswer: true }) }))
  dial(world, own, targets, extension.ringSeconds ?? world.settings.calls.ringSeconds)
    .then((outcome) => (outcome.kind === 'answered' ? callOn(world, own, outcome.leg, extension, number, wish.by) : giveUp(world, own, outcome)))
    .catch((error: unknown) => endAfterBug(world, own, error))
  return own
}

function openCall(world: CallWorld, extension: SnapshotExtension, number: string, { name }: Plan, by: string): Call {
  // The phone shows who will be called.
  const caller = new Leg({ role: 'caller', extensionId: null, deviceId: null, number, name, address: '', transport: '', userAgent: null, sipCallId: '' })
  const own = new Call({
    request: { tenantId: extension.tenantId, caller: { extensionId: '', deviceId: '', number, name: name ?? 'Click to dial' }, dialled: extension.number },
    invite: NO_LINE,
    caller,
    logger: world.logger,
    onChange: (changed) => world.events.emit('call.updated', changed.tenantId, { call: changed.view() }),
    onBug: (broken, error) => endAfterBug(world, broken, error),
  })
  // The call that comes of it is recorded.
  own.recordingTried = true
  own.plan = { direction: 'internal', number: extension.number, extensionId: extension.id, name: extension.name, steps: [], before: { step: `Click to dial ${number}: ring the own phone first`, reason: `${by} asked for it` } }
  world.registry.add(own)
  world.events.emit('call.started', own.tenantId, { call: own.view() })
  return own
}

function giveUp(world: CallWorld, own: Call, outcome: Exclude<DialOutcome, { kind: 'answered' }>): void {
  if (outcome.kind === 'failed') hangUp(world, own, verdictOf(outcome.failure))
  else if (outcome.kind === 'no-media') hangUp(world, own, terminate('no-media', 'system', null, `The media engine cannot take another call: ${outcome.reason}.`))
  else if (outcome.kind === 'no-answer') hangUp(world, own, terminate('no-answer', 'system'))
}

/** The phone is answered: it calls the number now. */
async function callOn(world: CallWorld, own: Call, leg: Leg, extension: SnapshotExtension, number: string, by: string): Promise<void> {
  const next = await own.mailbox.run(async () => {
    if (own.over) return void (leg.dialog && world.registry.linger(leg.dialog.bye()))
    own.callee = leg
    leg.sipStatus = 200
    own.caller.step('answer')
    own.step('answer')
    follow(world, own, leg)
    watchCall(world, own)
    own.transferring = { by: own.caller, number }
    const moved = await takeOut(own, leg, 'caller', `Goes on to ${number}.`)
    const before = { step: 'Click to dial', reason: `${by} asked for it` }
    return openTransferred(world, own, moved, { number }, { extensionId: extension.id, number: extension.number }, (request) => ({ ...decide(request, world.directory.snapshot(), { ringSeconds: world.settings.calls.ringSeconds, at: Date.now() }), before }), () => undefined)
  })
  if (!next) return
  hangUp(world, own, terminate('transferred', 'system', null, `The phone was answered and goes on to ${number}.`))
  runPlan(world, next).catch((error: unknown) => endAfterBug(world, next, error))
}
