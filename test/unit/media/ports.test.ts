import assert from 'node:assert/strict'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { test } from 'node:test'
import { closePair, NoPorts, Ports } from '../../../media/embedded/worker/ports.ts'

const timing = { drainIdleMs: 5000, drainMaxMs: 10_000 }
const any = { first: 0, last: 0, step: 2 }

/** An even port that is free now with its neighbour, found by asking the kernel. */
async function freePair(): Promise<number> {
  const ports = new Ports('127.0.0.1', any, timing)
  const pair = await ports.open()
  await closePair(pair)
  return pair.port
}

async function sender(): Promise<Socket> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return socket
}

test('a pair is an even port and the next one', async () => {
  const ports = new Ports('127.0.0.1', any, timing)
  const pair = await ports.open()
  assert.equal(pair.port % 2, 0)
  assert.equal(pair.rtp.address().port, pair.port)
  assert.equal(pair.rtcp.address().port, pair.port + 1)
  await closePair(pair)
})

test('a closed pair drains: bound, deaf, not given out, until it is quiet', async () => {
  const first = await freePair()
  const ports = new Ports('127.0.0.1', { first, last: first + 1, step: 2 }, timing)
  const pair = await ports.open()
  let heard = 0
  pair.rtp.on('message', () => { heard += 1 })
  ports.release(pair)
  assert.equal(ports.draining, 1)
  await assert.rejects(ports.open(), NoPorts)

  // A stranger still talks: the pair hears it without passing it on.
  const stranger = await sender()
  const arrived = once(pair.rtp, 'message')
  stranger.send('late audio', pair.port, '127.0.0.1')
  await arrived
  assert.equal(heard, 0)
  const now = performance.now()
  ports.sweep(now + 4000)
  assert.equal(ports.draining, 1, 'not quiet for long enough')

  const closed = Promise.all([once(pair.rtp, 'close'), once(pair.rtcp, 'close')])
  ports.sweep(now + 6000)
  assert.equal(ports.draining, 0)
  await closed
  // The port is free again once the sockets are really closed.
  await new Promise((resolve) => { setImmediate(resolve) })
  const again = await ports.open()
  assert.equal(again.port, first)
  await closePair(again)
  stranger.close()
})

test('however much a stranger talks, draining ends', async () => {
  const ports = new Ports('127.0.0.1', any, timing)
  const pair = await ports.open()
  const closed = once(pair.rtp, 'close')
  ports.release(pair)
  pair.rtp.emit('message', Buffer.alloc(1), {})
  ports.sweep(performance.now() + 10_001)
  assert.equal(ports.draining, 0)
  await closed
})

test('stopping closes draining pairs at once', async () => {
  const ports = new Ports('127.0.0.1', any, timing)
  const pair = await ports.open()
  const closed = once(pair.rtp, 'close')
  ports.release(pair)
  await Promise.all([ports.close(), closed])
  assert.equal(ports.draining, 0)
})

test('a port somebody else holds is stepped over', async () => {
  const first = await freePair()
  const other = createSocket('udp4')
  other.bind({ address: '127.0.0.1', port: first + 1, exclusive: true })
  await once(other, 'listening')
  const ports = new Ports('127.0.0.1', { first, last: first + 1, step: 2 }, timing)
  await assert.rejects(ports.open(), NoPorts)
  await new Promise<void>((resolve) => { other.close(() => resolve()) })
  const pair = await ports.open()
  assert.equal(pair.port, first)
  await closePair(pair)
})

test('drained pairs stay bound up to a number, deaf, and are given out first; stopping closes them', async () => {
  const ports = new Ports('127.0.0.1', any, timing, 1)
  const [one, two] = [await ports.open(), await ports.open()]
  let heard = 0
  one.rtp.on('message', () => { heard += 1 })
  ports.release(one)
  ports.release(two)
  const closed = once(two.rtp, 'close')
  ports.sweep(performance.now() + 6000)
  await closed
  const again = await ports.open()
  assert.equal(again, one)
  const stranger = await sender()
  const arrived = once(again.rtp, 'message')
  stranger.send('for the new call', again.port, '127.0.0.1')
  assert.equal(String((await arrived)[0]), 'for the new call')
  assert.equal(heard, 0, 'the listener of the call before is gone')
  stranger.close()
  ports.release(again)
  ports.sweep(performance.now() + 6000)
  await Promise.all([ports.close(), once(one.rtp, 'close')])
})
