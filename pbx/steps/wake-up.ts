/** Wake-up calls: the menu of *68, what is said to whoever answers one, and to the desk. */
import type { Call } from '../calls/call.ts'
import { hangUp } from '../calls/hang-up.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { SnapshotExtension } from '../directory/types.ts'
import type { WakeUpRepeats } from '../door.ts'
import type { PlaySource } from '../../media/contract.ts'
import { messageOf, Refusal } from '../../config/errors.ts'
import { codeFor } from '../routing/feature-codes.ts'
import type { WakeUpStep } from '../routing/house-steps.ts'
import { answerAndTalk, canTalk, type Talk } from '../voicemail/talk.ts'
import { actorOf, speak, spokenNumber } from '../voicemail/world.ts'
import { nextDay, spokenHour, spokenWakeUp } from '../wake-ups/due.ts'
import { MOST_TRIES, type DueWakeUp } from '../wake-ups/queue.ts'
import { spokenTime } from './clock.ts'
import { refuseWith } from './dial-for.ts'
import type { StepOutcome } from './outcome.ts'
import { openOwnCall, ringOwn, takeAnswered } from './own-call.ts'
import { tell } from './typed-number.ts'

const TRIES = 3
const TIMES = 3
const RING_SECONDS = 45
const REPEATS: Readonly<Record<string, WakeUpRepeats>> = { 1: 'once', 2: 'daily', 3: 'working-days' }
const PAUSE: PlaySource = { kind: 'tone', frequencies: [0], cadenceMs: [2000] }

/** Says which wake-up calls the own extension has, sets one, or cancels them all. */
export async function serveWakeUps(world: CallWorld, call: Call, { timeZone }: WakeUpStep): Promise<StepOutcome> {
  const own = world.directory.snapshot().extension(call.request.caller.extensionId)
  if (!own || !canTalk(world, call)) return { kind: 'next', verdict: terminate('feature-refused', 'system', null, 'Nothing can be said now: the media engine cannot play and hear keys.') }
  const talk = await answerAndTalk(world, call)
  if (!talk) return { kind: 'done' }
  const done = (why: string): StepOutcome => {
    if (!call.over) hangUp(world, call, terminate('feature-done', 'system', null, why))
    return { kind: 'done' }
  }
  try {
    const there = await world.wakeUps.of(actorOf(call), own.id)
    const known = there.map((one) => speak(`You have a wake-up call at ${spokenWakeUp(one)}.`))
    const wish = there.length === 0 ? '1' : await talk.ask([...known, 'wake-up-menu'], '12')
    if (wish === '2') {
      const count = await world.wakeUps.cancel(actorOf(call), own.id)
      await talk.say('wake-up-cancelled')
      return done(`${count === 1 ? 'The wake-up call' : `All ${count} wake-up calls`} of ${own.number} ${count === 1 ? 'was' : 'were'} cancelled.`)
    }
    const chosen = wish === '1' ? await choose(talk, timeZone) : undefined
    if (call.over) return { kind: 'done' }
    if (!chosen) {
      await talk.say('wake-up-goodbye')
      return done('No wake-up call was set.')
    }
    const set = await world.wakeUps.set(actorOf(call), { extensionId: own.id, ...chosen, on: null })
    await talk.say('wake-up-set')
    return done(`A wake-up call of ${own.number} was set for ${spokenWakeUp(set)}.`)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return refuseWith(talk, 'feature-refused', messageOf(error))
  }
}

/** A time and how often, said back and confirmed; undefined when nothing came of it. */
async function choose(talk: Talk, timeZone: string): Promise<{ time: string; repeats: WakeUpRepeats } | undefined> {
  for (let attempt = 0; attempt < TRIES && !talk.over; attempt += 1) {
    const typed = await talk.digits(['wake-up-time'], 4)
    const time = `${typed.slice(0, 2)}:${typed.slice(2)}`
    if (!/^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/.test(time)) {
      await talk.say('wake-up-no-time')
      continue
    }
    const repeats = REPEATS[await talk.ask(['wake-up-repeats'], '123')]
    if (repeats === undefined) return undefined
    const on = nextDay(time, repeats, timeZone, Date.now())
    const answer = await talk.ask([speak(`A wake-up call at ${spokenWakeUp({ time, repeats, on })}.`), 'wake-up-confirm'], '12')
    if (answer === '1') return { time, repeats }
    if (answer === '') return undefined
  }
  return undefined
}

/** Rings the extension, and says what time it is. Whether somebody answered. */
export function wake(world: CallWorld, { extension, time, timeZone, attempt }: DueWakeUp): Promise<boolean> {
  const { tenantId } = extension
  const before = { step: 'Wake-up call', reason: `It was set for ${time} in ${timeZone}; try ${attempt} of ${MOST_TRIES}` }
  return ringAndSay(world, extension, 'Wake-up call', before, () => [{ kind: 'prompt', name: 'wake-up-call', tenantId }, { kind: 'speak', text: spokenTime(new Date(), timeZone) }, PAUSE])
}

/** Rings the desk, and says whose wake-up call nobody answered, or which came too late. Whether somebody answered. */
export function tellDesk(world: CallWorld, desk: SnapshotExtension, { extension, time, attempt }: DueWakeUp, tooLate: boolean): Promise<boolean> {
  const what = tooLate ? 'could not be made in time' : 'was not answered'
  const before = { step: `Tell that a wake-up call ${what}`, reason: `The one of ${extension.number} (${extension.name}) for ${time} ${what}; try ${attempt} of ${MOST_TRIES} to tell` }
  const text = `The wake-up call of extension ${spokenNumber(extension.number)}, ${extension.name}, for ${spokenHour(time)}, ${what}.`
  return ringAndSay(world, desk, `Wake-up of ${extension.number}`, before, () => [{ kind: 'speak', text }, PAUSE])
}

/** A call of the house to all phones of an extension, a row of its own in the history. */
async function ringAndSay(world: CallWorld, extension: SnapshotExtension, name: string, before: { step: string; reason: string }, sounds: () => PlaySource[]): Promise<boolean> {
  const snapshot = world.directory.snapshot()
  const own = openOwnCall(world, { extension, shows: { number: codeFor(snapshot.changedCodesOf(extension.tenantId), 'wake-up') ?? '', name }, name, before })
  const over = new Promise<void>((resolve) => own.signal.addEventListener('abort', () => resolve(), { once: true }))
  const contacts = world.registrar.contactsOf(extension.id)
  const reachable = contacts.filter((contact) => contact.reachable !== 'no')
  if (reachable.length === 0) hangUp(world, own, terminate(contacts.length === 0 ? 'not-registered' : 'not-reachable', 'system'))
  else {
    ringOwn(world, own, { ...extension, ringSeconds: RING_SECONDS }, reachable, async (leg) => {
      if (!(await own.mailbox.run(() => takeAnswered(world, own, leg)))) return
      for (let time = 0; time < TIMES && !own.over; time += 1) await tell(own, leg.endpoint, sounds())
      if (!own.over) hangUp(world, own, terminate('woken', 'system'))
    })
  }
  await over
  return own.answeredAt !== null
}
