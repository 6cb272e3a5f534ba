/** A tenant's own prompts: uploaded, spoken, hostile, brought back; and what the caller hears. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, suite, test } from 'node:test'
import { startHouse, type House } from '../support/house.ts'
import { missing } from '../support/run/peers.ts'
import { sine, toneShare } from '../support/tone.ts'
import { parseWav } from '../support/wav.ts'

interface Prompt { name: string; sentence: string; origin: string; text: string | null; seconds: number | null; changedBy: string | null }

function wav(samples: Int16Array, { rate = 8000, channels = 1, code = 1, bits = 16, stated = samples.byteLength }: Partial<Record<'rate' | 'channels' | 'code' | 'bits' | 'stated', number>> = {}): Buffer {
  const header = Buffer.alloc(44)
  header.write('RIFF', 0, 'latin1')
  header.writeUInt32LE(stated + 36, 4)
  header.write('WAVEfmt ', 8, 'latin1')
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(code, 20)
  header.writeUInt16LE(channels, 22)
  header.writeUInt32LE(rate, 24)
  header.writeUInt32LE(rate * channels * 2, 28)
  header.writeUInt16LE(channels * 2, 32)
  header.writeUInt16LE(bits, 34)
  header.write('data', 36, 'latin1')
  header.writeUInt32LE(stated, 40)
  return Buffer.concat([header, Buffer.from(samples.buffer)])
}

suite('prompts', () => {
  let house: House
  before(async () => { house = await startHouse() })
  after(() => house?.close())
  afterEach(() => house.idle())

  const prompt = async (name: string): Promise<Prompt | undefined> => (await house.api.get<Prompt[]>('/prompts')).find((one) => one.name === name)
  const put = (name: string, body: object) => house.api.send('PUT', `/prompts/${name}`, body)
  const audio = async (name: string) => parseWav((await house.api.send('GET', `/prompts/${name}/audio`)).body)
  const upload = (name: string, file: Buffer) => put(name, { sound: file.toString('base64') })

  test('what is uploaded is what the caller hears, until the standard is brought back', async () => {
    const alice = await house.registered(await house.extension('500'))
    assert.equal((await upload('not-in-service', wav(sine(700, 0, 48_000, 8000, 16_000), { rate: 16_000 }))).status, 200)
    assert.deepEqual({ ...(await prompt('not-in-service')), sentence: '', changedAt: '' }, { name: 'not-in-service', sentence: '', origin: 'upload', text: null, seconds: 3, changedBy: 'ada@example.test', changedAt: '' })
    const { rate, channels } = await audio('not-in-service')
    assert.equal(rate, 8000)
    assert.ok(toneShare(channels[0]!, 700) > 0.9)
    const call = await alice.invite('7777')
    await call.status(183)
    await call.audio.hears(700)
    await call.ended(20_000)
    assert.equal((await house.api.send('DELETE', '/prompts/not-in-service')).status, 200)
    assert.equal((await prompt('not-in-service'))?.origin, 'standard')
    assert.ok(toneShare((await audio('not-in-service')).channels[0]!, 700) < 0.2)
    assert.equal((await house.api.send('DELETE', '/prompts/not-in-service')).status, 409)
    const actions = (await house.api.get<{ action: string }[]>('/audit?subjectType=prompt')).map(({ action }) => action)
    assert.deepEqual(actions, ['prompt.revert', 'prompt.replace'])
  })

  test('a text is spoken, and can be heard first', async () => {
    const preview = await house.api.send('POST', '/prompts/preview', { text: 'We are closed on Sundays.' })
    assert.deepEqual([preview.status, preview.headers['content-type']], [200, 'audio/wav'])
    assert.ok(parseWav(preview.body).channels[0]!.length > 8000)
    assert.equal((await put('busy', { text: 'We are closed on Sundays.' })).status, 200)
    const found = await prompt('busy')
    assert.deepEqual([found?.origin, found?.text], ['speech', 'We are closed on Sundays.'])
    assert.deepEqual((await audio('busy')).channels, parseWav(preview.body).channels)
    await house.api.send('DELETE', '/prompts/busy')
  })

  test('Opus in Ogg, G.711 and stereo are taken', { skip: missing('ffmpeg') }, async () => {
    const source = wav(sine(600, 0, 96_000, 8000, 48_000), { rate: 48_000 })
    const make = (...options: string[]): Buffer => execFileSync('ffmpeg', ['-v', 'error', '-i', 'pipe:0', ...options, 'pipe:1'], { input: source, maxBuffer: 10_000_000 })
    for (const file of [make('-c:a', 'libopus', '-f', 'ogg'), make('-c:a', 'pcm_mulaw', '-ar', '8000', '-f', 'wav'), make('-ac', '2', '-ar', '44100', '-f', 'wav')]) {
      const answer = await upload('unavailable', file)
      assert.equal(answer.status, 200, answer.body.toString())
      const { channels } = await audio('unavailable')
      assert.ok(toneShare(channels[0]!, 600) > 0.8, String(toneShare(channels[0]!, 600)))
      assert.ok(Math.abs(channels[0]!.length / 8000 - 2) < 0.05, `${channels[0]!.length / 8000} s`)
    }
    await house.api.send('DELETE', '/prompts/unavailable')
  })

  test('hostile and mistaken files are refused with the reason, and change nothing', async () => {
    const tone = sine(700, 0, 8000)
    const ogg = Buffer.concat([Buffer.from('OggS\0\x02', 'latin1'), Buffer.alloc(20), Buffer.from([255]), Buffer.alloc(255, 255), Buffer.alloc(70_000)])
    const files: [string, Buffer][] = [
      ['nothing', Buffer.from('x')], ['text', Buffer.from('Hello, I am a sound.')], ['MP3', Buffer.from('ID3\x03\0\0\0\0\0\0')], ['ZIP', Buffer.from('PK\x03\x04')],
      ['a header alone', wav(new Int16Array(0))], ['silence', wav(new Int16Array(16_000))], ['two gigabytes by its header, and little of it', wav(new Int16Array(10), { stated: 0x7fffffff })],
      ['a rate of none', wav(tone, { rate: 1 })], ['a thousand channels', wav(tone, { channels: 1000 })], ['24 bits', wav(tone, { bits: 24 })], ['floats', wav(tone, { code: 3, bits: 32 })],
      ['six minutes', wav(sine(700, 0, 360 * 8000))], ['broken Ogg', ogg], ['a RIFF of another kind', Buffer.from('RIFF\x10\0\0\0AVI LIST')],
    ]
    for (const [what, file] of files) {
      const answer = await upload('busy', file)
      assert.equal(answer.status, 422, `${what}: ${answer.status} ${answer.body.toString().slice(0, 200)}`)
    }
    assert.equal((await put('busy', { sound: 'not base64!' })).status, 400)
    assert.equal((await put('busy', { text: ' ' })).status, 400)
    assert.equal((await put('busy', { sound: 'AAAA'.repeat(3_400_000) })).status, 413)
    for (const name of ['no-such-prompt', '..%2f..%2fkeys', '%00']) assert.ok([400, 404].includes((await put(name, { text: 'x' })).status), name)
    assert.equal((await prompt('busy'))?.origin, 'standard')
    const folder = join(house.home, 'announcements')
    assert.deepEqual((await readdir(folder, { recursive: true }).catch(() => [])).filter((name) => name.includes('busy')), [])
    assert.ok((await readFile(join(house.home, 'keys', 'master.key'))).length > 0)
  })
})
