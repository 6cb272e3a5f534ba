// What phones hear, whatever engine it comes from: tones by their frequency and level. How the packets look is not asked here.
import assert from 'node:assert/strict'
import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { missing } from '../../support/run/peers.ts'
import { names, say, sound, tone } from './codec-peer.ts'
import { behaviour, next, openEngine, type Engine } from './engine.ts'
import { RtpPeer, stereoOf, strength } from './rtp-peer.ts'

const skip = missing('ffmpeg')
const TONE = 440
const OTHER = 1000

type Phone = Awaited<ReturnType<Engine['phone']>>

/** How strong a frequency is in what was heard since `from` packets, where it is strongest over 200 ms. */
function loudest({ peer }: Pick<Phone, 'peer'>, frequency: number, payloadType = 0, from = 0): number {
  const { samples, rate } = sound(peer.heard.slice(from), payloadType)
  const window = rate / 5
  let most = 0
  for (let at = 0; at + window <= samples.length; at += window / 4) most = Math.max(most, strength(samples.subarray(at, at + window), frequency, rate))
  return most
}

/** Both say their tone for so many packets of 20 ms; returns how many each had heard before. */
async function bothSay(one: Phone, other: Phone, packets = 50, types: readonly [number, number] = [0, 0]): Promise<[number, number]> {
  const before: [number, number] = [one.peer.heard.length, other.peer.heard.length]
  await Promise.all([say(one.peer, tone(types[0], TONE, packets)), say(other.peer, tone(types[1], OTHER, packets))])
  return before
}

async function pair(t: TestContext, options: Parameters<typeof openEngine>[1] = {}): Promise<Engine & { a: Phone; b: Phone }> {
  const engine = await openEngine(t, options)
  const [a, b] = [await engine.phone(), await engine.phone()]
  await a.endpoint.bridge(b.endpoint)
  return { server: engine.server, home: engine.home, phone: (...args) => engine.phone(...args), get embedded() { return engine.embedded }, a, b }
}

for (const [one, other] of [[0, 0], [0, 8], [8, 9], [9, 111], [111, 0]] as const) {
  behaviour(`${names[one]} and ${names[other]} hear each other, and not themselves`, async (t) => {
    const { phone } = await openEngine(t)
    const [a, b] = [await phone({ codecs: String(one) }), await phone({ codecs: String(other) })]
    await a.endpoint.bridge(b.endpoint)
    const [fromA, fromB] = await bothSay(a, b, 50, [one, other])
    assert.ok(loudest(b, TONE, other, fromB) > 6500, `${loudest(b, TONE, other, fromB)}`)
    assert.ok(loudest(a, OTHER, one, fromA) > 6500, `${loudest(a, OTHER, one, fromA)}`)
    assert.ok(loudest(b, OTHER, other, fromB) < 300 && loudest(a, TONE, one, fromA) < 300)
  }, skip)
}

behaviour('our offer, the phone\'s answer; a phone that moves and changes its codec is followed', async (t) => {
  const { server, phone } = await openEngine(t)
  const a = await phone()
  const peer = await RtpPeer.open()
  const moved = await RtpPeer.open()
  t.after(() => { peer.close(); moved.close() })
  const endpoint = await server.createEndpoint({ callId: 'call', legId: 'b', peerAddress: '127.0.0.1' })
  assert.equal(endpoint.codec, undefined)
  const offer = endpoint.localSdp
  for (const type of ['0', '8', '9', '111']) assert.match(offer, new RegExp(`^m=audio \\d+ RTP/AVP .*\\b${type}\\b`, 'm'))
  assert.equal(await endpoint.negotiate('answer', peer.sdp({ codecs: '8' })), offer)
  assert.equal(endpoint.codec, 'PCMA')
  peer.aim(offer)
  await endpoint.bridge(a.endpoint)
  await bothSay(a, { peer, endpoint }, 50, [0, 8])
  assert.ok(loudest({ peer }, TONE, 8) > 6500)
  assert.ok(loudest(a, OTHER, 0) > 6500)
  moved.aim(await endpoint.negotiate('offer', moved.sdp({ codecs: '9' })))
  assert.equal(endpoint.codec, 'G722')
  await bothSay(a, { peer: moved, endpoint }, 15, [0, 9])
  const before = a.peer.heard.length
  await bothSay(a, { peer: moved, endpoint }, 50, [0, 9])
  assert.ok(loudest({ peer: moved }, TONE, 9) > 6500)
  assert.ok(loudest(a, OTHER, 0, before) > 6500)
}, skip)

behaviour('an offer of ours in the middle of a call, with hold and without', async (t) => {
  const { a, b } = await pair(t)
  assert.match(await a.endpoint.reoffer('sendonly'), /^a=sendonly\r$/m)
  await a.endpoint.negotiate('answer', a.peer.sdp({ direction: 'recvonly' }))
  await a.endpoint.reoffer('sendrecv')
  await a.endpoint.negotiate('answer', a.peer.sdp())
  const [fromA, fromB] = await bothSay(a, b)
  assert.ok(loudest(b, TONE, 0, fromB) > 6500 && loudest(a, OTHER, 0, fromA) > 6500)
  const before = a.endpoint.localSdp
  await assert.rejects(a.endpoint.negotiate('offer', a.peer.sdp().replace('RTP/AVP', 'RTP/SAVP')), { code: 'unprocessable' })
  await assert.rejects(a.endpoint.negotiate('offer', 'no description'), { code: 'unprocessable' })
  assert.equal(a.endpoint.localSdp, before)
  const [, again] = await bothSay(a, b)
  assert.ok(loudest(b, TONE, 0, again) > 6500)
})

behaviour('hold by the phone in each style: it hears nothing, and hears again', async (t) => {
  const { a, b } = await pair(t)
  for (const hold of [{ direction: 'sendonly' }, { direction: 'inactive' }, { address: '0.0.0.0' }]) {
    await a.endpoint.negotiate('offer', a.peer.sdp(hold))
    assert.ok(['sendonly', 'inactive'].includes(a.endpoint.remoteDirection))
    await bothSay(a, b, 5)
    const [held] = await bothSay(a, b, 20)
    assert.ok(a.peer.heard.length === held || loudest(a, OTHER, 0, held) < 100)
    await a.endpoint.negotiate('offer', a.peer.sdp())
    assert.equal(a.endpoint.remoteDirection, 'sendrecv')
    const [back] = await bothSay(a, b, 40)
    assert.ok(loudest(a, OTHER, 0, back) > 6500)
  }
})

behaviour('hold by us: the other party is not heard, and comes back', async (t) => {
  const { a, b } = await pair(t)
  await bothSay(a, b, 20)
  await a.endpoint.hold(true)
  await bothSay(a, b, 5)
  const [held] = await bothSay(a, b, 30)
  assert.ok(loudest(a, OTHER, 0, held) < 100)
  await a.endpoint.hold(false)
  const [back] = await bothSay(a, b)
  assert.ok(loudest(a, OTHER, 0, back) > 6500)
})

behaviour('a held caller hears music while the call goes on', async (t) => {
  const { a, b } = await pair(t, { music: {} })
  await a.endpoint.hold(true, 'default')
  await bothSay(a, b, 10)
  const [held] = await bothSay(a, b, 50)
  assert.ok(sound(a.peer.heard.slice(held), 0).samples.some((sample) => Math.abs(sample) > 500), 'somebody plays')
  assert.ok(loudest(a, OTHER, 0, held) < 1500)
  await a.endpoint.hold(false)
  const [back] = await bothSay(a, b)
  assert.ok(loudest(a, OTHER, 0, back) > 6500)
  const refused = a.endpoint.play({ kind: 'music', name: 'no such class' })
  await assert.rejects(refused, { code: 'not-found' })
}, skip)

behaviour('a new bridge takes the place of the old; who stays behind hears nothing and can be bridged again', async (t) => {
  const { a, b, phone } = await pair(t)
  const c = await phone()
  await a.endpoint.bridge(c.endpoint)
  const behind = b.peer.heard.length
  const [, fromC] = await bothSay(a, c)
  assert.ok(loudest(c, TONE, 0, fromC) > 6500)
  assert.ok(loudest(b, TONE, 0, behind) < 100 && loudest(b, OTHER, 0, behind) < 100)
  await c.endpoint.close()
  await a.endpoint.bridge(b.endpoint)
  const [, fromB] = await bothSay(a, b)
  assert.ok(loudest(b, TONE, 0, fromB) > 6500)
  await a.endpoint.unbridge()
  await bothSay(a, b, 5)
  const [, parted] = await bothSay(a, b, 20)
  assert.ok(loudest(b, TONE, 0, parted) < 100)
})

behaviour('prompts, speech, files and tones are played; the next replaces the one before', async (t) => {
  const { phone, home } = await openEngine(t, { prompts: true })
  const a = await phone()
  const prompt = await a.endpoint.play({ kind: 'prompt', name: 'call-recorded' })
  assert.equal(prompt.ended, 'finished')
  assert.ok(prompt.seconds > 1 && prompt.seconds < 6, String(prompt.seconds))
  assert.ok(sound(a.peer.heard, 0).samples.some((sample) => Math.abs(sample) > 8000), 'somebody speaks')
  assert.equal((await a.endpoint.play({ kind: 'speak', text: 'Hi.' })).ended, 'finished')
  await assert.rejects(a.endpoint.play({ kind: 'prompt', name: 'no-such' }), { code: 'not-found' })
  const wav = Buffer.alloc(44 + 16_000)
  Buffer.from('524946460000000057415645666d7420100000000100010040' + '1f0000803e0000020010006461746100000000', 'hex').copy(wav)
  wav.writeUInt32LE(36 + 16_000, 4)
  wav.writeUInt32LE(16_000, 40)
  for (let i = 0; i < 8000; i += 1) wav.writeInt16LE(Math.round(9000 * Math.sin((2 * Math.PI * 600 * i) / 8000)), 44 + i * 2)
  await writeFile(join(home, 'sound.wav'), wav)
  const before = a.peer.heard.length
  const first = a.endpoint.play({ kind: 'file', path: 'sound.wav' }, { repeat: 5 })
  await a.peer.until((heard) => heard.length >= before + 40)
  const second = a.endpoint.play({ kind: 'tone', frequencies: [1500], cadenceMs: [400] })
  assert.equal((await first).ended, 'aborted')
  assert.deepEqual(await second, { ended: 'finished', seconds: 0.4 })
  assert.ok(loudest(a, 600, 0, before) > 7500 && loudest(a, 1500, 0, before) > 5000)
  await assert.rejects(a.endpoint.play({ kind: 'file', path: '/etc/hostname' }), { code: 'forbidden' })
  await copyFile('/etc/hostname', join(home, 'text.wav'))
  await assert.rejects(a.endpoint.play({ kind: 'file', path: 'text.wav' }), { code: 'unprocessable' })
})

behaviour('a tone is heard instead of the other party until it is aborted; closing ends one', async (t) => {
  const { a, b } = await pair(t)
  const abort = new AbortController()
  const playing = a.endpoint.play({ kind: 'network-tone', name: 'dial' }, { repeat: Infinity, signal: abort.signal })
  await bothSay(a, b, 25)
  const [during] = await bothSay(a, b, 30)
  abort.abort()
  assert.equal((await playing).ended, 'aborted')
  assert.ok(loudest(a, 350, 0, during) > 2500 && loudest(a, OTHER, 0, during) < 400)
  const [back] = await bothSay(a, b)
  assert.ok(loudest(a, OTHER, 0, back) > 6500)
  const last = a.endpoint.play({ kind: 'tone', frequencies: [440], cadenceMs: [60_000] })
  const heard = a.peer.heard.length
  await a.peer.until((all) => all.length > heard + 5)
  await a.endpoint.close()
  assert.equal((await last).ended, 'closed')
  await assert.rejects(a.endpoint.play({ kind: 'tone', frequencies: [440], cadenceMs: [20] }), { code: 'gone' })
})

/** The digits in what was heard, each event once. */
function digitsIn({ peer }: Phone, payloadType: number, from: number): number[] {
  const seen = new Map<number, number>()
  for (const { payloadType: type, timestamp, payload } of peer.heard.slice(from)) if (type === payloadType) seen.set(timestamp, payload[0]!)
  return [...seen.values()]
}

behaviour('digits of one phone reach the other as it takes them, and are told once', async (t) => {
  const { phone } = await openEngine(t)
  const [a, b] = [await phone({ events: 101 }), await phone({ events: 96 })]
  await a.endpoint.bridge(b.endpoint)
  await bothSay(a, b, 10)
  const told: string[] = []
  const three = new Promise<void>((resolve) => { a.endpoint.on('digit', (digit) => { if (told.push(digit) === 3) resolve() }) })
  const from = b.peer.heard.length
  for (const event of [1, 11]) {
    a.peer.press(event)
    await bothSay(a, b, 15)
  }
  await a.endpoint.hearDigit('5', 160)
  await three
  await bothSay(a, b, 25)
  assert.deepEqual(told, ['1', '#', '5'])
  assert.deepEqual(digitsIn(b, 96, from), [1, 11, 5])
  await assert.rejects(a.endpoint.hearDigit('12', 160), { code: 'unprocessable' })
})

behaviour('digits are sent, as events or as tones', async (t) => {
  const { phone } = await openEngine(t)
  const [modern, old] = [await phone(), await phone()]
  const plain = old.peer.sdp().split('\r\n').filter((line) => !line.includes('101 ')).map((line) => line.replace('AVP 0 101', 'AVP 0')).join('\r\n')
  assert.doesNotMatch(await old.endpoint.negotiate('offer', plain), /telephone-event/)
  await modern.endpoint.sendDigits('7*', { durationMs: 100, gapMs: 60 })
  await modern.peer.until(() => digitsIn(modern, 101, 0).length === 2)
  assert.deepEqual(digitsIn(modern, 101, 0), [7, 10])
  await old.endpoint.sendDigits('5', { durationMs: 300, gapMs: 60 })
  await old.peer.until(() => loudest(old, 770) > 2000 && loudest(old, 1336) > 2000)
  await assert.rejects(modern.endpoint.sendDigits('1x'), { code: 'unprocessable' })
})

behaviour('input is collected: the first digit ends the prompt, the terminator the input, and nothing typed ahead is lost', async (t) => {
  const { phone } = await openEngine(t)
  const { peer, endpoint } = await phone()
  const prompt = { kind: 'tone', frequencies: [440], cadenceMs: [20_000] } as const
  const collected = endpoint.collect({ max: 8, terminators: '#', firstDigitMs: 10_000, interDigitMs: 10_000, prompt })
  const before = peer.heard.length
  await peer.until((heard) => heard.length > before + 10)
  for (const event of [4, 2, 11]) {
    const digit = next(endpoint, 'digit')
    peer.press(event)
    await digit
  }
  assert.deepEqual(await collected, { digits: '42', ended: 'terminator' })
  for (const event of [1, 3]) {
    const digit = next(endpoint, 'digit')
    peer.press(event)
    await digit
  }
  assert.deepEqual(await endpoint.collect({ max: 2, firstDigitMs: 10_000, interDigitMs: 10_000, prompt }), { digits: '13', ended: 'max' })
  assert.deepEqual(await endpoint.collect({ max: 2, firstDigitMs: 50, interDigitMs: 50 }), { digits: '', ended: 'timeout' })
  const closed = endpoint.collect({ max: 8, firstDigitMs: 10_000, interDigitMs: 10_000 })
  await endpoint.close()
  assert.equal((await closed).ended, 'closed')
})

behaviour('a recording has our peer left and the other party right, and a pause is silence', async (t) => {
  const { a, b, home } = await pair(t)
  await bothSay(a, b, 10)
  const recording = await a.endpoint.record({ path: join(home, 'call.wav') })
  await bothSay(a, b, 50)
  await recording.pause()
  const silent = performance.now()
  await Promise.all([say(a.peer, tone(0, 2000, 50)), say(b.peer, tone(0, 2000, 50))])
  const pause = (performance.now() - silent) / 1000
  await recording.resume()
  await bothSay(a, b, 50)
  const result = await recording.stop()
  assert.equal(result.ended, 'stopped')
  assert.deepEqual(await recording.finished, result)
  const { left, right } = stereoOf(await readFile(result.path))
  assert.ok(Math.abs(left.length / 8000 - 3) < 0.6, `${left.length / 8000} s`)
  const begin = [left.slice(1600, 6400), right.slice(1600, 6400)] as const
  assert.ok(strength(begin[0], TONE) > 5000 && strength(begin[1], OTHER) > 5000, `${strength(begin[0], TONE)} and ${strength(begin[1], OTHER)}`)
  assert.ok(strength(begin[0], OTHER) < 300 && strength(begin[1], TONE) < 300)
  let [quiet, since] = [0, left.findIndex((sample) => Math.abs(sample) > 500)]
  for (let i = since; i < left.length; i += 1) {
    if (Math.abs(left[i]!) > 100) since = i
    quiet = Math.max(quiet, (i - since) / 8000)
  }
  assert.ok(Math.abs(quiet - pause) < 0.3, `${quiet} s of silence for ${pause} s`)
  assert.ok(strength(left, 2000) < 300)
}, skip)

behaviour('a recording ends with the call, by its signal, and without the call when it cannot be written', async (t) => {
  const { a, b, home } = await pair(t)
  const abort = new AbortController()
  const one = await a.endpoint.record({ path: join(home, 'one.wav'), signal: abort.signal })
  await bothSay(a, b, 20)
  abort.abort()
  assert.equal((await one.finished).ended, 'stopped')
  const two = await b.endpoint.record({ path: join(home, 'two.wav') })
  await bothSay(a, b, 20)
  await b.endpoint.close()
  assert.equal((await two.finished).ended, 'closed')
  const failed = await a.endpoint.record({ path: '/proc/nothing.wav' })
  assert.equal((await failed.finished).ended, 'failed')
  await assert.rejects(a.endpoint.record({ path: '/no/such/folder/x.wav' }), { code: 'unprocessable' })
})

behaviour('figures: packets both ways, the phone\'s place, a MOS; told that the sound began, and that the endpoint is gone', async (t) => {
  const { phone } = await openEngine(t)
  const [a, b] = [await phone(), await phone()]
  const started = next(a.endpoint, 'media-started')
  await a.endpoint.bridge(b.endpoint)
  await bothSay(a, b)
  assert.deepEqual(await started, [{ address: '127.0.0.1', port: a.peer.port }])
  const stats = await a.endpoint.stats()
  assert.ok(stats.packetsReceived >= 45 && stats.packetsSent >= 40 && stats.bytesReceived > 5000, JSON.stringify(stats))
  assert.equal(stats.codec, 'PCMU')
  assert.deepEqual(stats.remote, { address: '127.0.0.1', port: a.peer.port })
  assert.ok(stats.mos !== undefined && stats.mos > 3 && stats.mos <= 4.5)
  const reasons: string[] = []
  a.endpoint.on('closed', (reason) => reasons.push(reason))
  const last = await a.endpoint.close()
  assert.ok(last.packetsReceived >= 45)
  assert.deepEqual(await a.endpoint.close(), last)
  assert.deepEqual(reasons, ['closed'])
  await assert.rejects(a.endpoint.negotiate('offer', a.peer.sdp()), { code: 'gone' })
})

behaviour('an answer that nobody has heard yet takes the codec of the other phone', async (t) => {
  const { phone } = await openEngine(t)
  const a = await phone({ codecs: '111 9 0' })
  assert.equal(a.endpoint.codec, 'opus')
  await a.endpoint.prefer(['PCMU'])
  assert.equal(a.endpoint.codec, 'PCMU')
  assert.match(a.endpoint.localSdp, /^m=audio \d+ RTP\/AVP 0 101\r$/m)
  a.peer.aim(a.endpoint.localSdp)
  const b = await phone()
  await a.endpoint.bridge(b.endpoint)
  const [fromA, fromB] = await bothSay(a, b)
  assert.ok(loudest(a, OTHER, 0, fromA) > 6500 && loudest(b, TONE, 0, fromB) > 6500)
})

behaviour('what an engine cannot do is refused', async (t) => {
  const { server, phone } = await openEngine(t)
  const { endpoint } = await phone()
  const { capabilities } = server
  const attempts: [boolean, () => Promise<unknown>][] = [
    [capabilities.tap, () => endpoint.tap({ sampleRate: 8000, onAudio: () => undefined })],
    [capabilities.conference, () => server.createConference('x')],
  ]
  for (const [can, attempt] of attempts) {
    if (can) await attempt()
    else await assert.rejects(attempt(), { code: 'unsupported' })
  }
})
