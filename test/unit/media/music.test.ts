import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createLogger } from '../../../config/logger.ts'
import { musicSound } from '../../../media/embedded/worker/sounds.ts'
import { wavHeader } from '../../../media/embedded/worker/wav.ts'
import { openMusic } from '../../../media/music/index.ts'
import { makeTune } from '../../../media/music/tune.ts'
import { networkTone, networkTones, tonesByCountry } from '../../../media/tones.ts'

test('the tune: loud enough, never too loud, alive all along, without a seam', () => {
  const tune = makeTune(8000)
  assert.ok(tune.length > 30 * 8000)
  assert.ok(tune.every((sample) => Math.abs(sample) <= 5200))
  for (let at = 0; at + 4000 <= tune.length; at += 4000) {
    assert.ok(tune.subarray(at, at + 4000).some((sample) => Math.abs(sample) > 500), `silence at ${at / 8000} s`)
  }
  assert.ok(Math.abs(tune[0]! - tune.at(-1)!) < 1500, 'the end runs into the beginning')
})

test('everybody who listens is at the same place', () => {
  const pieces = [Int16Array.from({ length: 1000 }, (_, i) => i), Int16Array.from({ length: 600 }, (_, i) => 1000 + i)]
  const [early, late] = [musicSound(pieces, 0), musicSound(pieces, 100)]
  const frame = new Int16Array(160)
  const read = (sound: ReturnType<typeof musicSound>, ticks: number): number[] => {
    for (let i = 0; i < ticks; i += 1) assert.equal(sound.read(frame), 160)
    return [...frame]
  }
  assert.deepEqual(read(early, 6), read(late, 1), 'a tenth of a second later is five ticks on')
  assert.deepEqual(read(late, 4)[0], 1440, 'one piece runs into the other')
  assert.equal(read(late, 1)[0], 0, 'and the last into the first')
  assert.deepEqual([...new Set(read(musicSound([]), 2))], [0])
})

function wav(samples: number): Buffer {
  return Buffer.concat([wavHeader(1, samples * 2), Buffer.alloc(samples * 2, 1)])
}

test('classes are folders; bad files are left out; what is no longer wanted goes', async (t) => {
  const home = await mkdtemp(join(tmpdir(), 'music-'))
  t.after(() => rm(home, { recursive: true, force: true }))
  const [folder, made] = [join(home, 'music'), join(home, 'made')]
  await mkdir(join(folder, 'sales'), { recursive: true })
  await mkdir(join(folder, 'empty'))
  await mkdir(made)
  await writeFile(join(made, 'old.wav'), 'x')
  for (const name of ['b.wav', 'a.WAV']) await writeFile(join(folder, 'sales', name), wav(name === 'b.wav' ? 80 : 160))
  await writeFile(join(folder, 'sales', 'notes.wav'), 'no music')
  const music = openMusic(folder, made, createLogger('silent'))
  t.after(() => music.close())
  const sales = await music.files('sales')
  assert.deepEqual(await Promise.all(sales.map(async (path) => (await readFile(path)).length)), [44 + 320, 44 + 160], 'by name')
  const [tune] = await music.files('default')
  assert.ok((await readFile(tune!)).length > 400_000)
  assert.deepEqual((await readdir(made)).length, 3)
  await assert.rejects(music.files('empty'), { code: 'unavailable' })
  await assert.rejects(music.files('nothing'), { code: 'not-found' })
})

test('every country has every tone, on and off in turn', () => {
  assert.ok(Object.keys(tonesByCountry).length >= 12)
  for (const country of Object.keys(tonesByCountry)) {
    for (const name of networkTones) {
      const { frequencies, cadenceMs } = networkTone(country, name)
      assert.ok(frequencies.length > 0 && cadenceMs.length > 0 && cadenceMs.every((ms) => ms > 0), `${country} ${name}`)
      if (cadenceMs.length > 1) assert.equal(cadenceMs.length % 2, 0, `${country} ${name} ends with a pause`)
    }
  }
  assert.deepEqual(networkTone('gb', 'ringing'), { frequencies: [400, 450], cadenceMs: [400, 200, 400, 2000] })
  assert.deepEqual(networkTone('xx', 'busy'), networkTone('us', 'busy'))
})
