import { readFile } from 'node:fs/promises'
import { newId } from '../../config/ids.ts'
import type { Call } from '../calls/call.ts'
import type { GreetingKind } from '../door.ts'
import type { BoxRow } from './boxes.ts'
import { pinFault } from './pin.ts'
import type { Talk } from './talk.ts'
import { actorOf, isRefusal, type VoicemailWorld } from './world.ts'

const LONGEST_GREETING = 120
const LONGEST_PIN = 12
const KINDS: Readonly<Record<string, GreetingKind>> = { 1: 'unavailable', 2: 'busy', 3: 'name', 4: 'temporary' }
const HEADER = 44

/** 1 unavailable greeting, 2 busy greeting, 3 name, 4 temporary greeting, 5 PIN, * back. */
export async function mailboxOptions(world: VoicemailWorld, call: Call, talk: Talk, box: BoxRow): Promise<void> {
  for (let round = 0; round < 20 && !talk.over; round += 1) {
    const key = await talk.ask(['voicemail-options'], '12345*#')
    const kind = KINDS[key]
    if (kind) await changeGreeting(world, call, talk, box, kind)
    else if (key === '5') await setNewPin(world, call, talk, box)
    else return
  }
}

/** Asks twice for a new PIN. True when it is set. */
export async function setNewPin(world: VoicemailWorld, call: Call, talk: Talk, box: BoxRow): Promise<boolean> {
  for (let attempt = 0; attempt < 3 && !talk.over; attempt += 1) {
    const pin = await talk.digits(['voicemail-new-pin'], LONGEST_PIN)
    if (talk.over || pin === '*' || pin === '') return false
    if (pinFault(pin, box.number) !== undefined) {
      await talk.say('voicemail-weak-pin')
      continue
    }
    if ((await talk.digits(['voicemail-new-pin-again'], LONGEST_PIN)) !== pin) {
      await talk.say('voicemail-pins-differ')
      continue
    }
    try {
      await world.boxes.setPin(actorOf(call), box.id, pin)
      await talk.say('voicemail-pin-set')
      return true
    } catch (error) {
      isRefusal(call, error, 'changing the PIN')
      await talk.say('try-again')
      return false
    }
  }
  return false
}

async function changeGreeting(world: VoicemailWorld, call: Call, talk: Talk, box: BoxRow, kind: GreetingKind): Promise<void> {
  const actor = actorOf(call)
  const now = await world.boxes.greeting(actor, box.id, kind)
  if (now !== undefined) {
    const key = await talk.ask([{ kind: 'file', path: now }, 'voicemail-greeting-there'], '12*')
    if (key === '2') {
      await world.boxes.setGreeting(actor, box.id, kind, undefined)
      return talk.say('voicemail-deleted')
    }
    if (key !== '1') return
  }
  for (let attempt = 0; attempt < 5 && !talk.over; attempt += 1) {
    const { path, relative } = await world.shelf.place(call.tenantId, box.id, newId())
    try {
      await talk.say(kind === 'name' ? 'voicemail-say-name' : 'voicemail-say-greeting')
      const { seconds, spoke } = await talk.record(path, { seconds: LONGEST_GREETING, silenceSeconds: 5 })
      if (talk.over) return
      if (seconds < 0.5 || !spoke) {
        await talk.say('voicemail-too-short')
        continue
      }
      const key = await talk.ask([{ kind: 'file', path }, 'voicemail-greeting-review'], '13*')
      if (key === '3') continue
      if (key === '1') {
        await world.boxes.setGreeting(actor, box.id, kind, { sound: leftOf(await readFile(path)) })
        await talk.say('voicemail-saved')
      }
      return
    } catch (error) {
      isRefusal(call, error, 'recording a greeting')
      return await talk.say('try-again')
    } finally {
      await world.shelf.remove({ path: relative })
    }
  }
}

/** The recorder has who speaks on the left and nobody on the right. */
function leftOf(stereo: Buffer): Buffer {
  const frames = Math.floor((stereo.length - HEADER) / 4)
  const mono = Buffer.alloc(HEADER + frames * 2)
  stereo.copy(mono, 0, 0, HEADER)
  mono.writeUInt16LE(1, 22)
  mono.writeUInt32LE(stereo.readUInt32LE(24) * 2, 28)
  mono.writeUInt16LE(2, 32)
  mono.writeUInt32LE(mono.length - 8, 4)
  mono.writeUInt32LE(mono.length - HEADER, 40)
  for (let frame = 0; frame < frames; frame += 1) mono.writeInt16LE(stereo.readInt16LE(HEADER + frame * 4), HEADER + frame * 2)
  return mono
}
