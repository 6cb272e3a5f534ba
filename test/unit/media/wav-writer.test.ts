import assert from 'node:assert/strict'
import { once } from 'node:events'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import { WavWriter, type SoundFile } from '../../../media/embedded/worker/wav-writer.ts'

const SECOND = new Int16Array(16_000).fill(7)

/** A file in memory on a disk of `room` bytes, which can be made to stall. */
class MemoryFile extends EventEmitter {
  readonly bytes = Buffer.alloc(2_000_000)
  size = 0
  closed = false
  gate: Promise<void> = Promise.resolve()
  room: number

  constructor(room = Infinity) {
    super()
    this.room = room
  }

  async write(source: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesWritten: number }> {
    await this.gate
    // Only growing needs room: the header is rewritten on a full disk too.
    const fits = Math.min(length, position + length <= this.size ? length : this.room - position)
    if (fits <= 0) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
    this.bytes.set(source.subarray(offset, offset + fits), position)
    this.size = Math.max(this.size, position + fits)
    this.emit('written', position)
    return { bytesWritten: fits }
  }

  async close(): Promise<void> {
    this.closed = true
  }
}

const writer = (file: MemoryFile, onFailure: () => void = () => assert.fail('no failure expected')): WavWriter =>
  new WavWriter(file as unknown as SoundFile, { channels: 2, rate: 8000 }, onFailure)

test('every second written makes the header true', async () => {
  const file = new MemoryFile()
  const one = writer(file)
  const header = once(file, 'written').then(() => once(file, 'written'))
  one.append(SECOND)
  await header
  assert.equal(file.bytes.readUInt32LE(40), 32_000)
  one.append(new Int16Array(320).fill(5))
  assert.deepEqual(await one.close(), { bytes: 44 + 32_640, failure: undefined })
  assert.equal(file.bytes.readUInt32LE(40), 32_640)
  assert.equal(file.bytes.readInt16LE(44), 7)
  assert.equal(file.bytes.readInt16LE(44 + 32_000), 5)
  assert.equal(file.closed, true)
})

test('frames that do not divide a chunk lose nothing', async () => {
  const file = new MemoryFile()
  const one = writer(file)
  const frame = new Int16Array(700)
  for (let i = 0, value = 0; i < 60; i += 1) {
    for (let at = 0; at < frame.length; at += 1) frame[at] = (value += 1) & 0x7fff
    one.append(frame)
  }
  await one.close()
  assert.equal(file.size, 44 + 42_000 * 2)
  for (const at of [0, 15_999, 16_000, 31_999, 41_999]) assert.equal(file.bytes.readInt16LE(44 + at * 2), (at + 1) & 0x7fff)
})

test('a full disk ends it, told once; what fitted stays playable', async () => {
  const file = new MemoryFile(44 + 40_000)
  let failures = 0
  const one = writer(file, () => { failures += 1 })
  for (let i = 0; i < 4; i += 1) one.append(SECOND)
  const { bytes, failure } = await one.close()
  assert.equal(failures, 1)
  assert.equal(failure?.full, true)
  assert.match(failure?.message ?? '', /no space left/)
  assert.equal(bytes, 44 + 32_000)
  assert.equal(file.bytes.readUInt32LE(40), 32_000)
  assert.equal(file.closed, true)
})

test('a stalled disk costs sound, never memory or alignment', async () => {
  const file = new MemoryFile()
  let open = (): void => undefined
  file.gate = new Promise((resolve) => { open = resolve })
  const one = writer(file)
  for (let i = 0; i < 20; i += 1) one.append(new Int16Array(16_000).fill(i + 1))
  assert.ok(one.dropped > 5 && one.dropped < 20, String(one.dropped))
  const header = once(file, 'written')
  open()
  await header
  const drained = new Promise<void>((resolve) => {
    file.on('written', (position: number) => { if (position === 0 && file.bytes.readUInt32LE(40) === (20 - one.dropped) * 32_000) resolve() })
  })
  await drained
  one.append(new Int16Array(16_000).fill(21))
  await one.close()
  assert.equal(file.bytes.readInt16LE(44), 1)
  assert.equal(file.bytes.readInt16LE(44 + 20 * 32_000), 21, 'the 21st second is where the 21st second belongs')
  assert.equal(file.bytes.readInt16LE(44 + 19 * 32_000), 0, 'the lost second is silence')
})
