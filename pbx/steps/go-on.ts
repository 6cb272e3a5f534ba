import { endAfterBug, hangUp } from '../calls/hang-up.ts'
import type { Call } from '../calls/call.ts'
import { handKeypad } from '../calls/keypad.ts'
import { takeOut } from '../calls/move.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import { helpNumber } from '../routing/help.ts'
import { normaliseDialled } from '../routing/number-format.ts'
import { leadsToHelp, type Plan, type Step } from '../routing/plan.ts'
import { decideNow } from './decide-now.ts'
import { runPlan } from './run-plan.ts'
import { openTransferred, type Authority } from './transfer.ts'

const TALKS: ReadonlySet<Step['kind'] | undefined> = new Set(['attendant', 'application', 'directory', 'voicemail', 'feature'])

/**
 * A caller who talks to the house itself goes on to a number, as if he had been transferred there: he leaves for a call
 * of his own, and this one is over.
 *
 * @param prefix before the caller's name on the phones of an extension
 */
export async function goOn(world: CallWorld, call: Call, dialled: string, by: Authority, why: string, prefix?: string): Promise<void> {
  const number = normaliseDialled(dialled)
  // Nobody is sent to the emergency services by what somebody else has set up.
  const never = `${why}, and nothing that is set up may lead to the emergency services`
  if (helpNumber(world.directory.snapshot(), call.tenantId, number) !== undefined) return hangUp(world, call, terminate('unknown-number', 'system', null, `${never}.`))
  const before = { step: `Go on to ${number}`, reason: why }
  await leaveFor(world, call, number, by, why, (request) => {
    const plan = decideNow(world, request)
    // By an outbound route, or behind *67.
    if (leadsToHelp(plan)) return { ...plan, steps: [{ kind: 'refuse', refusal: 'unknown-number', reason: never }], before }
    return { ...plan, steps: plan.steps.map((step) => (prefix !== undefined && step.kind === 'extension' ? { ...step, namePrefix: prefix } : step)), before }
  })
}

/**
 * The same for a caller who was only asked something first: the call of his own goes by what was decided when he dialled.
 *
 * @param by whose rights the plan was made with; the caller's own when absent
 * @param prepare sees the call of his own before its plan is carried out; not called when he has hung up
 */
export function goOnBy(world: CallWorld, call: Call, plan: Plan, why: string, by?: Authority, prepare?: (next: Call) => void): Promise<void> {
  const { extensionId, number } = call.request.caller
  return leaveFor(world, call, plan.number, by ?? { extensionId, number }, why, () => plan, prepare)
}

async function leaveFor(world: CallWorld, call: Call, number: string, by: Authority, why: string, planOf: (request: Call['request']) => Plan, prepare?: (next: Call) => void): Promise<void> {
  const next = await call.mailbox.run(async () => {
    if (call.over || call.callee) return undefined
    call.transferring = { by: call.caller, number }
    const moved = await takeOut(call, call.caller, 'caller', `Went on to ${number}.`)
    return openTransferred(world, call, moved, { number }, by, planOf, () => undefined)
  })
  if (!next) return
  prepare?.(next)
  // Who is rung next presses keys of its own; whoever speaks next takes those that were meant for it.
  if (TALKS.has(next.plan?.steps.find(({ kind }) => kind !== 'schedule')?.kind)) handKeypad(call, next)
  hangUp(world, call, terminate('transferred', 'system', null, `${why}.`))
  runPlan(world, next).catch((error: unknown) => endAfterBug(world, next, error))
}
