/** Completion of calls: *66 asks to be called when the extension that was called last is free, *86 takes that back. */
import { messageOf, Refusal } from '../../config/errors.ts'
import type { Call } from '../calls/call.ts'
import { hangUp } from '../calls/hang-up.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { CompletionStep } from '../routing/own-steps.ts'
import { answerAndTalk, canTalk, type Sound } from '../voicemail/talk.ts'
import { speak, spokenNumber } from '../voicemail/world.ts'
import type { StepOutcome } from './outcome.ts'

/** Ends after which it is worth waiting for the extension to be free, though it may be that already. */
const WAS_BUSY: ReadonlySet<string> = new Set(['busy', 'declined', 'do-not-disturb', 'not-registered', 'not-reachable'])

/** Does what the code asks, says so, and hangs up. */
export async function serveCompletion(world: CallWorld, call: Call, step: CompletionStep): Promise<StepOutcome> {
  const own = world.directory.snapshot().extension(call.request.caller.extensionId)
  if (!own || !canTalk(world, call)) return { kind: 'next', verdict: terminate('feature-refused', 'system', null, 'Nothing can be said now: the media engine cannot play and hear keys.') }
  const talk = await answerAndTalk(world, call)
  if (!talk) return { kind: 'done' }
  const { done, say, why } = step.what === 'cancel' ? cancel(world, own.id) : await ask(world, call.tenantId, own.id)
  await talk.say(...say)
  if (!done) return { kind: 'next', verdict: terminate('feature-refused', 'system', null, why) }
  hangUp(world, call, terminate('feature-done', 'system', null, why))
  return { kind: 'done' }
}

interface Answer {
  done: boolean
  say: Sound[]
  why: string
}

function cancel(world: CallWorld, callerId: string): Answer {
  const count = world.completions.cancel(callerId)
  return { done: true, say: ['completion-cancelled'], why: count === 0 ? 'Nobody was to be called back.' : `${count === 1 ? 'One call is' : `${count} calls are`} not completed any more.` }
}

async function ask(world: CallWorld, tenantId: string, callerId: string): Promise<Answer> {
  try {
    const last = await world.lastCalled(tenantId, callerId)
    const callee = last && world.directory.snapshot().extension(last.extensionId)
    if (!last || !callee?.enabled) return { done: false, say: ['completion-nothing'], why: 'No extension was called within the last hour.' }
    if (last.result === 'answered') return { done: false, say: ['completion-nothing'], why: `The call to ${callee.number} was answered.` }
    const ready = WAS_BUSY.has(last.reason) || !isFree(world, callee.id)
    if (!world.completions.ask({ tenantId, callerId, calleeId: callee.id }, ready)) return { done: false, say: ['feature-refused'], why: 'Too many extensions are waited for already.' }
    return { done: true, say: ['completion-asked', speak(spokenNumber(callee.number))], why: `Calls when ${callee.number} (${callee.name}) is free${ready ? '' : ', after its next call'}; for an hour.` }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { done: false, say: ['try-again'], why: `Who was called last is not known now: ${messageOf(error)}` }
  }
}

/** Its phones can be rung and are in no call, and it wants to be disturbed. */
export function isFree(world: CallWorld, extensionId: string): boolean {
  const extension = world.directory.snapshot().extension(extensionId)
  if (!extension?.enabled || extension.doNotDisturb) return false
  if (world.registrar.contactsOf(extensionId).every(({ reachable }) => reachable === 'no')) return false
  return !world.registry.list(extension.tenantId).some((call) => !call.over && call.legs.some((leg) => leg.origin.extensionId === extensionId && !leg.over))
}
