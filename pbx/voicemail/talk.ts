import { setTimeout as wait } from 'node:timers/promises'
import { messageOf, Refusal } from '../../config/errors.ts'
import type { Endpoint, PlaySource } from '../../media/contract.ts'
import { answer } from '../calls/answer.ts'
import type { Call } from '../calls/call.ts'
import { keypadOf } from '../calls/keypad.ts'
import type { CallWorld } from '../calls/world.ts'

/** The name of a prompt, or any other sound. */
export type Sound = string | PlaySource

export interface Recorded {
  seconds: number
  /** The key that ended it; empty when the caller hung up, fell silent or talked too long. */
  key: string
  /** Something was said at all. */
  spoke: boolean
}

/** A conversation of the house with somebody who has a keypad. */
export interface Talk {
  /** He has hung up. */
  readonly over: boolean
  /** A key waits to be taken. */
  readonly pressed: boolean
  /** One after the other until a key is pressed; nothing while a key waits to be taken. */
  say(...sounds: Sound[]): Promise<void>
  /** The next key, one that was pressed before included; empty when none came. */
  key(ms?: number): Promise<string>
  /** Says these and takes one of the keys; again up to three times, then empty. */
  ask(sounds: readonly Sound[], keys: string): Promise<string>
  /** Says these and takes digits up to # or the most. A * alone is given as such. */
  digits(sounds: readonly Sound[], most: number): Promise<string>
  /** After a tone, into this WAV file, until a key, silence, the longest time or the end of the call. Rejects with a Refusal when nothing can be written. */
  record(path: string, limits: { seconds: number; silenceSeconds: number; /** Before the first word; as long as other silence when absent. */ startSeconds?: number }): Promise<Recorded>
}

const FIRST_MS = 8_000
const NEXT_MS = 5_000
const TRIES = 3
/** Carriers and NATs drop who sends nothing for half a minute. */
const SILENCE: PlaySource = { kind: 'tone', frequencies: [0], cadenceMs: [1000] }
/** After which one speaks. */
export const BEEP: PlaySource = { kind: 'tone', frequencies: [1000], cadenceMs: [700, 50] }

/** Whether the engine of this call can speak to its caller and take keys. */
export function canTalk({ media }: CallWorld, call: Call): boolean {
  const { play, speak, collect } = media.capabilities
  const { endpoint } = call.caller
  return play && speak && collect && endpoint !== undefined && endpoint.bypass !== true
}

/** Answers, unless it is answered, so that the caller can be heard and has a keypad. Undefined when he has hung up. */
export async function answerAndTalk(world: CallWorld, call: Call): Promise<Talk | undefined> {
  const { endpoint } = call.caller
  if (call.over || !endpoint) return undefined
  // Whoever knows the way types before the first word, and before the ACK is here.
  const talk = openTalk(call, endpoint, world.media.capabilities.tap)
  await call.mailbox.run(() => (call.answeredAt === null ? answer(world, call) : undefined))
  // A caller who left the offer to us can be heard once its answer is here.
  await call.accepting
  return call.over ? undefined : talk
}

/** @param canHear the engine says when somebody speaks */
function openTalk(call: Call, endpoint: Endpoint, canHear: boolean): Talk {
  const keypad = keypadOf(call, endpoint)
  const { typed } = keypad

  /** Until a key, the time is over, or `signal`. */
  const next = async (ms: number, signal?: AbortSignal): Promise<string> => {
    const early = new AbortController()
    keypad.onKey = () => early.abort()
    const all = AbortSignal.any([call.signal, early.signal, ...(signal ? [signal] : [])])
    if (typed.length === 0 && !all.aborted) await wait(ms, undefined, { signal: all }).catch(() => undefined)
    keypad.onKey = undefined
    return typed.shift() ?? ''
  }

  const play = async (sound: Sound): Promise<void> => {
    const early = new AbortController()
    keypad.onKey = () => early.abort()
    const source: PlaySource = typeof sound === 'string' ? { kind: 'prompt', name: sound, tenantId: call.tenantId } : sound
    try {
      await endpoint.play(source, { signal: AbortSignal.any([call.signal, early.signal]) })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      if (!call.over) call.log.warn(`voicemail: a sound was not played: ${messageOf(error)}`)
    } finally {
      keypad.onKey = undefined
    }
  }

  const talk: Talk = {
    get over() {
      return call.over
    },
    get pressed() {
      return typed.length > 0
    },
    async say(...sounds) {
      for (const sound of sounds) {
        if (call.over || typed.length > 0) return
        await play(sound)
      }
    },
    key: (ms = FIRST_MS) => next(ms),
    async ask(sounds, keys) {
      for (let attempt = 0; attempt < TRIES && !call.over; attempt += 1) {
        await talk.say(...sounds)
        const key = await next(FIRST_MS)
        if (key !== '' && keys.includes(key)) return key
        if (key !== '') await talk.say('voicemail-wrong-key')
      }
      return ''
    },
    async digits(sounds, most) {
      await talk.say(...sounds)
      let digits = ''
      while (digits.length < most && !call.over) {
        const key = await next(digits === '' ? FIRST_MS : NEXT_MS)
        if (key === '' || key === '#') break
        if (key === '*') return '*'
        digits += key
      }
      return digits
    },
    async record(path, { seconds, silenceSeconds, startSeconds = silenceSeconds }) {
      typed.length = 0
      await play(BEEP)
      typed.length = 0
      const quiet = new AbortController()
      const fallSilent = (after = silenceSeconds): NodeJS.Timeout => setTimeout(() => quiet.abort(), after * 1000)
      const recording = await endpoint.record({ path })
      let spoke = !canHear
      let timer: NodeJS.Timeout | undefined
      const onVoice = (speaking: boolean): void => {
        spoke ||= speaking
        clearTimeout(timer)
        timer = speaking ? undefined : fallSilent()
      }
      const tap = canHear && !call.over ? await endpoint.tap({ sampleRate: 8000, onAudio: () => undefined, onVoice }).catch(() => undefined) : undefined
      if (tap) timer ??= fallSilent(startSeconds)
      const done = new AbortController()
      const silent = endpoint.play(SILENCE, { repeat: Infinity, signal: AbortSignal.any([done.signal, call.signal]) }).catch(() => undefined)
      const key = call.over ? '' : await next(seconds * 1000, quiet.signal)
      clearTimeout(timer)
      done.abort()
      await silent
      await tap?.close()
      clearTimeout(timer)
      const result = await recording.stop().catch(() => recording.finished)
      return { seconds: result.seconds, key, spoke }
    },
  }
  return talk
}
