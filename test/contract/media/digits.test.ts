import assert from 'node:assert/strict'
import { behaviour, next, openEngine } from './engine.ts'
import { samplesOf, strength } from './rtp-peer.ts'

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
})

behaviour('digits are sent as events', async (t) => {
  const { phone } = await openEngine(t)
  const { peer, endpoint } = await phone()
  await endpoint.sendDigits('7*', { durationMs: 60, gapMs: 60 })
  await peer.until((heard) => heard.length >= 12)
  assert.deepEqual(peer.heard.map((packet) => packet.payload[0]), [7, 7, 7, 7, 7, 7, 10, 10, 10, 10, 10, 10])
  assert.ok(peer.heard.every((packet) => packet.payloadType === 101))
  assert.deepEqual(peer.heard.map((packet) => packet.marker), [true, false, false, false, false, false, true, false, false, false, false, false])
  await assert.rejects(endpoint.sendDigits('1x'), { code: 'unprocessable' })
})

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
})

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
})
