/** Phones in browsers: who is believed about who is behind a connection, and how sound is judged. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { replacing } from '../../admin/softphone/kept-calls.ts'
import { mosOf } from '../../admin/softphone/quality.ts'
import { sign } from '../../api/softphone/tunnel.ts'
import { PEER_HEADER, peerOf } from '../../pbx/signalling/engine/transport/peer.ts'

const key = Buffer.alloc(32, 7)

test('the engine believes who is behind the tunnel, and nobody else who says so', () => {
  const header = sign(key, '::ffff:192.0.2.7', 40_000)[PEER_HEADER]
  assert.deepEqual(peerOf(header, key), { address: '192.0.2.7', port: 40_000 })
  assert.equal(peerOf(header, Buffer.alloc(32, 8)), undefined)
  assert.equal(peerOf(header?.replace('192.0.2.7', '192.0.2.8'), key), undefined)
  assert.equal(peerOf(header, undefined), undefined)
  assert.equal(peerOf('192.0.2.7 40000', key), undefined)
  assert.equal(peerOf(sign(key, 'unknown', 1)[PEER_HEADER], key), undefined)
})

test('sound is judged by delay and loss', () => {
  assert.ok(mosOf({ loss: 0, delayMs: 40 }) > 4.3)
  assert.ok(mosOf({ loss: 0.05, delayMs: 40 }) < 3.9)
  assert.ok(mosOf({ loss: 0, delayMs: 400 }) < mosOf({ loss: 0, delayMs: 100 }))
  assert.equal(mosOf({ loss: 1, delayMs: 2000 }), 1)
})

test('a kept call is named as the other side knows it (RFC 3891 §3)', () => {
  const kept = { callId: 'c@x', localTag: 'mine', remoteTag: 'theirs', number: '102', name: null, direction: 'out', answeredAt: 0, held: false, keptAt: 0 } as const
  assert.equal(replacing(kept), 'Replaces: c@x;to-tag=theirs;from-tag=mine')
})
