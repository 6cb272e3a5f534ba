import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Outgoing } from '../../../media/embedded/worker/outgoing.ts'

interface Sent { marker: boolean; payloadType: number; sequence: number; timestamp: number; ssrc: number }

function read(packet: Buffer): Sent {
  return {
    marker: packet[1]! > 127, payloadType: packet[1]! & 127, sequence: packet.readUInt16BE(2), timestamp: packet.readUInt32BE(4), ssrc: packet.readUInt32BE(8),
  }
}

function setup(): { out: Outgoing; relay(source: object, now: number, ssrc: number, sequence: number, timestamp: number): Sent; generate(source: object, now: number, at?: number): Sent } {
  const out = new Outgoing()
  const packet = Buffer.alloc(172)
  return {
    out,
    relay(source, now, ssrc, sequence, timestamp) {
      out.relay(source, packet, now, false, 0, ssrc, sequence & 0xffff, timestamp >>> 0, 160)
      return read(packet)
    },
    generate(source, now, at = 0) {
      out.place(source, packet, now, false, 0, 160, at)
      return read(packet)
    },
  }
}

const step = (from: Sent, to: Sent): { sequence: number; timestamp: number } => ({
  sequence: (to.sequence - from.sequence) & 0xffff, timestamp: (to.timestamp - from.timestamp) >>> 0,
})

test('one SSRC for everything; gaps and order of a source are kept', () => {
  const { relay } = setup()
  const source = {}
  const first = relay(source, 0, 77, 65_534, 4_294_967_200)
  assert.equal(first.marker, true)
  const lost = relay(source, 40, 77, 65_536, 4_294_967_200 + 320)
  assert.deepEqual(step(first, lost), { sequence: 2, timestamp: 320 })
  assert.equal(lost.marker, false)
  const late = relay(source, 41, 77, 65_535, 4_294_967_200 + 160)
  assert.deepEqual(step(first, late), { sequence: 1, timestamp: 160 })
  assert.equal(late.ssrc, first.ssrc)
})

test('prompt, bridge, prompt: numbers go on, time passes as it did, a marker at each change', () => {
  const { relay, generate } = setup()
  const [prompt, leg] = [{}, {}]
  const one = generate(prompt, 1000)
  const two = generate(prompt, 1020, 160)
  assert.deepEqual(step(one, two), { sequence: 1, timestamp: 160 })
  const three = relay(leg, 1120, 5, 9000, 123_456)
  assert.deepEqual(step(two, three), { sequence: 1, timestamp: 800 })
  assert.equal(three.marker, true)
  const four = generate(prompt, 1125)
  assert.deepEqual(step(three, four), { sequence: 1, timestamp: 160 }, 'never less than a frame')
  assert.equal(four.marker, true)
})

test('a source that restarts, or changes its SSRC, continues our numbering', () => {
  const { relay } = setup()
  const leg = {}
  const one = relay(leg, 0, 5, 100, 1000)
  const two = relay(leg, 20, 6, 50_000, 99)
  assert.deepEqual(step(one, two), { sequence: 1, timestamp: 160 })
  const three = relay(leg, 40, 6, 20_000, 99 + 160)
  assert.deepEqual(step(two, three), { sequence: 1, timestamp: 160 })
  assert.equal(three.marker, true)
})

test('packets left out on purpose leave no gap', () => {
  const { out, relay } = setup()
  const leg = {}
  const one = relay(leg, 0, 5, 100, 1000)
  out.skip(leg)
  out.skip({})
  const two = relay(leg, 40, 5, 102, 1320)
  assert.deepEqual(step(one, two), { sequence: 1, timestamp: 320 })
})

test('all packets of an event carry the time it began', () => {
  const { out, relay } = setup()
  const packet = Buffer.alloc(16)
  const [leg, dialing] = [{}, {}]
  const before = relay(leg, 0, 5, 100, 1000)
  out.generateEvent(dialing, packet, 20, 101, true)
  const first = read(packet)
  out.generateEvent(dialing, packet, 40, 101, false)
  const second = read(packet)
  assert.deepEqual(step(before, first), { sequence: 1, timestamp: 160 })
  assert.equal(first.marker, true)
  assert.deepEqual(step(first, second), { sequence: 1, timestamp: 0 })
  assert.equal(second.marker, false)
  const after = relay(leg, 120, 5, 106, 1960)
  assert.deepEqual(step(second, after), { sequence: 1, timestamp: 800 })
})

test('sound with places in time: a gap stays one, an event keeps its beginning', () => {
  const { generate } = setup()
  const talker = {}
  const one = generate(talker, 0, 10_000)
  assert.deepEqual(step(one, generate(talker, 20, 10_960)), { sequence: 1, timestamp: 960 })
  assert.deepEqual(step(one, generate(talker, 30, 10_000)), { sequence: 2, timestamp: 0 })
  assert.deepEqual(step(one, generate(talker, 900, 60_000)), { sequence: 3, timestamp: 50_000 })
})

test('another clock is another stream', () => {
  const { out, generate } = setup()
  const one = generate({}, 0)
  out.clock = 8
  assert.equal(generate({}, 20).ssrc, one.ssrc)
  out.clock = 48
  const two = generate({}, 40)
  assert.notEqual(two.ssrc, one.ssrc)
  assert.equal(out.ssrc, two.ssrc)
})
