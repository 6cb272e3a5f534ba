import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { access, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { StoredSound } from '../../../media/contract.ts'
import { wavHeader } from '../../../media/embedded/worker/wav.ts'
import { createSoundKeeper } from '../../../media/storage/keeper.ts'
import { missing } from '../../support/run/peers.ts'
import { strength } from '../../contract/media/rtp-peer.ts'
import { parseWav } from '../../support/wav.ts'

const folder = await mkdtemp(join(tmpdir(), 'keep-'))
const keeper = createSoundKeeper()
after(async () => {
  await keeper.close()
  await rm(folder, { recursive: true, force: true })
})
const key = randomBytes(32)

async function writeSound(name: string, rate: number, seconds: number, left: number, right: number): Promise<string> {
  const frames = Math.round(seconds * rate)
  const samples = new Int16Array(frames * 2)
  for (let i = 0; i < frames; i += 1) {
    samples[2 * i] = 8000 * Math.sin((2 * Math.PI * left * i) / rate)
    samples[2 * i + 1] = 8000 * Math.sin((2 * Math.PI * right * i) / rate)
  }
  const path = join(folder, name)
  await writeFile(path, Buffer.concat([wavHeader(2, samples.byteLength, rate), Buffer.from(samples.buffer)]))
  return path
}

async function all(sound: StoredSound, start = 0, end = sound.bytes): Promise<Buffer> {
  const pieces: Buffer[] = []
  try {
    for await (const piece of sound.read(start, end)) pieces.push(piece)
    return Buffer.concat(pieces)
  } finally {
    await sound.close()
  }
}

/** How strong a tone is in the middle of a sound. */
const middle = (samples: Int16Array, frequency: number, rate: number): number =>
  strength(samples.subarray(Math.floor(samples.length / 2) - rate / 4, Math.floor(samples.length / 2) + rate / 4), frequency, rate)

test('sound comes back from Opus: both tones, on their sides, at the same moment, as long as before', async () => {
  for (const [rate, left, right] of [[8000, 440, 2500], [16_000, 5500, 700]] as const) {
    const target = join(folder, `both-${rate}.sealed`)
    const kept = await keeper.keep([await writeSound('both.wav', rate, 3.333, left, right)], target, key, 'a')
    assert.deepEqual([kept.rate, kept.seconds], [rate, Math.round(3.333 * rate) / rate])
    const wav = await all(await keeper.openWav(target, key, 'a', rate))
    assert.equal(wav.readUInt32LE(40), wav.length - 44)
    const { channels } = parseWav(wav)
    assert.equal(channels[0]!.length, Math.round(3.333 * rate))
    for (const [side, own, other] of [[channels[0]!, left, right], [channels[1]!, right, left]] as const) {
      assert.ok(middle(side, own, rate) > 6500, `${own} Hz: ${middle(side, own, rate)}`)
      assert.ok(middle(side, other, rate) < 50, `${other} Hz on the other side: ${middle(side, other, rate)}`)
    }
    assert.ok(kept.peaks.every((peak) => peak > 40 && peak < 80), 'the waveform of a steady tone is level')
  }
})

test('parts of two rates become one sound at the better rate', async () => {
  const target = join(folder, 'parts.sealed')
  const sources = [await writeSound('p.wav', 8000, 2, 440, 1000), await writeSound('p.2.wav', 16_000, 2, 440, 6000)]
  const kept = await keeper.keep(sources, target, key, 'p')
  assert.deepEqual([kept.rate, kept.seconds], [16_000, 4])
  const { channels } = parseWav(await all(await keeper.openWav(target, key, 'p', 16_000)))
  assert.equal(channels[0]!.length, 64_000)
  const at = (channel: number, second: number): Int16Array => channels[channel]!.subarray(second * 16_000, (second + 1) * 16_000)
  assert.ok(strength(at(1, 1), 1000, 16_000) > 6500)
  assert.ok(strength(at(1, 1), 6000, 16_000) < 100)
  assert.ok(strength(at(1, 2), 6000, 16_000) > 6500)
  // The left goes on through the seam.
  for (const second of [0, 1, 2, 3]) assert.ok(strength(at(0, second), 440, 16_000) > 6500, `left, second ${second}`)
})

test('the Ogg file is one that others read', { skip: missing('ffmpeg') }, async () => {
  const target = join(folder, 'others.sealed')
  const kept = await keeper.keep([await writeSound('others.wav', 16_000, 5.01, 5500, 700)], target, key, 'o')
  const ogg = await all(await keeper.open(target, key, 'o'))
  assert.equal(ogg.length, kept.bytes)
  assert.equal(createHash('sha256').update(ogg).digest('hex'), kept.sha256)
  const path = join(folder, 'others.ogg')
  await writeFile(path, ogg)
  const probe = JSON.parse(execFileSync('ffprobe', ['-v', 'error', '-show_streams', '-show_format', '-of', 'json', path], { encoding: 'utf8' })) as { streams: { codec_name: string; channels: number }[]; format: { duration: string; format_name: string } }
  assert.deepEqual([probe.format.format_name, probe.streams[0]?.codec_name, probe.streams[0]?.channels], ['ogg', 'opus', 2])
  assert.ok(Math.abs(Number(probe.format.duration) - 5.01) < 0.01, probe.format.duration)
  // Any error in a page or a packet is said on standard error.
  const decoded = join(folder, 'decoded.wav')
  assert.equal(execFileSync('ffmpeg', ['-v', 'error', '-xerror', '-i', path, '-ar', '16000', '-y', decoded], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }), '')
  const { channels } = parseWav(await readFile(decoded))
  assert.ok(Math.abs(channels[0]!.length - 5.01 * 16_000) <= 160, String(channels[0]!.length))
  assert.ok(middle(channels[0]!, 5500, 16_000) > 6500 && middle(channels[1]!, 700, 16_000) > 6500)
})

test('any range is what is there', async () => {
  const target = join(folder, 'range.sealed')
  await keeper.keep([await writeSound('range.wav', 16_000, 40, 3000, 700)], target, key, 'r')
  const ogg = await all(await keeper.open(target, key, 'r'))
  assert.ok(ogg.length > 3 * 65_536)
  for (const [start, end] of [[0, 1], [65_535, 65_537], [65_536, 131_072], [ogg.length - 1, ogg.length], [1, ogg.length - 1], [100_000, 100_000]] as const) {
    assert.ok((await all(await keeper.open(target, key, 'r'), start, end)).equals(ogg.subarray(start, end)), `${start} to ${end}`)
  }
  const wav = await all(await keeper.openWav(target, key, 'r', 16_000))
  assert.ok((await all(await keeper.openWav(target, key, 'r', 16_000), 40, 100_000)).equals(wav.subarray(40, 100_000)))
})

test('a sealed file opens with its key and name only, and not when a byte is changed, cut or swapped', async () => {
  const target = join(folder, 'sealed.sealed')
  await keeper.keep([await writeSound('sealed.wav', 16_000, 30, 3000, 700)], target, key, 's')
  const sealed = await readFile(target)
  assert.equal(sealed.indexOf('OggS'), -1, 'nothing of the sound can be seen')
  const refused = { message: /altered|shorter|no sealed file/ }
  const read = async (bytes: Buffer, with_ = key, name = 's'): Promise<Buffer> => {
    const path = join(folder, 'changed.sealed')
    await writeFile(path, bytes)
    return all(await keeper.open(path, with_, name))
  }
  assert.ok((await read(sealed)).length > 131_072)
  await assert.rejects(read(sealed, randomBytes(32)), refused)
  await assert.rejects(read(sealed, key, 'another'), refused)
  for (const at of [0, 10, 24, 100, 70_000, sealed.length - 1]) {
    const changed = Buffer.from(sealed)
    changed[at]! ^= 1
    await assert.rejects(read(changed), refused, `byte ${at}`)
  }
  const piece = 65_536 + 16
  for (const length of [0, 23, 24, 40, 24 + piece, 24 + 2 * piece, sealed.length - 1]) await assert.rejects(read(sealed.subarray(0, length)), refused, `${length} bytes`)
  await assert.rejects(read(Buffer.concat([sealed.subarray(0, 24), sealed.subarray(24 + piece, 24 + 2 * piece), sealed.subarray(24, 24 + piece), sealed.subarray(24 + 2 * piece)])), refused)
})

test('what cannot be kept leaves nothing behind, and the source stays', async () => {
  const empty = await writeSound('empty.wav', 8000, 0, 1, 1)
  await assert.rejects(keeper.keep([empty], join(folder, 'no.sealed'), key, 'n'), /no sound/)
  await writeFile(join(folder, 'text.wav'), 'this is no sound at all, whatever it is called; it goes on')
  await assert.rejects(keeper.keep([join(folder, 'text.wav')], join(folder, 'no.sealed'), key, 'n'), /no recording/)
  await assert.rejects(keeper.keep([join(folder, 'gone.wav')], join(folder, 'no.sealed'), key, 'n'), { code: 'ENOENT' })
  assert.deepEqual((await readdir(folder)).filter((name) => name.startsWith('no.')), [])
  await access(empty)
})

test('a full disk leaves nothing half, and says so', { skip: process.platform !== 'linux' }, async () => {
  const source = await writeSound('full.wav', 16_000, 3, 440, 700)
  // The `.part` of this name leads to a device that is always full.
  await symlink('/dev/full', join(folder, 'full.sealed.part'))
  await assert.rejects(keeper.keep([source], join(folder, 'full.sealed'), key, 'f'), { code: 'ENOSPC' })
  await assert.rejects(access(join(folder, 'full.sealed')))
  await access(source)
})

test('whoever stops listening to a WAV stops the work', async () => {
  const target = join(folder, 'stop.sealed')
  await keeper.keep([await writeSound('stop.wav', 16_000, 60, 440, 700)], target, key, 'x')
  const sound = await keeper.openWav(target, key, 'x', 16_000)
  for await (const piece of sound.read(0, sound.bytes)) {
    assert.ok(piece.length > 0)
    break
  }
  await sound.close()
  assert.equal((await all(await keeper.openWav(target, key, 'x', 16_000))).length, 44 + 60 * 64_000)
})
