import { Refusal, wrongField } from '../../config/errors.ts'
import type { Call } from '../calls/call.ts'
import { endAfterBug, hangUp } from '../calls/hang-up.ts'
import type { Leg } from '../calls/leg.ts'
import { takeOut } from '../calls/move.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { DirectorySnapshot, SnapshotClick, SnapshotExtension } from '../directory/types.ts'
import type { ClickToDial } from '../door.ts'
import { helpNumber } from '../routing/help.ts'
import { leadsToHelp, type Plan } from '../routing/plan.ts'
import type { CallRequest } from '../routing/request.ts'
import { cleanNumber } from './clean-number.ts'
import { decideNow } from './decide-now.ts'
import { openOwnCall, ringOwn, takeAnswered } from './own-call.ts'
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
  const number = cleanNumber(wish.to)
  if (number === undefined) throw wrongField('to', `${wish.to} is no number that can be dialled.`)
  const known = clicks.get(world) ?? new Map<string, { call: Call; at: number }>()
  clicks.set(world, known)
  const settings = snapshot.clickToDialOf(extensionId)
  if (!settings.enabled) throw new Refusal('unprocessable', `Click-to-dial is switched off for ${extension.number}. It is switched on under Click to dial in the panel.`)
  const key = `${extensionId} ${number}`
  const before = known.get(key)
  if (before && !before.call.over && Date.now() - before.at < SAME_MS) return before.call

  const caller = { extensionId, deviceId: '', number: extension.number, name: extension.name }
  const outsideNumber = settings.outsideNumber === null ? {} : { outsideNumber: settings.outsideNumber }
  const plan = decideNow(world, { tenantId, caller, dialled: number, ...outsideNumber })
  if (helpNumber(snapshot, tenantId, number) !== undefined || leadsToHelp(plan)) throw wrongField('to', 'Call for help from the phone itself: it must not wait for another phone to be answered.')
  const first = plan.steps.find(({ kind }) => kind !== 'schedule')
  if (!first || first.kind === 'refuse' || first.kind === 'announcement') throw wrongField('to', `${first?.reason ?? `${number} leads nowhere`}.`)
  const chosen = phonesFor(snapshot, wish, settings)
  const contacts = world.registrar.contactsOf(extension.id).filter(({ reachable, deviceId }) => reachable !== 'no' && (chosen === null || chosen.includes(deviceId)))
  if (contacts.length === 0) throw new Refusal('conflict', chosen === null ? `No phone of ${extension.number} is registered and answers.` : wish.deviceId == null ? `None of the phones of ${extension.number} that click-to-dial rings is registered and answers.` : 'This phone is not registered, or does not answer.')

  const own = openOwnCall(world, {
    extension,
    // The phone shows who will be called.
    shows: { number, name: plan.name }, name: plan.name ?? 'Click to dial',
    before: { step: `Click to dial ${number}: ring the own phone first`, reason: `${wish.by} asked for it` },
  })
  known.set(key, { call: own, at: Date.now() })
  own.cleanup.add(() => { if (known.get(key)?.call === own) known.delete(key) })
  const rung = { ...extension, ringSeconds: settings.ringSeconds ?? extension.ringSeconds }
  ringOwn(world, own, rung, contacts, (leg) => callOn(world, own, leg, extension, number, { step: 'Click to dial', reason: `${wish.by} asked for it` }, outsideNumber), {
    ...(settings.namePrefix !== '' && { namePrefix: settings.namePrefix }),
    ...((wish.autoAnswer ?? settings.autoAnswer) && { autoAnswer: settings.autoAnswerStyle }),
  })
  return own
}

/** The phones that ring; null: all. Those that are gone do not count, and all ring when none of the chosen is left. */
function phonesFor(snapshot: DirectorySnapshot, { extensionId, deviceId }: Originating, { deviceIds }: SnapshotClick): readonly string[] | null {
  if (deviceId != null) return [deviceId]
  const there = new Set(snapshot.devicesOf(extensionId).map(({ id }) => id))
  const left = deviceIds?.filter((id) => there.has(id)) ?? []
  return left.length === 0 ? null : left
}

/** The phone is answered: it calls the number now. */
export async function callOn(world: CallWorld, own: Call, leg: Leg, extension: SnapshotExtension, number: string, before: NonNullable<Plan['before']>, shown: Pick<CallRequest, 'outsideNumber'> = {}): Promise<void> {
  const next = await own.mailbox.run(async () => {
    if (!takeAnswered(world, own, leg)) return undefined
    own.transferring = { by: own.caller, number }
    const moved = await takeOut(own, leg, 'caller', `Goes on to ${number}.`)
    return openTransferred(world, own, moved, { number }, { extensionId: extension.id, number: extension.number }, (request) => ({ ...decideNow(world, { ...request, ...shown }), before }), () => undefined)
  })
  if (!next) return
  hangUp(world, own, terminate('transferred', 'system', null, `The phone was answered and goes on to ${number}.`))
  runPlan(world, next).catch((error: unknown) => endAfterBug(world, next, error))
}
