import { serviceActor } from '../../config/actor.ts'
import { newId } from '../../config/ids.ts'
import type { Call } from '../calls/call.ts'
import { hangUp } from '../calls/hang-up.ts'
import { terminate } from '../calls/termination.ts'
import { listenTo } from './listen.ts'
import type { BoxRow } from './boxes.ts'
import { greetingName } from './boxes.ts'
import { answerAndTalk, type Sound, type Talk } from './talk.ts'
import { isRefusal, speak, spokenNumber, type VoicemailWorld } from './world.ts'

/** Shorter is no message: somebody who hangs up after the tone. */
const LEAST_SECONDS = 2
const SILENCE_SECONDS = 8

type Greeting = 'unavailable' | 'busy'

/** What a mailbox is like of which the database cannot be asked now. */
type KnownBox = Pick<BoxRow, 'id' | 'number' | 'operator' | 'max_seconds' | 'max_messages' | 'greetings'>

/** Greets the caller, takes a message, and lets it be heard, recorded again and marked as urgent. */
export async function leaveMessage(world: VoicemailWorld, call: Call, extensionId: string, greeting: Greeting): Promise<void> {
  const { calls } = world
  let kept = false
  let recording: number | undefined
  call.parting = (by) => (kept || (recording !== undefined && Date.now() - recording >= LEAST_SECONDS * 1000) ? terminate('voicemail-left', by) : terminate('voicemail-empty', by))
  const talk = await answerAndTalk(world.calls, call)
  if (!talk) return
  const box = await knownBox(world, call, extensionId)
  if (await isFull(world, call, box)) {
    await talk.say('voicemail-full')
    await escape(world, call, talk, box, await talk.key(1_000), () => Promise.resolve())
    if (!call.over) hangUp(calls, call, terminate('voicemail-full', 'system'))
    return
  }
  await talk.say(...(await greetingOf(world, call, box, greeting)))
  const early = await talk.key(50)
  if (await escape(world, call, talk, box, early, () => Promise.resolve())) return

  for (;;) {
    const id = newId()
    const { path, relative } = await world.shelf.place(call.tenantId, extensionId, id)
    if (call.over) return
    recording = Date.now()
    const taken = await talk.record(path, { seconds: box.max_seconds, silenceSeconds: SILENCE_SECONDS }).catch((error: unknown) => {
      isRefusal(call, error, 'recording a message')
      return undefined
    })
    const urgency = { urgent: false }
    const discard = (): Promise<void> => world.shelf.remove({ path: relative })
    const keep = async (): Promise<void> => {
      kept = true
      const { number, name } = call.request.caller
      world.messages.add({
        id, tenant_id: call.tenantId, mailbox_id: extensionId, call_id: call.id, from_number: number, from_name: name, left_at: (recording ?? Date.now()) / 1000,
        seconds: taken?.seconds ?? 0, path: relative, urgent: urgency.urgent, forwarded_by: null,
      })
    }
    if (!taken) {
      await talk.say('try-again')
      return hangUp(calls, call, terminate('voicemail-failed', 'system'))
    }
    if (taken.seconds < LEAST_SECONDS || !taken.spoke) {
      await discard()
      recording = undefined
      if (call.over) return
      if (await escape(world, call, talk, box, taken.key, () => Promise.resolve())) return
      await talk.say('voicemail-too-short')
      if (taken.key === '') return hangUp(calls, call, terminate('voicemail-empty', 'system'))
      continue
    }
    if (call.over) return keep()
    if (taken.key === '0' || taken.key === '*') {
      if (await escape(world, call, talk, box, taken.key, discard)) return
    }
    if (taken.key === '') {
      await keep()
      await talk.say('voicemail-thank-you')
      return hangUp(calls, call, terminate('voicemail-left', 'system'))
    }
    const chosen = await review(talk, path, urgency, box.operator !== null)
    if (chosen === 'again' && !call.over) {
      recording = undefined
      await discard()
      continue
    }
    await keep()
    if (chosen === 'operator' && (await escape(world, call, talk, box, '0', () => Promise.resolve()))) return
    await talk.say('voicemail-thank-you')
    return hangUp(calls, call, terminate('voicemail-left', 'system'))
  }
}

/** 1 sends it, 2 plays it, 3 records it again, 4 marks it as urgent; hanging up sends it too. */
async function review(talk: Talk, path: string, urgency: { urgent: boolean }, operator: boolean): Promise<'send' | 'again' | 'operator'> {
  for (let attempt = 0; attempt < 10 && !talk.over; attempt += 1) {
    const key = await talk.ask(['voicemail-review'], operator ? '12340#' : '1234#')
    if (key === '2') await talk.say({ kind: 'file', path })
    else if (key === '3') return 'again'
    else if (key === '4') {
      urgency.urgent = !urgency.urgent
      await talk.say(urgency.urgent ? 'voicemail-urgent' : 'voicemail-not-urgent')
    } else return key === '0' ? 'operator' : 'send'
  }
  return 'send'
}

/** 0 leads to the operator of the mailbox, * into it. True when the caller has gone on. */
async function escape(world: VoicemailWorld, call: Call, talk: Talk, box: KnownBox, key: string, before: () => Promise<void>): Promise<boolean> {
  if (key === '0' && box.operator !== null) {
    await before()
    await talk.say('voicemail-connecting')
    call.parting = undefined
    if (!call.over) await world.calls.goOn(call, box.operator, { extensionId: box.id, number: box.number }, `The caller pressed 0 in the mailbox of ${box.number}, which leads to ${box.operator}`)
    return true
  }
  if (key === '*') {
    await before()
    call.parting = undefined
    await listenTo(world, call, talk, box.id)
    return true
  }
  return false
}

async function knownBox({ boxes }: VoicemailWorld, call: Call, extensionId: string): Promise<KnownBox> {
  try {
    return await boxes.row(serviceActor(call.tenantId, 'voicemail'), extensionId)
  } catch (error) {
    // While the database is away messages are taken all the same.
    isRefusal(call, error, 'asking for the mailbox')
    return { id: extensionId, number: call.plan?.number ?? '', operator: null, max_seconds: 180, max_messages: Infinity, greetings: {} }
  }
}

async function isFull({ messages }: VoicemailWorld, call: Call, box: KnownBox): Promise<boolean> {
  try {
    return (await messages.count(serviceActor(call.tenantId, 'voicemail'), box.id)) >= box.max_messages
  } catch (error) {
    return !isRefusal(call, error, 'counting the messages')
  }
}

/** What was recorded for the case, the temporary one first; else the house's words with the spoken name, or the number. */
async function greetingOf(world: VoicemailWorld, call: Call, box: KnownBox, greeting: Greeting): Promise<Sound[]> {
  const own = async (kind: keyof BoxRow['greetings']): Promise<Sound | undefined> => {
    if (box.greetings[kind] === undefined) return undefined
    const path = await world.findSound(greetingName(box.id, kind), call.tenantId)
    return path === undefined ? undefined : { kind: 'file', path }
  }
  const recorded = (await own('temporary')) ?? (await own(greeting)) ?? (greeting === 'busy' ? await own('unavailable') : undefined)
  if (recorded) return [recorded]
  const who = (await own('name')) ?? speak(`Extension ${spokenNumber(box.number)}`)
  return [who, greeting === 'busy' ? 'voicemail-is-busy' : 'voicemail-is-unavailable', 'voicemail-leave']
}
