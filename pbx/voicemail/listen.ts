import { messageOf } from '../../config/errors.ts'
import type { Call } from '../calls/call.ts'
import { hangUp } from '../calls/hang-up.ts'
import { byAnybody, type PinTry } from '../calls/pin-tries.ts'
import { terminate } from '../calls/termination.ts'
import type { BoxRow } from './boxes.ts'
import { mailboxOptions, setNewPin } from './options.ts'
import { playMessages } from './play.ts'
import { answerAndTalk, type Talk } from './talk.ts'
import { actorOf, isRefusal, speak, spokenNumber, type VoicemailWorld } from './world.ts'

const TRIES = 3
const LONGEST_PIN = 12
const LONGEST_NUMBER = 15

/** Somebody dialled in to hear messages: those of this mailbox, or of one that he names. */
export async function listen(world: VoicemailWorld, call: Call, extensionId: string | null): Promise<void> {
  const talk = await answerAndTalk(world.calls, call)
  if (talk) await listenTo(world, call, talk, extensionId)
}

/** From the PIN to the goodbye; the call is answered. Ends it. */
export async function listenTo(world: VoicemailWorld, call: Call, talk: Talk, extensionId: string | null): Promise<void> {
  const { calls } = world
  const box = await findBox(world, call, talk, extensionId)
  const allowed = await mayListen(world, call, talk, box)
  if (call.over) return
  if (!allowed || !box) return hangUp(calls, call, terminate('wrong-mailbox-pin', 'system'))
  await menu(world, call, talk, box)
  if (!call.over) {
    await talk.say('voicemail-goodbye')
    hangUp(calls, call, terminate('hung-up', 'system', null, 'The caller left the mailbox.'))
  }
}

async function findBox(world: VoicemailWorld, call: Call, talk: Talk, extensionId: string | null): Promise<BoxRow | undefined> {
  const snapshot = world.calls.directory.snapshot()
  let id = extensionId
  if (id === null) {
    const number = await talk.digits(['voicemail-which'], LONGEST_NUMBER)
    const { id: found, enabled, voicemail } = snapshot.extensionByNumber(call.tenantId, number) ?? {}
    // Who names a mailbox that is none is asked for its PIN all the same.
    id = enabled === true && voicemail === true ? (found ?? null) : null
  }
  return id === null ? undefined : world.boxes.row(actorOf(call), id).catch((error: unknown) => void isRefusal(call, error, 'asking for the mailbox'))
}

/** The right PIN, or the own phone where it need not say it. Three wrong ones end the call, more of them keep the caller out for a while. */
async function mayListen(world: VoicemailWorld, call: Call, talk: Talk, box: BoxRow | undefined): Promise<boolean> {
  const { pinTries } = world.calls
  const own = box !== undefined && call.request.caller.extensionId === box.id
  if (own && (!box.ask_own_phone || box.pin_sealed === null)) {
    if (box.pin_sealed !== null || !box.ask_own_phone) return true
    await talk.say('voicemail-first-pin')
    return setNewPin(world, call, talk, box)
  }
  // Those who try it elsewhere keep nobody from it at the own phone.
  const counted: PinTry[] = [[`mailbox ${box?.id ?? call.tenantId}`, call.request.caller.number], ...(own ? [] : [byAnybody(box?.id ?? call.tenantId)])]
  for (let attempt = 1; attempt <= TRIES && !talk.over; attempt += 1) {
    const pin = counted.some((one) => pinTries.exhausted(...one)) ? undefined : await talk.digits(['voicemail-pin'], LONGEST_PIN)
    if (talk.over) return false
    // Others may have tried while this one typed.
    if (pin === undefined || (pin !== '' && !pinTries.begin(counted))) {
      call.log.warn({ mailbox: box?.id }, 'too many wrong PINs for a mailbox; this caller is not asked again for a while')
      await talk.say('voicemail-locked')
      return false
    }
    if (pin !== '' && box && (await world.boxes.isPin(box, pin))) {
      for (const one of counted) pinTries.right(...one)
      return true
    }
    // The digits are nobody's business, wrong ones least of all.
    call.log.warn({ mailbox: box?.id, attempt }, 'a wrong PIN was entered for a mailbox')
    await talk.say(attempt < TRIES ? 'voicemail-wrong-pin' : 'voicemail-wrong-pin-goodbye')
  }
  return false
}

async function menu(world: VoicemailWorld, call: Call, talk: Talk, box: BoxRow): Promise<void> {
  const actor = actorOf(call)
  try {
    for (let round = 0; round < 100 && !talk.over; round += 1) {
      const [fresh, old] = [await world.messages.of(actor, box.id, false), await world.messages.of(actor, box.id, true)]
      const key = await talk.ask([speak(`${round === 0 ? `Mailbox ${spokenNumber(box.number)}. ` : ''}You have ${countOf(fresh.length, 'new')} and ${countOf(old.length, 'old')}.`), 'voicemail-menu'], '120*#')
      if (key === '' || key === '#') return
      if (key === '0') await mailboxOptions(world, call, talk, box)
      if (key === '1' || key === '2') await playMessages(world, call, talk, box, key === '1' ? fresh : old)
    }
  } catch (error) {
    isRefusal(call, error, 'reading the mailbox')
    await talk.say('try-again')
  } finally {
    await world.messages.purge(actor, box.id).catch((error: unknown) => call.log.warn(`deleted messages stay until tonight: ${messageOf(error)}`))
  }
}

const countOf = (count: number, kind: string): string => `${count === 0 ? 'no' : count} ${kind} ${count === 1 ? 'message' : 'messages'}`
