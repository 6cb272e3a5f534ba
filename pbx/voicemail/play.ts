import type { Call } from '../calls/call.ts'
import type { BoxRow } from './boxes.ts'
import type { MessageRow } from './messages.ts'
import type { Talk } from './talk.ts'
import { actorOf, isRefusal, speak, spokenNumber, type VoicemailWorld } from './world.ts'

const SKIP_SECONDS = 5
const LONGEST_COMMENT = 120
const LONGEST_NUMBER = 15
const DAY_MS = 86_400_000

/**
 * Plays messages one after the other. While one plays and after it: 1 back and 3 ahead by five seconds, 2 when and who,
 * 4 the one before, 5 again, 6 the next, 7 delete or bring back, 8 send on, 9 save, 0 call back, * the menu.
 */
export async function playMessages(world: VoicemailWorld, call: Call, talk: Talk, box: BoxRow, list: readonly MessageRow[]): Promise<void> {
  if (list.length === 0) return talk.say('voicemail-no-messages')
  const actor = actorOf(call)
  const gone = new Set<string>()
  const timeZone = world.calls.directory.snapshot().tenant(call.tenantId)?.timeZone
  let at = 0
  while (at < list.length && !talk.over) {
    const row = list[at]!
    const loan = await world.shelf.lend(row).catch((error: unknown) => void isRefusal(call, error, 'opening a message'))
    const heard = async (): Promise<void> => {
      if (row.heard_at === null) await world.messages.mark(actor, row.id, { heard: true })
      row.heard_at ??= new Date()
    }
    try {
      await talk.say(speak(envelopeOf(row, at + 1, timeZone, new Date())))
      if (!loan) await talk.say('try-again')
      let offset = 0
      let playing = loan !== undefined
      for (let turn = 0; turn < 200 && !talk.over; turn += 1) {
        if (playing && loan) {
          offset = await playFrom(world, talk, loan.path, offset, row.seconds)
          if (offset >= row.seconds) await heard()
        }
        playing = false
        const key = await takeKey(talk, talk.pressed)
        if (key === '') {
          // He has put the phone down beside him, or hung up.
          if (turn > 3 || talk.over) return
          await talk.say('voicemail-message-menu')
          continue
        }
        if (key === '1' || key === '3') {
          offset = Math.max(0, Math.min(row.seconds, offset + (key === '1' ? -SKIP_SECONDS : SKIP_SECONDS)))
          playing = true
          continue
        }
        if (key === '*') return
        if (key === '2') {
          await talk.say(speak(envelopeOf(row, at + 1, timeZone, new Date())))
          continue
        }
        if (key === '5') {
          offset = 0
          playing = true
          continue
        }
        if ('46'.includes(key)) {
          if (key === '6') await heard()
          at = key === '4' ? Math.max(0, at - 1) : at + 1
          break
        }
        await heard()
        if (key === '7') {
          const bring = gone.has(row.id)
          if (bring) gone.delete(row.id)
          else gone.add(row.id)
          await world.messages.setDeleted(actor, row.id, !bring)
          await talk.say(bring ? 'voicemail-restored' : 'voicemail-deleted')
        } else if (key === '8') await sendOn(world, call, talk, box, row)
        else if (key === '9') {
          await talk.say('voicemail-saved')
          at += 1
          break
        } else if (key === '0') {
          if (row.from_number === '') {
            await talk.say('voicemail-no-number')
            continue
          }
          await talk.say('voicemail-connecting')
          await world.messages.purge(actor, box.id)
          if (!talk.over) await world.calls.goOn(call, row.from_number, { extensionId: box.id, number: box.number }, `A message of ${row.from_number} is answered by calling back`)
          return
        }
      }
    } finally {
      await loan?.done()
    }
  }
  if (!talk.over) await talk.say('voicemail-no-more')
}

/** Plays on from here until the end or a key; says where it stopped. */
async function playFrom(world: VoicemailWorld, talk: Talk, path: string, offset: number, length: number): Promise<number> {
  const part = offset === 0 ? undefined : await world.shelf.from(path, offset)
  const began = Date.now()
  try {
    await talk.say({ kind: 'file', path: part?.path ?? path })
  } finally {
    await part?.done()
  }
  return talk.pressed ? Math.min(length, offset + (Date.now() - began) / 1000) : length
}

/** A key that cut in is there at once; after the end he is told once what he may do. */
async function takeKey(talk: Talk, cutIn: boolean): Promise<string> {
  if (!cutIn) await talk.say('voicemail-message-menu')
  return talk.key()
}

async function sendOn(world: VoicemailWorld, call: Call, talk: Talk, box: BoxRow, row: MessageRow): Promise<void> {
  const number = await talk.digits(['voicemail-forward-to'], LONGEST_NUMBER)
  const target = world.calls.directory.snapshot().extensionByNumber(call.tenantId, number)
  if (target?.voicemail !== true || !target.enabled) return talk.say('voicemail-no-such-box')
  const wish = await talk.ask(['voicemail-forward-how'], '12*')
  if (wish !== '1' && wish !== '2') return
  const by = `${box.number} (${box.name})`
  const record = async (path: string): Promise<void> => {
    await talk.say('voicemail-comment')
    await talk.record(path, { seconds: LONGEST_COMMENT, silenceSeconds: 8 })
  }
  try {
    await world.messages.forward(actorOf(call), row, [target.id], by, wish === '1' ? record : undefined)
    await talk.say('voicemail-forwarded')
  } catch (error) {
    isRefusal(call, error, 'sending a message on')
    await talk.say('try-again')
  }
}

/** "Message 2, urgent, from extension 1 0 1, received today at 3:05 PM." */
export function envelopeOf(row: Pick<MessageRow, 'from_number' | 'urgent' | 'left_at' | 'forwarded_by'>, place: number, timeZone: string | undefined, now: Date): string {
  const zone = timeZone === undefined ? {} : { timeZone }
  const day = (date: Date): string => date.toLocaleDateString('en-US', { ...zone, month: 'long', day: 'numeric' })
  const when = day(row.left_at) === day(now) ? 'today' : day(row.left_at) === day(new Date(now.getTime() - DAY_MS)) ? 'yesterday' : `on ${day(row.left_at)}`
  const time = row.left_at.toLocaleTimeString('en-US', { ...zone, hour: 'numeric', minute: '2-digit' }).replaceAll(/\s/g, ' ')
  const from = row.from_number === '' ? 'an unknown number' : spokenNumber(row.from_number)
  return `Message ${place}${row.urgent ? ', urgent' : ''}, from ${from}, received ${when} at ${time}${row.forwarded_by === null ? '' : `, sent on by ${row.forwarded_by}`}.`
}
