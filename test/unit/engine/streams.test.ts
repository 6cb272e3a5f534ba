import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFramer } from '../../../pbx/signalling/engine/transport/framing.ts'
import { createFrameReader } from '../../../pbx/signalling/engine/wire/frames.ts'

function framed(limit = 65_535) {
  const messages: string[] = []
  const broken: string[] = []
  const stun: string[] = []
  let pings = 0
  const framer = createFramer(limit, { onMessage: (text) => messages.push(text), onPing: () => pings++, onStun: (bytes) => stun.push(bytes), onBroken: (reason) => broken.push(reason) })
  return { framer, messages, broken, stun, pings: () => pings }
}

const message = (body: string, name = 'Content-Length') => `OPTIONS sip:a SIP/2.0\r\nVia: x\r\n${name}: ${body.length}\r\n\r\n${body}`

test('messages are cut out wherever the stream is split', () => {
  const all = ['', 'body', 'two\r\n\r\nparts', 'x'.repeat(500)].map((body) => message(body))
  const stream = all.join('')
  for (const size of [1, 2, 3, 7, 64, 10_000]) {
    const { framer, messages } = framed()
    for (let i = 0; i < stream.length; i += size) framer.push(stream.slice(i, i + size))
    assert.deepEqual(messages, all, `pieces of ${size}`)
    assert.equal(framer.partial, false)
  }
})

test('compact and odd Content-Length, none at all, bare line feeds', () => {
  const { framer, messages } = framed()
  const texts = [message('hello', 'l'), message('hello', 'CONTENT-LENGTH  '), 'OPTIONS sip:a SIP/2.0\r\nVia: x\r\n\r\n', message('hi').replaceAll('\r\n', '\n')]
  framer.push(texts.join(''))
  assert.deepEqual(messages, texts)
})

test('double line ends between messages are pings; a single one is skipped', () => {
  const { framer, messages, pings } = framed()
  framer.push('\r\n')
  assert.equal(framer.partial, false)
  framer.push('\r\n')
  assert.equal(pings(), 1)
  framer.push('\r\n\r\n')
  assert.equal(pings(), 2)
  framer.push(`\r\n${message('x')}`)
  assert.equal(messages.length, 1)
  assert.equal(pings(), 2)
})

test('a message or a head over the limit breaks the stream', () => {
  const long = framed(200)
  long.framer.push(message('x'.repeat(300)))
  assert.equal(long.broken.length, 1)
  const endless = framed(200)
  endless.framer.push(`OPTIONS sip:a SIP/2.0\r\nX: ${'x'.repeat(300)}`)
  assert.equal(endless.broken.length, 1)
  endless.framer.push(message('fine'))
  assert.deepEqual(endless.messages, [])
})

function wire(limit = 1000) {
  const frames: string[] = []
  const garbled: string[] = []
  return { frames, garbled, reader: createFrameReader(limit, { onFrame: (payload) => frames.push(payload), onGarbled: (reason) => garbled.push(reason) }) }
}

test('frames of the control wire, split anywhere', () => {
  const payloads = ['a|ping', 'b|sip|||\r\nOPTIONS x SIP/2.0\r\n\r\n12#34', '#', 'y'.repeat(900)]
  const stream = payloads.map((payload) => `${payload.length}#${payload}`).join('')
  for (const size of [1, 2, 5, 31, 5000]) {
    const { frames, reader } = wire()
    for (let i = 0; i < stream.length; i += size) reader.push(stream.slice(i, i + size))
    assert.deepEqual(frames, payloads, `pieces of ${size}`)
  }
})

test('garbled lengths are told once and nothing more is read', () => {
  for (const bytes of ['x#', '#', '12x#', '-5#hello', '0#', '99999999999#', '1001#', ' 5#hello']) {
    const { frames, garbled, reader } = wire()
    reader.push(bytes)
    reader.push('6#a|ping')
    assert.equal(garbled.length, 1, bytes)
    assert.deepEqual(frames, [])
  }
})

test('a frame that was read before the garbage counts; the limit can be raised', () => {
  const { frames, garbled, reader } = wire(10)
  reader.push('6#a|ping')
  reader.allow(2000)
  reader.push(`1500#${'z'.repeat(1500)}nonsense`)
  assert.equal(frames.length, 2)
  assert.equal(garbled.length, 1)
})

const binding = '\0\x01\0\0\x21\x12\xa4\x42abcdefghijkl'

test('STUN between messages is told apart from SIP wherever the stream is split', () => {
  const stream = binding + message('body') + '\r\n\r\n' + binding + binding + message('')
  for (const size of [1, 3, 7, 10_000]) {
    const { framer, messages, stun, pings } = framed()
    for (let i = 0; i < stream.length; i += size) framer.push(stream.slice(i, i + size))
    assert.deepEqual(messages, [message('body'), message('')], `pieces of ${size}`)
    assert.deepEqual(stun, [binding, binding, binding])
    assert.equal(pings(), 1)
    assert.equal(framer.partial, false)
  }
})

test('what begins like STUN and is none, or is too long, breaks the stream; half a STUN message is waited for', () => {
  for (const bad of ['\0\x01\0\0garbage!', `\0\x01\x10\0${binding.slice(4)}`]) {
    const { framer, broken } = framed()
    framer.push(bad)
    assert.deepEqual(broken, ['No SIP'])
  }
  const { framer, broken } = framed()
  framer.push(binding.slice(0, 12))
  assert.deepEqual(broken, [])
  assert.equal(framer.partial, true)
})
