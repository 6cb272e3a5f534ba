/** Starting and stopping, what is refused and how, and the trace. */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import { test } from 'node:test'
import type { Worker } from 'node:worker_threads'
import { Refusal } from '../../../config/errors.ts'
import { startSignalling, type TraceRecord } from '../../../pbx/signalling/index.ts'
import { ackFailure, invite, newCall, request } from './call.ts'
import { authenticated } from './frames.ts'
import { behaves, logger } from './target.ts'
import { plainSip } from '../../support/plain-sip.ts'

const settings = (port: number, drachtio?: { host: string; port: number; secret: string }) => ({ home: '/nowhere', sip: { ...plainSip, port, drachtio }, session: { expires: 0, min: 90 } })

function refusal(pattern: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof Refusal && pattern.test(error.message)
}

test('a taken port stops the start with a sentence that says which and what to set', async () => {
  const udp = createSocket('udp4')
  await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve))
  await assert.rejects(startSignalling({ settings: settings(udp.address().port), logger }), refusal(new RegExp(`127\\.0\\.0\\.1:${udp.address().port}/udp is taken.*SIP_PORT`)))
  await new Promise<void>((resolve) => udp.close(() => resolve()))

  const tcp = createServer()
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve))
  const { port } = tcp.address() as { port: number }
  await assert.rejects(startSignalling({ settings: settings(port), logger }), refusal(new RegExp(`127\\.0\\.0\\.1:${port}/tcp is taken.*SIP_PORT`)))
  await new Promise<void>((resolve) => tcp.close(() => resolve()))
})

test('an address that is not ours stops the start', async () => {
  await assert.rejects(startSignalling({ settings: { ...settings(0), sip: { ...settings(0).sip, hosts: ['192.0.2.254'] } }, logger }), refusal(/192\.0\.2\.254 is not an address of this machine.*SIP_HOST/))
})

test('the secret is fresh at each start, and after close the ports are free', async () => {
  const first = await startSignalling({ settings: settings(0), logger })
  const wire = await authenticated(first.control)
  await Promise.all([first.close(), first.close()])
  await wire.closed
  const second = await startSignalling({ settings: settings(0), logger })
  assert.notEqual(second.control.secret, first.control.secret)
  assert.equal(second.external, false)
  await second.close()
})

test('a worker that dies is reported, once, and close still returns', async () => {
  const made = new Promise<Worker>((resolve) => process.once('worker', resolve))
  const signalling = await startSignalling({ settings: settings(0), logger })
  const reported = new Promise<string>((resolve) => signalling.onFailure(resolve))
  await (await made).terminate()
  assert.match(await reported, /ended/)
  assert.match(await new Promise<string>((resolve) => signalling.onFailure(resolve)), /ended/)
  await signalling.close()
})

test('a drachtio-server that is not there stops the start with a sentence', async () => {
  const gone = createServer()
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
  const { port } = gone.address() as { port: number }
  await new Promise<void>((resolve) => gone.close(() => resolve()))
  await assert.rejects(startSignalling({ settings: settings(0, { host: '127.0.0.1', port, secret: 'x' }), logger }), refusal(new RegExp(`127\\.0\\.0\\.1:${port}.*DRACHTIO`)))
})

test('a drachtio-server that is there is used as it is, without a trace', async () => {
  // It takes the secret, and hangs up on what it does not know.
  const there = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.setEncoding('latin1').on('data', (frame: string) => {
      const [id = '', verb] = frame.slice(frame.indexOf('#') + 1).split('|')
      if (verb !== 'authenticate') return socket.destroy()
      const answer = `00000000-0000-4000-8000-000000000001|response|${id}|OK|udp/127.0.0.1:5060|v0.9.10|`
      socket.write(`${answer.length}#${answer}`)
    })
  })
  await new Promise<void>((resolve) => there.listen(0, '127.0.0.1', resolve))
  const { port } = there.address() as { port: number }
  const signalling = await startSignalling({ settings: settings(0, { host: '127.0.0.1', port, secret: 'x' }), logger })
  assert.deepEqual(signalling.control, { host: '127.0.0.1', port, secret: 'x' })
  assert.equal(signalling.trace, undefined)
  assert.equal(signalling.external, true)
  await signalling.close()
  await new Promise<void>((resolve) => there.close(() => resolve()))
})

behaves('the trace has every message of a call, repeats marked, and neither REGISTER nor OPTIONS', { embeddedOnly: 'the real server keeps its messages to itself' }, async (scene) => {
  const { engine } = scene.target
  const records: TraceRecord[] = []
  let wanted = () => false
  let done: () => void = () => undefined
  const off = engine?.trace?.((batch) => {
    records.push(...batch)
    if (wanted()) done()
  })
  await scene.app((srf) => {
    srf.register((_req, res) => res.send(200))
    srf.options((_req, res) => res.send(200))
    srf.invite((_req, res) => res.send(180))
  })
  const phone = await scene.udp()
  for (const method of ['REGISTER', 'OPTIONS']) {
    phone.send(request(phone, newCall(), method))
    await phone.take(`200 ${method}`)
  }
  const call = newCall()
  const text = invite(phone, call, { headers: ['Subject: Grüße'] })
  phone.send(text)
  await phone.take('180')
  phone.send(text)
  await phone.take('180')
  phone.send(request(phone, call, 'CANCEL'))
  await phone.take('200 CANCEL')
  const terminated = await phone.take('487')
  const all = new Promise<void>((resolve) => (done = resolve))
  wanted = () => records.some((record) => record.text.startsWith('ACK'))
  phone.send(ackFailure(phone, call, terminated))
  if (!wanted()) await all
  assert.deepEqual(records.map((record) => [record.direction, record.repeat, record.text.split(' ').slice(0, record.direction === 'out' ? 2 : 1).join(' ')]), [
    ['in', false, 'INVITE'], ['out', false, 'SIP/2.0 100'], ['out', false, 'SIP/2.0 180'], ['in', true, 'INVITE'], ['out', true, 'SIP/2.0 180'],
    ['in', false, 'CANCEL'], ['out', false, 'SIP/2.0 200'], ['out', false, 'SIP/2.0 487'], ['in', false, 'ACK'],
  ])
  const [first] = records
  assert.equal(first?.text, text)
  assert.equal(first?.callId, call.callId)
  assert.equal(first?.peer, `127.0.0.1:${phone.port}`)
  assert.equal(first?.local, `127.0.0.1:${scene.target.sip.port}`)
  assert.equal(first?.transport, 'udp')
  assert.equal(records.every((record, i) => i === 0 || record.at >= (records[i - 1]?.at ?? 0)), true)
  off?.()
})
