import { endAfterBug, hangUp } from '../calls/hang-up.ts'
import type { Call } from '../calls/call.ts'
import type { Leg } from '../calls/leg.ts'
import { takeOut } from '../calls/move.ts'
import { stopRingback } from '../calls/ringback.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { Termination } from '../events/catalogue.ts'
import { decideNow } from './decide-now.ts'
import { introduce, nameOf } from './introduce.ts'
import { runPlan } from './run-plan.ts'
import { callBack, joinSecond, openTransferred, parkAt, putBack, type TransferWish } from './transfer.ts'
import { tell, TRANSFER_FAILED, typeNumber, type TypedNumber } from './typed-number.ts'

/**
 * Transfer with consultation by keys: the phone leaves for a call of its own with the number, and its other side waits with
 * music. Hanging up connects the two. It comes back by the code for that, and when nobody answers or whom it asked hangs up.
 */
export async function consultByKeys(world: CallWorld, call: Call, by: Leg): Promise<void> {
  const typed = await typeNumber(world, call, by)
  if (!typed) return
  const second = await call.mailbox.run(async () => {
    if (call.over || call.transferring || !by.dialog) return undefined
    const paused = await pauseRecording(call)
    const role = by.origin.role
    const moved = await takeOut(call, by, 'caller', `Asks ${typed.number} while ${nameOf(typed.other)} waits.`)
    const before = { step: `Ask ${typed.number}`, reason: `${nameOf(typed.other)} waits meanwhile` }
    const opened = openTransferred(world, call, moved, { number: typed.number }, undefined, (request) => ({ ...decideNow(world, request), before }), () => undefined)
    // It is another conversation: recorded when its own parties want that.
    opened.recordingWanted = undefined
    watchOver(world, call, opened, { by, moved, role, paused }, typed)
    return opened
  })
  if (!second) return typed.rejoin()
  runPlan(world, second).catch((error: unknown) => endAfterBug(world, second, error))
}

/** It goes on with the transfer, or when the phone is back. */
async function pauseRecording(call: Call): Promise<boolean> {
  if (!call.recording) return false
  call.recordingWanted = call.recording.startedBy
  call.recordingTried = true
  await call.recording.recording.stop().catch(() => undefined)
  return true
}

interface Asking {
  /** What the phone was in the call that waits. */
  by: Leg
  /** What it is in the second one. */
  moved: Leg
  role: Leg['origin']['role']
  /** A recording of the call that waits was stopped. */
  paused: boolean
}

function watchOver(world: CallWorld, call: Call, second: Call, { by, moved, role, paused }: Asking, { other, quiet }: TypedNumber): void {
  /** Once: the phone has gone one way or the other. */
  const settle = (): boolean => {
    if (!second.consultation) return false
    second.consultation = undefined
    second.turnBack = undefined
    return true
  }

  const back = async (verdict: Termination, failed: boolean): Promise<void> => {
    if (!settle()) return
    if (call.over) return hangUp(world, second, verdict)
    second.invite.reply(480)
    stopRingback(second)
    const returned = await second.mailbox.run(async () => {
      if (second.over || moved.dialog?.ended) return undefined
      await moved.endpoint?.unbridge()
      return takeOut(second, moved, role, `Came back to ${nameOf(other)}.`)
    })
    hangUp(world, second, verdict)
    if (!returned) return hangUp(world, call, terminate('hung-up', role))
    const there = await call.mailbox.run(async () => {
      quiet()
      if (call.over) return false
      if (paused) call.recordingTried = false
      await putBack(world, call, other, returned, role)
      introduce(world, other, returned)
      return true
    })
    if (!there) {
      world.registry.linger(returned.dialog?.bye() ?? Promise.resolve())
      await returned.endpoint?.close()
    } else if (failed) await tell(call, returned.endpoint, TRANSFER_FAILED(call.tenantId))
  }

  const complete = async (): Promise<void> => {
    if (!settle()) return
    // That it has hung up may be told once more.
    second.consultation = { left: (leg) => leg === moved, back: () => undefined }
    const near = await call.mailbox.run(async () => {
      if (call.over || !other.dialog) return undefined
      call.transferring = { by, number: second.request.dialled }
      quiet()
      return takeOut(call, other, 'caller', `Transferred to ${second.request.dialled} by ${nameOf(by)}.`)
    })
    const gone = terminate('hung-up', 'caller')
    if (!near) return hangUp(world, second, gone)
    if (second.parkHere !== undefined && !second.over) return parkAt(world, call, by, near, other.origin.role, SILENT, second, second.parkHere)
    const joined = await joinSecond(world, call, by, near, other.origin.role, SILENT, second, moved)
    // It rings on, a call like any other.
    if (second.caller !== moved) second.consultation = undefined
    if (joined) return
    hangUp(world, second, gone)
    callBack(world, call, by, near, gone)
  }

  const guarded = (work: Promise<void>): void => void work.catch((error: unknown) => endAfterBug(world, second, error))
  second.consultation = {
    left(leg) {
      guarded(leg === moved ? complete() : back(terminate('hung-up', 'callee'), false))
      return true
    },
    back: () => guarded(back(terminate('hung-up', 'caller'), false)),
  }
  second.turnBack = (verdict) => back(verdict, true)
  // Whatever else ends it, nobody is left waiting: an administrator, or a failure.
  second.signal.addEventListener('abort', () => {
    if (settle()) hangUp(world, call, second.verdict ?? terminate('hung-up', role))
  })
  void second.answered.promise.then(() => second.callee && introduce(world, moved, second.callee))
}

/** The phone that asked has hung up: nobody is to be told. */
const SILENT: TransferWish = {
  number: '', target: { scheme: 'sip', user: undefined, host: '', port: undefined, params: new Map(), headers: undefined }, replaces: undefined, referredBy: undefined,
  refuse: () => undefined, accept: () => undefined, progress: () => undefined, end: () => Promise.resolve(),
}
