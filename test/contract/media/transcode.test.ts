import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { missing } from '../../support/run/peers.ts'
import { longestGapMs, names, say, sound, tone } from './codec-peer.ts'
import { behaviour, figures, next, openEngine } from './engine.ts'
import { anew, lengths, oneCodec } from './other-way.ts'
import { RtpPeer, stereoOf, strength, type Heard } from './rtp-peer.ts'

const skip = missing('ffmpeg')
const TYPES = [0, 8, 9, 111]

/** How strong a frequency is once the codecs have settled. */
function settled(heard: readonly Heard[], payloadType: number, frequency: number): number {
  const { samples, rate } = sound(heard, payloadType)
  return strength(samples.subarray(rate / 10, rate / 10 + rate / 4), frequency, rate)
}

function assertSteady(heard: readonly Heard[], step: number): void {
  heard.forEach((packet, i) => {
    assert.equal(packet.sequence, (heard[0]!.sequence + i) & 0xffff)
    assert.equal(packet.timestamp, (heard[0]!.timestamp + i * step) >>> 0)
    assert.equal(packet.marker, i === 0)
  })
}

for (const from of TYPES) {
  behaviour(`${names[from]} to every codec: the tone, its level, no gap`, async (t) => {
    const { phone } = await openEngine(t)
    const calls = await Promise.all(TYPES.map(async (to) => {
      const [a, b] = [await phone({ codecs: String(from) }, String(to)), await phone({ codecs: String(to) }, String(to))]
      await a.endpoint.bridge(b.endpoint)
      return { to, a, b }
    }))
    const speech = tone(from, 440, 30)
    await Promise.all(calls.map(({ a }) => say(a.peer, speech)))
    for (const { to, b } of calls) {
      const what = `${names[from]} to ${names[to]}`
      await b.peer.until((heard) => heard.length >= 29)
      assert.ok(b.peer.heard.every((packet) => packet.payloadType === to), what)
      assertSteady(b.peer.heard, to === 111 ? 960 : 160)
      const level = settled(b.peer.heard, to, 440)
      assert.ok(level > 7000 && level < 9000, `${what}: ${level}`)
      const gap = longestGapMs(sound(b.peer.heard, to))
      assert.ok(gap < 3, `${what}: ${gap} ms of silence`)
    }
  }, skip, anew)
}

behaviour('wide band stays wide between G.722 and Opus, and makes no mirror image in narrow band', async (t) => {
  const { phone } = await openEngine(t)
  for (const [from, to] of [[9, 111], [111, 9], [9, 0], [111, 8]] as const) {
    const [a, b] = [await phone({ codecs: String(from) }), await phone({ codecs: String(to) })]
    await a.endpoint.bridge(b.endpoint)
    await say(a.peer, tone(from, 5000, 25))
    await b.peer.until((heard) => heard.length >= 24)
    const what = `${names[from]} to ${names[to]}`
    if (to === 9 || to === 111) assert.ok(settled(b.peer.heard, to, 5000) > 5500, `${what}: ${settled(b.peer.heard, to, 5000)}`)
    else assert.ok(settled(b.peer.heard, to, 3000) < 100, `${what}: ${settled(b.peer.heard, to, 3000)}`)
  }
}, skip)

for (const ms of [10, 20, 30, 40, 60]) {
  behaviour(`packets of ${ms} ms become those the other phone asks for`, async (t) => {
    const { phone } = await openEngine(t)
    const wishes = [[0, 'a=ptime:30', 30], [0, 'a=ptime:20', 20], [9, 'a=maxptime:10', 10], [111, 'a=ptime:60', 60]] as const
    const calls = await Promise.all(wishes.map(async ([to, line, wanted]) => {
      const [a, b] = [await phone({ codecs: '0' }, line), await phone({ codecs: String(to), extra: [line] }, line)]
      await a.endpoint.bridge(b.endpoint)
      return { to, wanted, a, b }
    }))
    const count = 600 / ms
    const speech = tone(0, 440, count, ms)
    await Promise.all(calls.map(({ a }) => say(a.peer, speech)))
    for (const { to, wanted, b } of calls) {
      await b.peer.until((heard) => heard.length >= 600 / wanted - 1)
      assertSteady(b.peer.heard, wanted * (to === 111 ? 48 : 8))
      if (to !== 111) assert.ok(b.peer.heard.every((packet) => packet.payload.length === wanted * 8))
      assert.ok(settled(b.peer.heard, to, 440) > 7000)
      assert.ok(longestGapMs(sound(b.peer.heard, to)) < 3)
    }
  }, skip, lengths)
}

behaviour('lost packets are concealed where sound is decoded', async (t) => {
  const { phone } = await openEngine(t)
  for (const [from, to] of [[0, 9], [9, 0], [111, 0], [0, 111]] as const) {
    const [a, b] = [await phone({ codecs: String(from) }), await phone({ codecs: String(to) })]
    await a.endpoint.bridge(b.endpoint)
    await say(a.peer, tone(from, 500, 40), (index) => (index % 10 === 7 ? [] : [index]))
    await b.peer.until((heard) => heard.length >= 39)
    const gap = longestGapMs(sound(b.peer.heard, to))
    assert.ok(gap < 8, `${names[from]} to ${names[to]}: ${gap} ms of silence`)
    const last = b.peer.heard.at(-1)!
    assert.equal((last.timestamp - b.peer.heard[0]!.timestamp) >>> 0, (b.peer.heard.length - 1) * (to === 111 ? 960 : 160))
  }
}, skip, anew)

behaviour('packets that overtake each other are put in order before they are decoded', async (t) => {
  const { phone } = await openEngine(t)
  const [a, b] = [await phone({ codecs: '9' }), await phone({ codecs: '0' })]
  await a.endpoint.bridge(b.endpoint)
  // 0 1 3 2 4 5 7 6 …, a pair at a time, and 2 twice.
  await say(a.peer, tone(9, 440, 40), (index) => (index % 4 === 2 ? [index + 1, index, index] : index % 4 === 3 ? [] : [index]))
  await b.peer.until((heard) => heard.length >= 40)
  assert.equal(b.peer.heard.length, 40)
  const { samples, rate } = sound(b.peer.heard, 0)
  // Out of order the phase would jump, and the whole would be far weaker than its parts.
  assert.ok(strength(samples.subarray(800, 5600), 440, rate) > 7500, String(strength(samples.subarray(800, 5600), 440, rate)))
}, skip, anew)

behaviour('digits cross between phones of different clocks, beside sound that is transcoded', async (t) => {
  const { phone } = await openEngine(t)
  const wide = await phone({ codecs: '111', events: 126, eventsRate: 48_000 })
  const narrow = await phone({ codecs: '0', events: 96 })
  await wide.endpoint.bridge(narrow.endpoint)
  const [fromWide, fromNarrow] = [next(wide.endpoint, 'digit'), next(narrow.endpoint, 'digit')]
  await Promise.all([say(wide.peer, tone(111, 440, 10)), say(narrow.peer, tone(0, 440, 10))])
  wide.peer.press(5, 126, 48)
  narrow.peer.press(9, 96)
  assert.deepEqual([await fromWide, await fromNarrow], [['5', 60], ['9', 60]])
  const events = (peer: RtpPeer, type: number): Heard[] => peer.heard.filter((packet) => packet.payloadType === type)
  await Promise.all([narrow.peer.until(() => events(narrow.peer, 96).length === 6), wide.peer.until(() => events(wide.peer, 126).length === 6)])
  for (const [peer, type, event, duration] of [[narrow.peer, 96, 5, 480], [wide.peer, 126, 9, 2880]] as const) {
    const digits = events(peer, type)
    assert.deepEqual([...new Set(digits.map((packet) => packet.payload[0]))], [event])
    assert.equal(digits.at(-1)!.payload.readUInt16BE(2), duration)
    assert.equal(new Set(digits.map((packet) => packet.timestamp)).size, 1)
    assert.deepEqual(digits.map((packet) => packet.marker), [true, false, false, false, false, false])
  }
  // Sound goes on where the digit ended.
  const before = narrow.peer.heard.length
  await say(wide.peer, tone(111, 440, 5))
  await narrow.peer.until((heard) => heard.length >= before + 4)
  const sequences = narrow.peer.heard.map((packet) => packet.sequence)
  for (let i = 1; i < sequences.length; i += 1) assert.equal((sequences[i]! - sequences[i - 1]!) & 0xffff, 1)
}, skip, anew)

behaviour('a phone changes its codec in the middle of a call without asking', async (t) => {
  const { phone } = await openEngine(t)
  const [a, b] = [await phone({ codecs: '0 9 111' }), await phone({ codecs: '0' })]
  await a.endpoint.bridge(b.endpoint)
  for (const type of [0, 9, 111, 8, 0]) {
    const before = b.peer.heard.length
    await say(a.peer, tone(type, 440, 20))
    await b.peer.until((heard) => heard.length >= before + 19)
    assert.ok(settled(b.peer.heard.slice(before), 0, 440) > 7000, names[type])
  }
  assert.equal(new Set(b.peer.heard.map((packet) => packet.ssrc)).size, 1)
}, skip, oneCodec)

behaviour('comfort noise and unknown types are no loss', async (t) => {
  const { phone } = await openEngine(t)
  const [a, b] = [await phone({ codecs: '0' }), await phone({ codecs: '9' })]
  await a.endpoint.bridge(b.endpoint)
  await say(a.peer, tone(0, 440, 10))
  for (let i = 0; i < 3; i += 1) a.peer.sendRaw(13, Buffer.from([60]))
  a.peer.sendRaw(77, Buffer.alloc(10))
  a.peer.timestamp = (a.peer.timestamp + 8000) >>> 0
  await say(a.peer, tone(0, 440, 10))
  await b.peer.until((heard) => heard.length >= 20)
  assert.equal(b.peer.heard.length, 20, 'nothing was made up')
  assert.equal((b.peer.heard[10]!.timestamp - b.peer.heard[9]!.timestamp) >>> 0, 8160)
  assert.equal(b.peer.heard[10]!.marker, true)
  assert.equal((await figures(a.endpoint, () => true)).packetsLost, 0)
}, skip, anew)

behaviour('another codec clock is another stream of ours', async (t) => {
  const { phone } = await openEngine(t)
  const [a, b] = [await phone({ codecs: '0' }), await phone({ codecs: '0' })]
  await a.endpoint.bridge(b.endpoint)
  await say(a.peer, tone(0, 440, 5))
  await b.peer.until((heard) => heard.length >= 5)
  b.peer.aim(await b.endpoint.negotiate('offer', b.peer.sdp({ codecs: '111' })))
  assert.equal(b.endpoint.codec, 'opus')
  await say(a.peer, tone(0, 440, 20))
  await b.peer.until((heard) => heard.filter((packet) => packet.payloadType === 111).length >= 19)
  assert.equal(new Set(b.peer.heard.map((packet) => packet.ssrc)).size, 2)
  assert.ok(settled(b.peer.heard, 111, 440) > 7000)
}, skip, anew)

behaviour('an answer that nobody has heard yet takes the codec of the other phone', async (t) => {
  const { server, phone } = await openEngine(t)
  const a = await phone({ codecs: '111 9 0' })
  assert.equal(a.endpoint.codec, 'opus')
  const callee = await RtpPeer.open()
  t.after(() => callee.close())
  const b = await server.createEndpoint({ callId: 'call', legId: 'b', peerAddress: '127.0.0.1', codecs: ['opus', 'PCMU', 'G722'] })
  callee.aim(b.localSdp)
  await b.negotiate('answer', callee.sdp({ codecs: '0' }))
  await a.endpoint.prefer([b.codec!])
  assert.equal(a.endpoint.codec, 'PCMU')
  a.peer.aim(a.endpoint.localSdp)
  await a.endpoint.bridge(b)
  const payload = Buffer.from(Array.from({ length: 160 }, (_, i) => i))
  a.peer.send(0, 0, payload)
  await callee.until((heard) => heard.length > 0)
  assert.deepEqual(callee.heard[0]!.payload, payload, 'relayed and not transcoded')
}, false, anew)

behaviour('codecs the operator leaves out are not used', async (t) => {
  const { server, phone } = await openEngine(t, { codecs: ['PCMA', 'G722'] })
  assert.deepEqual(server.capabilities.codecs, ['PCMA', 'G722'])
  assert.equal((await phone({ codecs: '111 0 9 8' })).endpoint.codec, 'G722')
  await assert.rejects(phone({ codecs: '111 0' }), { code: 'unprocessable' })
  const ours = await server.createEndpoint({ callId: 'c', legId: 'l', peerAddress: '127.0.0.1', codecs: ['opus', 'G722'] })
  assert.match(ours.localSdp, /^m=audio \d+ RTP\/AVP 9 101\r$/m)
})

behaviour('digits and prompts reach a phone of any codec', async (t) => {
  const { phone } = await openEngine(t)
  for (const type of [9, 111]) {
    const { peer, endpoint } = await phone({ codecs: String(type) })
    await endpoint.play({ kind: 'tone', frequencies: [440], cadenceMs: [600] })
    await peer.until((heard) => heard.length >= 30)
    assertSteady(peer.heard, type === 111 ? 960 : 160)
    assert.ok(settled(peer.heard, type, 440) > 6500, String(settled(peer.heard, type, 440)))
  }
}, skip)

behaviour('a call of two codecs is recorded, each side on its channel', async (t) => {
  const { phone, home } = await openEngine(t)
  const [a, b] = [await phone({ codecs: '111' }), await phone({ codecs: '9' })]
  await a.endpoint.bridge(b.endpoint)
  const recording = await a.endpoint.record({ path: join(home, 'call.wav') })
  await Promise.all([say(a.peer, tone(111, 440, 40)), say(b.peer, tone(9, 1000, 40))])
  await recording.stop()
  const { left, right } = stereoOf(await readFile(recording.path))
  // The best tenth of a second: a busy machine may have torn the rest apart.
  const best = (side: number[], frequency: number): number =>
    Math.max(...Array.from({ length: Math.floor(side.length / 1600) }, (_, i) => strength(side.slice(i * 1600, (i + 1) * 1600), frequency, 16_000)))
  assert.ok(best(left, 440) > 7000, String(best(left, 440)))
  assert.ok(best(right, 1000) > 7000, String(best(right, 1000)))
  assert.ok(strength(left, 1000, 16_000) < 300 && strength(right, 440, 16_000) < 300)
}, skip)
