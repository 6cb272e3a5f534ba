import { setTimeout as wait } from 'node:timers/promises'
import type { Call } from '../calls/call.ts'
import { hangUp } from '../calls/hang-up.ts'
import type { ProgramQuestion, ProgramResult } from '../calls/program.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { SnapshotApplication } from '../directory/types.ts'
import type { Termination } from '../events/catalogue.ts'
import type { ApplicationStep } from '../routing/application-step.ts'
import { PLACES } from '../routing/feature-actions.ts'
import { findFeatureCode } from '../routing/feature-codes.ts'
import { helpNumber } from '../routing/help.ts'
import { normaliseDialled } from '../routing/number-format.ts'
import { leadsToHelp, type Plan } from '../routing/plan.ts'
import { answerAndTalk, canTalk, type Talk } from '../voicemail/talk.ts'
import { speak } from '../voicemail/world.ts'
import { describeVerb, readVerbs, type Verb } from './application-verbs.ts'
import { decideNow } from './decide-now.ts'
import type { StepOutcome } from './outcome.ts'

/** Programs that always ask for more, or send a caller from one to the other, are not asked for ever. */
const MOST_ROUNDS = 50
const NEXT_KEY_MS = 5_000
const MOST_TOLD = 40

type Dial = Extract<Verb, { verb: 'dial' }>
type Gather = Extract<Verb, { verb: 'gather' }>
/** How often programs were asked about a caller, in however many calls of his: his sound stays the same. */
const asked = new WeakMap<object, number>()

/** What a list of verbs came to: the program is asked again with a result, or the step is done. */
type Came = { result: ProgramResult } | { outcome: StepOutcome } | { problem: string }

/**
 * Asks the program of an application what to do with the call, and does it, until the call goes on elsewhere or ends. Where the
 * program does not answer in time, or answers what cannot be done, the call goes to the fallback of the application.
 *
 * @param last what became of the step before: nobody took the call where the program had it put through
 */
export async function runApplication(world: CallWorld, call: Call, step: ApplicationStep, last: Termination): Promise<StepOutcome> {
  const application = world.directory.snapshot().application(step.applicationId)
  if (!application?.enabled) return { kind: 'next', verdict: terminate('application-disabled', 'system') }
  let result: ProgramResult | null = step.after ? { verb: 'dial', to: step.after.to, outcome: last.reason, explanation: last.explanation } : null
  while (mayAsk(call)) {
    const { error, text, ms } = await world.askProgram(application, questionOf(call, application, result), call.signal)
    if (call.over) return { kind: 'done' }
    if (error !== null) return fallBack(world, call, application, error)
    const read = readVerbs(text)
    if ('problem' in read) return fallBack(world, call, application, read.problem)
    tell(call, read.verbs, `The program of ${application.number} (${application.name}) said so after ${ms} ms`)
    const came = await carryOut(world, call, application, read.verbs)
    if (call.over) return { kind: 'done' }
    if ('problem' in came) return fallBack(world, call, application, came.problem)
    if ('outcome' in came) return came.outcome
    result = came.result
  }
  return fallBack(world, call, application, `Programs were asked ${MOST_ROUNDS} times about this caller and came to no end.`)
}

/** Counts one question more. */
function mayAsk(call: Call): boolean {
  const caller = call.caller.endpoint ?? call
  const times = (asked.get(caller) ?? 0) + 1
  asked.set(caller, times)
  return times <= MOST_ROUNDS
}

function questionOf(call: Call, { id, number, name }: SnapshotApplication, result: ProgramResult | null): ProgramQuestion {
  const { caller, inbound } = call.request
  return {
    event: result === null ? 'call' : result.verb === 'gather' ? 'gathered' : 'not-answered',
    application: { id, number, name },
    call: {
      id: call.id, rootId: call.rootId, startedAt: new Date(call.startedAt).toISOString(),
      from: { number: caller.number, name: caller.name === '' ? null : caller.name, extensionId: caller.extensionId === '' ? null : caller.extensionId },
      dialled: inbound?.number ?? call.request.dialled, answered: call.answeredAt !== null || call.rootId !== call.id,
    },
    result,
  }
}

async function carryOut(world: CallWorld, call: Call, application: SnapshotApplication, verbs: readonly Verb[]): Promise<Came> {
  const ended = (): Came => {
    hangUp(world, call, terminate('application-ended', 'system'))
    return { outcome: { kind: 'done' } }
  }
  for (const verb of verbs) {
    if (verb.verb === 'dial') return putThrough(world, call, application, verb)
    if (verb.verb === 'hangup') return ended()
    if (verb.verb === 'reject') {
      if (call.answeredAt !== null) return ended()
      return { outcome: { kind: 'next', verdict: terminate(verb.reason === 'busy' ? 'application-busy' : 'application-refused', 'system') } }
    }
    const talk = await talkTo(world, call)
    if (typeof talk === 'string') return { problem: talk }
    if (!talk) return { outcome: { kind: 'done' } }
    if (verb.verb === 'gather') return { result: await gather(call, talk, verb) }
    if (verb.verb === 'pause') await wait(verb.seconds * 1000, undefined, { signal: call.signal }).catch(() => undefined)
    else await talk.say(verb.verb === 'say' ? speak(verb.text) : verb.prompt)
    if (call.over) return { outcome: { kind: 'done' } }
  }
  return ended()
}

/** Undefined when the caller has hung up; a sentence where nobody can talk to him. */
async function talkTo(world: CallWorld, call: Call): Promise<Talk | string | undefined> {
  if (!canTalk(world, call)) return 'The caller cannot be spoken to: the media engine cannot play and hear keys now.'
  call.parting = (by) => terminate('application-ended', by, null, 'The caller hung up while the program of the application talked to him.')
  return answerAndTalk(world, call)
}

/** Keys until there are enough, the finishing key, or none more comes. */
async function gather(call: Call, talk: Talk, { digits: most, seconds, finishOnKey, text }: Gather): Promise<ProgramResult> {
  if (text !== '') await talk.say(speak(text))
  let digits = ''
  while (!call.over) {
    const key = await talk.key(digits === '' ? seconds * 1000 : Math.min(seconds * 1000, NEXT_KEY_MS))
    if (key === '') break
    if (key === finishOnKey) return { verb: 'gather', digits, end: 'key' }
    digits += key
    if (digits.length >= most) return { verb: 'gather', digits, end: 'complete' }
  }
  return { verb: 'gather', digits, end: 'timeout' }
}

/** The call goes on to a number; where nobody takes it there, the program is asked again. */
async function putThrough(world: CallWorld, call: Call, application: SnapshotApplication, { to, prefix }: Dial): Promise<Came> {
  const number = normaliseDialled(to)
  const why = `The program of ${application.number} (${application.name}) sent the caller on to ${number}`
  const plan = planFor(world, call, application, number)
  const refused = whyNot(world, application, plan)
  if (refused !== undefined) return { result: { verb: 'dial', to: number, outcome: 'forbidden', explanation: refused } }
  const again: ApplicationStep = { kind: 'application', applicationId: application.id, after: { to: number }, reason: `Nobody took the call at ${number}, where the program of ${application.number} (${application.name}) had sent it` }
  const steps = [...plan.steps.map((one) => (prefix !== '' && one.kind === 'extension' ? { ...one, namePrefix: prefix } : one)), again]
  return { outcome: await leave(world, call, application, { ...plan, steps }, why) }
}

async function fallBack(world: CallWorld, call: Call, application: SnapshotApplication, problem: string): Promise<StepOutcome> {
  const { number, name, fallback } = application
  const why = `The program of ${number} (${name}) could not decide: ${problem.replace(/\.$/, '')}`
  call.log.warn({ application: application.id, problem }, 'the program of an application failed, and the call goes to its fallback')
  const whyThere = `${why}; so the call goes to ${fallback}`
  // In a call of his own its plan begins with it.
  if (call.answeredAt === null && call.plan) call.plan = { ...call.plan, after: [...(call.plan.after ?? []), { step: `Go on to ${fallback}`, reason: whyThere }] }
  return leave(world, call, application, planFor(world, call, application, normaliseDialled(fallback)), whyThere)
}

/** As if the caller had dialled it, with the rights of the application. */
function planFor(world: CallWorld, call: Call, { number: own }: SnapshotApplication, number: string): Plan {
  return decideNow(world, { tenantId: call.tenantId, caller: call.request.caller, dialled: number, onBehalfOf: { extensionId: '', number: own } })
}

/** Why the program may not have a call put through by this plan; undefined when it may. */
function whyNot(world: CallWorld, application: SnapshotApplication, plan: Plan): string | undefined {
  if (leadsToHelp(plan) || helpNumber(world.directory.snapshot(), application.tenantId, plan.number) !== undefined) return 'No program sends calls to the emergency services.'
  const feature = findFeatureCode(world.directory.snapshot().changedCodesOf(application.tenantId), plan.number)
  if (feature && !PLACES.has(feature.code.action)) return `${plan.number} is a feature code, which callers dial themselves.`
  // Whoever has its calls forwarded outside pays for that, and may.
  const outside = plan.steps.find((step) => step.kind === 'outside')
  if (!outside || application.outsideCalls === 'international') return undefined
  if (application.outsideCalls === 'none') return `The application ${application.number} (${application.name}) may not call outside.`
  return outside.abroad ? `The application ${application.number} (${application.name}) may not call abroad.` : undefined
}

/** Who is answered goes on in a call of his own; who is not goes on in this one, and still hears ringing. */
async function leave(world: CallWorld, call: Call, { number: by }: SnapshotApplication, plan: Plan, why: string): Promise<StepOutcome> {
  call.parting = undefined
  if (leadsToHelp(plan)) return { kind: 'next', verdict: terminate('unknown-number', 'system', null, `${why}, and nothing that is set up may lead to the emergency services.`) }
  if (call.answeredAt === null) {
    return { kind: 'sent-on', branch: { reason: why, steps: plan.steps }, verdict: terminate('no-application', 'system', null, `${why}, where nobody takes it.`) }
  }
  await world.goOnBy(call, { ...plan, before: { step: `Go on to ${plan.number}`, reason: why } }, why, { extensionId: null, number: by })
  return { kind: 'done' }
}

/** The history of the call tells what was decided. */
function tell(call: Call, verbs: readonly Verb[], reason: string): void {
  if (!call.plan) return
  const told = call.plan.after ?? []
  if (told.length < MOST_TOLD) call.plan = { ...call.plan, after: [...told, ...verbs.map((verb) => ({ step: describeVerb(verb), reason }))] }
}
