import assert from 'node:assert/strict'
import { behaviour, next, openEngine } from './engine.ts'
import { anew, inband, zero } from './other-way.ts'
import { muLaw, samplesOf, strength, talk, type RtpPeer } from './rtp-peer.ts'

behaviour('digits are reported once and relayed under the other phone\'s payload type', async (t) => {
  const { phone } = await openEngine(t)
  const [a, b] = [await phone({ events: 101 }), await phone({ events: 96 })]
  await a.endpoint.bridge(b.endpoint)
  const digits: [string, number][] = []
  const both = new Promise<void>((resolve) => {
    a.endpoint.on('digit', (digit, duration) => { if (digits.push([digit, duration]) === 2) resolve() })
  })
  a.peer.press(1)
  a.peer.press(11)
  await Promise.all([both, b.peer.until((heard) => heard.length === 12)])
  assert.deepEqual(digits, [['1', 60], ['#', 60]])
  assert.ok(b.peer.heard.every((packet) => packet.payloadType === 96))
  assert.deepEqual([...b.peer.heard[5]!.payload], [1, 0x8a, 1, 224])
  assert.equal(new Set(b.peer.heard.slice(0, 6).map((packet) => packet.timestamp)).size, 1)
}, false, anew)

behaviour('digits are sent as events', async (t) => {
  const { phone } = await openEngine(t)
  const { peer, endpoint } = await phone()
  await endpoint.sendDigits('7*', { durationMs: 60, gapMs: 60 })
  await peer.until((heard) => heard.length >= 12)
  assert.deepEqual(peer.heard.map((packet) => packet.payload[0]), [7, 7, 7, 7, 7, 7, 10, 10, 10, 10, 10, 10])
  assert.ok(peer.heard.every((packet) => packet.payloadType === 101))
  assert.deepEqual(peer.heard.map((packet) => packet.marker), [true, false, false, false, false, false, true, false, false, false, false, false])
  await assert.rejects(endpoint.sendDigits('1x'), { code: 'unprocessable' })
}, false, anew)

behaviour('to a phone that takes no events digits are sent as tones', async (t) => {
  const { phone } = await openEngine(t)
  const { peer, endpoint } = await phone()
  const without = peer.sdp().split('\r\n').filter((line) => !line.includes('101 ')).map((line) => line.replace('AVP 0 101', 'AVP 0')).join('\r\n')
  assert.doesNotMatch(await endpoint.negotiate('offer', without), /telephone-event/)
  await endpoint.sendDigits('5', { durationMs: 100, gapMs: 60 })
  await peer.until((heard) => heard.length >= 5)
  const samples = samplesOf(peer.heard.slice(0, 5))
  assert.ok(strength(samples, 770) > 2500)
  assert.ok(strength(samples, 1336) > 2500)
}, false, anew)

behaviour('collect gathers what is typed and stops at the terminator', async (t) => {
  const { phone } = await openEngine(t)
  const { peer, endpoint } = await phone()
  const collected = endpoint.collect({
    max: 8, terminators: '#', firstDigitMs: 10_000, interDigitMs: 10_000, prompt: { kind: 'tone', frequencies: [440], cadenceMs: [20_000] },
  })
  await peer.until((heard) => heard.length > 0)
  peer.press(4)
  peer.press(2)
  peer.press(11)
  assert.deepEqual(await collected, { digits: '42', ended: 'terminator' })
  const closed = endpoint.collect({ max: 8, firstDigitMs: 10_000, interDigitMs: 10_000 })
  const typed = next(endpoint, 'digit')
  peer.press(1)
  await typed
  await endpoint.close()
  assert.deepEqual(await closed, { digits: '1', ended: 'closed' })
}, false, anew)

/** The SDP of a phone that takes no events. */
function withoutEvents(peer: RtpPeer): string {
  return peer.sdp().split('\r\n').filter((line) => !line.includes('101 ')).map((line) => line.replace('AVP 0 101', 'AVP 0')).join('\r\n')
}

/** 100 ms of a digit's tones, 100 ms of silence. */
function sound(peer: RtpPeer, low: number, high: number): void {
  for (let packet = 0; packet < 10; packet += 1) {
    peer.send(0, 0, Buffer.from(Array.from({ length: 160 }, (_, i) => {
      const t = (2 * Math.PI * (packet * 160 + i)) / 8000
      return packet < 5 ? muLaw(Math.round(4000 * (Math.sin(low * t) + Math.sin(high * t)))) : 0xff
    })))
  }
}

for (const workers of [1, 2]) {
  behaviour(`digits in the sound become events, and events become tones (${workers === 1 ? 'one worker' : 'two workers'})`, async (t) => {
    const { phone } = await openEngine(t, { workers })
    const [old, modern] = [await phone({}, 'one'), await phone({}, 'two')]
    await old.endpoint.negotiate('offer', withoutEvents(old.peer))
    await old.endpoint.bridge(modern.endpoint)
    const pressed = next(old.endpoint, 'digit')
    sound(old.peer, 770, 1336)
    sound(old.peer, 852, 1209)
    assert.equal((await pressed)[0], '5')
    await modern.peer.until((heard) => new Set(heard.filter((packet) => packet.payloadType === 101).map((packet) => packet.timestamp)).size === 2)
    const codes = modern.peer.heard.filter((packet) => packet.payloadType === 101).map((packet) => packet.payload[0])
    assert.deepEqual([...new Set(codes)], [5, 7])
    const before = old.peer.heard.length
    modern.peer.press(3)
    await old.peer.until((heard) => heard.length >= before + 5)
    const tones = samplesOf(old.peer.heard.slice(before, before + 5))
    assert.ok(strength(tones, 697) > 2500 && strength(tones, 1477) > 2500, `${strength(tones, 697)} and ${strength(tones, 1477)}`)
    // What both understand is left alone: what is said goes on.
    const since = modern.peer.heard.length
    await talk(15, { peer: old.peer, frequency: 300 })
    await modern.peer.until((heard) => heard.slice(since).filter((packet) => packet.payloadType === 0).length >= 10)
  }, false, inband)
}

behaviour('a digit by signalling is heard, collected and sent on as the other phone takes it', async (t) => {
  const { phone } = await openEngine(t)
  const [a, b] = [await phone(), await phone({ events: 96 })]
  const collected = a.endpoint.collect({ max: 2, firstDigitMs: 10_000, interDigitMs: 10_000 })
  await a.endpoint.hearDigit('4', 160)
  a.peer.press(2)
  assert.deepEqual(await collected, { digits: '42', ended: 'max' })
  await a.endpoint.bridge(b.endpoint)
  await a.endpoint.hearDigit('#', 160)
  await a.endpoint.hearDigit('1', 160)
  await b.peer.until((heard) => heard.filter((packet) => (packet.payload[1]! & 0x80) !== 0).length === 6)
  assert.deepEqual([...new Set(b.peer.heard.map((packet) => packet.payload[0]))], [11, 1])
  await assert.rejects(a.endpoint.hearDigit('12', 160), { code: 'unprocessable' })
}, false, anew)

behaviour('what is typed before it is asked for is not lost', async (t) => {
  const { phone } = await openEngine(t)
  const { peer, endpoint } = await phone()
  let typed = 0
  const three = new Promise<void>((resolve) => { endpoint.on('digit', () => { if ((typed += 1) === 3) resolve() }) })
  for (const event of [1, 2, 3]) peer.press(event)
  await three
  const prompt = { kind: 'tone', frequencies: [440], cadenceMs: [10_000] } as const
  assert.deepEqual(await endpoint.collect({ max: 2, firstDigitMs: 10_000, interDigitMs: 10_000, prompt }), { digits: '12', ended: 'max' })
  const rest = endpoint.collect({ max: 2, firstDigitMs: 10_000, interDigitMs: 10_000, prompt })
  peer.press(4)
  assert.deepEqual(await rest, { digits: '34', ended: 'max' })
})

behaviour('no digit of the first moment is lost: before any sound of the phone, between it, and while a prompt begins', async (t) => {
  const { phone } = await openEngine(t)
  const { peer, endpoint } = await phone()
  let typed = ''
  const all = new Promise<void>((resolve) => { endpoint.on('digit', (digit) => { if ((typed += digit).length === 6) resolve() }) })
  peer.press(9)
  const stop = new AbortController()
  const prompt = endpoint.play({ kind: 'tone', frequencies: [440], cadenceMs: [10_000] }, { signal: stop.signal })
  // A phone marks its first packet of sound.
  peer.sendRaw(0, Buffer.alloc(160, 0xff), true)
  peer.timestamp = (peer.timestamp + 160) >>> 0
  for (const event of [7, 4, 7]) {
    peer.press(event)
    await talk(3, { peer, frequency: 300 })
  }
  await peer.until((heard) => heard.length > 0)
  for (const event of [1, 11]) peer.press(event)
  await all
  assert.equal(typed, '97471#')
  stop.abort()
  assert.equal((await prompt).ended, 'aborted')
})

behaviour('a digit whose timestamp is 0 is one like any other', async (t) => {
  const { phone } = await openEngine(t)
  const { peer, endpoint } = await phone()
  const pressed = next(endpoint, 'digit')
  peer.timestamp = 0
  peer.press(5)
  assert.equal((await pressed)[0], '5')
}, false, zero)

behaviour('a peer that has digits by signalling: those of the other phone, and those that are sent, are told for it', async (t) => {
  const { phone } = await openEngine(t)
  const [carrier, modern] = [await phone({}, 'call', { dtmf: 'info' }), await phone()]
  assert.doesNotMatch(carrier.endpoint.localSdp, /telephone-event/)
  await carrier.endpoint.bridge(modern.endpoint)
  let out = ''
  const told = (wanted: string): Promise<void> => new Promise((resolve) => {
    if (out === wanted) resolve()
    else carrier.endpoint.on('digit-out', () => { if (out === wanted) resolve() })
  })
  carrier.endpoint.on('digit-out', (digit, durationMs) => {
    out += digit
    assert.ok(durationMs > 0)
  })
  modern.peer.press(5)
  await told('5')
  await modern.endpoint.hearDigit('#', 160)
  await told('5#')
  await carrier.endpoint.sendDigits('90', { durationMs: 80, gapMs: 60 })
  await told('5#90')
  assert.equal(carrier.peer.heard.filter(({ payloadType }) => payloadType === 101).length, 0)
  const digit = next(carrier.endpoint, 'digit')
  await carrier.endpoint.hearDigit('3', 160)
  assert.equal((await digit)[0], '3')
}, false)

behaviour('a peer that has digits in the sound hears events of the other phone as tones', async (t) => {
  const { phone } = await openEngine(t)
  const [carrier, modern] = [await phone({}, 'call', { dtmf: 'inband' }), await phone()]
  assert.doesNotMatch(carrier.endpoint.localSdp, /telephone-event/)
  await carrier.endpoint.bridge(modern.endpoint)
  const talking = talk(100, { peer: modern.peer, frequency: 0 }, { peer: carrier.peer, frequency: 0 })
  modern.peer.press(3)
  await carrier.peer.until((heard) => heard.some(({ payload }, at) => {
    const samples = samplesOf(heard.slice(at, at + 3))
    return payload.length === 160 && samples.length === 480 && strength(samples, 697) > 800 && strength(samples, 1477) > 800
  }))
  await talking
  assert.equal(carrier.peer.heard.filter(({ payloadType }) => payloadType === 101).length, 0)
}, false)
