import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { tonesOf } from '../../../media/embedded/worker/digits.ts'
import { Keypad } from '../../../media/embedded/worker/keypad.ts'
import { createRtpView } from '../../../media/embedded/worker/rtp.ts'
import { ToneDigits } from '../../../media/embedded/worker/tone-digits.ts'
import { readWav } from '../../../media/embedded/worker/wav.ts'
import { Synthesiser } from '../../../media/prompts/synthesiser.ts'

const ALL = '0123456789*#ABCD'

interface Dialled { onMs?: number; offMs?: number; row?: number; column?: number; noise?: number; off?: number }

/** Digits as a telephone sends them: `row` and `column` are amplitudes, `off` a share by which the pitch is wrong. */
function dial(digits: string, { onMs = 50, offMs = 50, row = 3000, column = 3000, noise = 0, off = 0 }: Dialled = {}): Int16Array {
  let state = 1
  const random = (): number => ((state = (state * 1_103_515_245 + 12_345) & 0x7fffffff) / 2 ** 30) - 1
  const samples: number[] = []
  for (const digit of digits) {
    const [low, high] = tonesOf(digit)!
    for (let i = 0; i < (onMs + offMs) * 8; i += 1) {
      const t = (2 * Math.PI * i * (1 + off)) / 8000
      samples.push(noise * random() + (i < onMs * 8 ? row * Math.sin(low * t) + column * Math.sin(high * t) : 0))
    }
  }
  return Int16Array.from(samples)
}

function found(samples: Int16Array): { begun: string; ended: string; durations: number[] } {
  const result = { begun: '', ended: '', durations: [] as number[] }
  const tones = new ToneDigits((digit) => { result.begun += digit }, (digit, ms) => {
    result.ended += digit
    result.durations.push(ms)
  })
  for (let at = 0; at < samples.length; at += 160) tones.hear(samples.subarray(at, at + 160), Math.min(160, samples.length - at))
  tones.end()
  return result
}

const lines: [name: string, how: Dialled][] = [
  ['usual', {}], ['as short as Q.24 allows', { onMs: 45, offMs: 45 }], ['quiet', { row: 300, column: 300 }], ['loud', { row: 15_000, column: 15_000 }],
  ['the row stronger by 7 dB', { row: 4500, column: 2000 }], ['the column stronger by 4 dB', { row: 2000, column: 3170 }],
  ['a bad line', { noise: 500 }], ['1.5 % too high', { off: 0.015 }], ['1.5 % too low', { off: -0.015 }],
]
for (const [name, how] of lines) {
  test(`every digit is found once: ${name}`, () => {
    const { begun, ended } = found(dial(ALL, how))
    assert.equal(begun, ALL)
    assert.equal(ended, ALL)
  })
}

test('the same digit twice is two; durations are about right', () => {
  const { ended, durations } = found(dial('5577', { onMs: 120, offMs: 60 }))
  assert.equal(ended, '5577')
  for (const ms of durations) assert.ok(Math.abs(ms - 120) <= 30, String(ms))
})

test('one tone, a wrong pitch, a chord, noise and silence are none', () => {
  const tone = (...frequencies: number[]): Int16Array =>
    Int16Array.from({ length: 8000 }, (_, i) => frequencies.reduce((sum, frequency) => sum + 3000 * Math.sin((2 * Math.PI * frequency * i) / 8000), 0))
  for (const samples of [tone(697), tone(1336), tone(740, 1336), tone(697, 770, 1336), tone(440, 480), dial('1', { row: 0, column: 0, noise: 12_000 }), dial('1', { row: 30, column: 30 })]) {
    assert.equal(found(samples).begun, '')
  }
})

test('speech is none', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'speech-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const synthesiser = new Synthesiser(folder)
  t.after(() => synthesiser.close())
  const text = 'Good morning, this is the office of the water works. All of our agents are busy. Please leave your name, your number and the reason of your call, and we will call you back as soon as we can. Our hours are from nine to five, Monday to Friday.'
  await synthesiser.speak(text, join(folder, 'x.wav'))
  assert.equal(found(readWav(await readFile(join(folder, 'x.wav')))).begun, '')
})

test('a digit that comes in two ways is one, the same digit again is another', () => {
  const heard: string[] = []
  const keypad = new Keypad({ heard: (digit, ms) => heard.push(`${digit} ${ms}`), passOn: (digit, way) => heard.push(`${digit} ${way}`) })
  const event = (code: number, timestamp: number): void => {
    const packet = Buffer.from([code, 0x8a, 800 >> 8, 800 & 255])
    keypad.event(packet, { ...createRtpView(), timestamp, clock: 8, payloadEnd: 4 }, performance.now())
  }
  event(5, 1000)
  keypad.signalled('5', 160, performance.now())
  event(5, 5000)
  keypad.signalled('5', 160, performance.now())
  keypad.signalled('6', 160, performance.now())
  event(6, 9000)
  keypad.signalled('6', 160, performance.now() + 1500)
  assert.deepEqual(heard, ['5 100', '5 event', '5 100', '5 event', '6 160', '6 signalling', '6 160', '6 signalling'])
  keypad.close()
})
