import { connect, follow } from '../calls/answer.ts'
import type { Call } from '../calls/call.ts'
import { hangUp } from '../calls/hang-up.ts'
import type { Leg } from '../calls/leg.ts'
import { takeOut } from '../calls/move.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import { parseReplaces, type ReplacesName } from '../sip/refer.ts'
import type { IncomingInvite } from '../sip/types.ts'
import { introduce, nameOf } from './introduce.ts'
import { mayPickUp } from './may-pick-up.ts'

/** The leg whose place a new call takes. */
export interface Replaced {
  call: Call
  leg: Leg
  /** It still rings. */
  early: boolean
  name: ReplacesName
}

/**
 * An INVITE with Replaces (RFC 3891 §3): another phone of the same extension takes over a call of it, or a colleague, where
 * PICKUP lets him, picks up one that rings. What cannot be done is answered here; undefined then.
 */
export function findReplaced(world: CallWorld, invite: IncomingInvite, tenantId: string, extensionId: string, header: string): Replaced | undefined {
  const name = parseReplaces(header)
  if (!name) return void invite.reply(400, { reason: 'Bad Replaces' })
  const found = world.registry.findDialog(tenantId, name)
  // A caller's own early dialog was not begun by us: there is nothing that we could cancel (§3).
  if (!found || (found.early && found.leg === found.call.caller)) return void invite.reply(481)
  const { call, leg, early } = found
  if (early ? !mayPickUp(world, leg.origin.extensionId, extensionId) : leg.origin.extensionId !== extensionId) return void invite.reply(403)
  if (call.over || leg.over || leg.dialog?.ended) return void invite.reply(603)
  if (name.earlyOnly && !early) return void invite.reply(486)
  return { ...found, name }
}

/** Connects the caller with the other side of the leg it replaces, which gets BYE. */
export async function takePlace(world: CallWorld, call: Call, { call: old, leg }: Replaced): Promise<void> {
  const far = leg === old.caller ? old.callee : old.caller
  const moved = await old.mailbox.run(async () => {
    if (old.over || old.answeredAt === null || old.transferring || old.consultation || !far?.dialog) return undefined
    old.transferring = { by: leg, number: call.request.caller.number }
    await leg.endpoint?.unbridge()
    return takeOut(old, far, 'callee', `Went on with another phone of ${nameOf(leg)}.`)
  })
  if (!moved) return hangUp(world, call, terminate('callee-refused', 'system', 480, 'The call that was to be taken over has just changed.'))
  call.rootId = old.rootId
  call.plan = {
    direction: 'internal', number: moved.origin.number, extensionId: moved.origin.extensionId, name: moved.origin.name, steps: [],
    before: { step: 'Take over a call', reason: `Another phone of ${nameOf(leg)} took its call with ${nameOf(moved)} over` },
  }
  call.legs.push(moved)
  follow(world, call, moved)
  await call.mailbox.run(() => connect(world, call, moved))
  hangUp(world, old, terminate('transferred', leg.origin.role, null, `The call went on with another phone of ${nameOf(leg)}.`))
  introduce(world, call.caller, moved)
}
