import type { DeviceActor } from '../../config/actor.ts'
import { messageOf, Refusal } from '../../config/errors.ts'
import type { Call } from '../calls/call.ts'
import { hangUp } from '../calls/hang-up.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { SnapshotExtension } from '../directory/types.ts'
import type { OwnBlockedCaller } from '../door.ts'
import { ruleFor, standing } from '../routing/blocked.ts'
import { helpNumber, routePrefixes } from '../routing/help.ts'
import type { LastCallerStep } from '../routing/own-steps.ts'
import { answerAndTalk, canTalk, type Talk } from '../voicemail/talk.ts'
import { speak, spokenNumber } from '../voicemail/world.ts'
import { dialFor, refuseWith } from './dial-for.ts'
import type { StepOutcome } from './outcome.ts'

const NUMBER = /^\+?[0-9]{2,20}$/

const PROMPTS: Readonly<Record<LastCallerStep['what'], string>> = { call: 'last-caller-call', block: 'last-caller-block', 'block-own': 'last-caller-block-own' }

/** Says who called the own extension last, and calls back or blocks that number when 1 is pressed. */
export async function serveLastCaller(world: CallWorld, call: Call, step: LastCallerStep): Promise<StepOutcome> {
  const own = world.directory.snapshot().extension(call.request.caller.extensionId)
  if (!own || !canTalk(world, call)) return { kind: 'next', verdict: terminate('feature-refused', 'system', null, 'Nothing can be said now: the media engine cannot play and hear keys.') }
  const talk = await answerAndTalk(world, call)
  if (!talk) return { kind: 'done' }
  const refuse = (prompt: string, why: string): Promise<StepOutcome> => refuseWith(talk, prompt, why)
  let last: Awaited<ReturnType<CallWorld['lastCaller']>>
  try {
    last = await world.lastCaller(call.tenantId, own.id)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return refuse('try-again', `Who called last is not known now: ${messageOf(error)}`)
  }
  if (!last) return refuse('last-caller-none', `Nobody has called ${own.number}.`)
  // Whoever hid the number stays hidden, of the house or not.
  if (!NUMBER.test(last.number) || helpNumber(world.directory.snapshot(), call.tenantId, last.number) !== undefined) return refuse('last-caller-withheld', 'The last caller showed no number that could be called.')
  const inside = last.extensionId === null ? undefined : world.directory.snapshot().extension(last.extensionId)
  // Numbers of extensions change.
  const number = inside?.number ?? last.number
  if (step.what !== 'call' && last.extensionId !== null) return refuse('last-caller-inside', `${number} called last, and colleagues are not blocked.`)
  const key = await talk.ask(['last-caller-was', speak(spokenNumber(number.replace('+', ''))), PROMPTS[step.what]], '1')
  if (call.over) return { kind: 'done' }
  if (key === '') {
    hangUp(world, call, terminate('feature-done', 'system', null, `${number} called last; the caller was told so and pressed nothing.`))
    return { kind: 'done' }
  }
  if (step.what !== 'call') return block(world, call, talk, own, number, step.what === 'block-own')
  // Numbers outside also with the digit for an outside line.
  const ways = [number, ...routePrefixes(world.directory.snapshot(), call.tenantId).map((prefix) => prefix + number)]
  return dialFor(world, call, talk, own, ways, `${own.number} calls back whoever called last, ${number}`)
}

/** The rule counts for the whole company, or for the extension alone, and is found, changed and undone among the others. */
async function block(world: CallWorld, call: Call, talk: Talk, own: SnapshotExtension, number: string, alone: boolean): Promise<StepOutcome> {
  const actor: DeviceActor = { kind: 'device', tenantId: call.tenantId, id: call.request.caller.deviceId, name: `Phone of ${own.number}`, permissions: new Set() }
  const name = `By ${own.number} (${own.name}) on the phone`.slice(0, 100)
  try {
    if (alone) await blockAlone(world, actor, own.id, { number, name, action: 'decline' })
    else if ((ruleFor(world.directory.snapshot().blockedOf(call.tenantId), number)?.action ?? 'allow') === 'allow') await world.directory.blockedCallers.create(actor, { number, name })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return refuseWith(talk, 'feature-refused', messageOf(error))
  }
  await talk.say('last-caller-blocked')
  hangUp(world, call, terminate('feature-done', 'system', null, `${number} is blocked${alone ? ` for ${own.number}` : ''}.`))
  return { kind: 'done' }
}

/** What the list says of the very number before gives way. */
async function blockAlone({ directory }: CallWorld, actor: DeviceActor, extensionId: string, rule: OwnBlockedCaller): Promise<void> {
  const { blockedCallers, version } = await directory.extensions.get(actor, extensionId)
  const found = standing(directory.snapshot().blockedOf(actor.tenantId), blockedCallers, rule.number)
  if (found && found.rule.action !== 'allow') return
  await directory.extensions.update(actor, extensionId, { blockedCallers: [...blockedCallers.filter(({ number }) => number !== rule.number), rule] }, version)
}
