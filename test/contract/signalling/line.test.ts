/** The control wire within this process: the embedded engine and our wrapper of drachtio-srf without a socket between them. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { Refusal } from '../../../config/errors.ts'
import { connectSip } from '../../../pbx/sip/connect.ts'
import { startEmbedded, type EmbeddedSignalling } from '../../../pbx/signalling/embedded.ts'
import type { ControlLine } from '../../../pbx/signalling/control-line.ts'
import { newCall, request } from './call.ts'
import { udpPeer } from './peer.ts'
import { logger } from './target.ts'

async function engineFor(t: TestContext): Promise<EmbeddedSignalling> {
  const engine = await startEmbedded({ sip: { hosts: ['127.0.0.1'], port: 0, externalAddress: undefined } }, logger)
  t.after(() => engine.close())
  return engine
}

function frame(payload: string): string {
  return `${payload.length}#${payload}`
}

/** What comes in over a line, and its end. */
function heardOn(line: ControlLine): { until: (pattern: RegExp) => Promise<string>; closed: Promise<void> } {
  let heard = ''
  let look = (): void => undefined
  line.onText((text) => {
    heard += text
    look()
  })
  return {
    until: (pattern) => new Promise((resolve) => {
      look = () => {
        if (pattern.test(heard)) resolve(heard)
      }
      look()
    }),
    closed: new Promise((resolve) => line.onClosed(resolve)),
  }
}

test('srf serves phones over a line, bytes of every kind go through, and nothing is left after the end', async (t) => {
  const engine = await engineFor(t)
  let opened = 0
  const openLine = (): ControlLine => {
    opened++
    return engine.openLine()
  }
  const sip = await connectSip({ control: engine.control, openLine, trace: undefined, logger })
  assert.deepEqual(sip.listening.map((one) => one.replace(/\/.*/, '')).sort(), ['tcp', 'udp'])
  const phone = await udpPeer({ port: (engine.ports.udp ?? 0) })
  t.after(() => phone.close())
  sip.onRequest('MESSAGE', (incoming) => incoming.reply(202, { headers: { 'X-Heard': incoming.body }, contentType: 'text/plain', body: `${incoming.body} – ja` }))
  // The routes are on their way: until they are there the engine answers 503.
  let answer
  do {
    phone.send(request(phone, newCall(), 'MESSAGE', { headers: ['Content-Type: text/plain'], body: 'Grüße ☎' }))
    answer = await phone.take(/^SIP/)
  } while (answer.status === 503)
  assert.equal(answer.status, 202)
  const text = Buffer.from(answer.text, 'latin1').toString('utf8')
  assert.match(answer.text.includes('☎') ? answer.text : text, /X-Heard: Grüße ☎\r\n[^]*\r\n\r\nGrüße ☎ – ja$/)
  assert.equal(opened, 1)
  await sip.close()
  assert.equal(sip.connected, false)
  phone.send(request(phone, newCall(), 'MESSAGE'))
  assert.equal((await phone.take(/^SIP/)).status, 503)
})

test('a line that tells a wrong secret, or nonsense, is closed with the reason', async (t) => {
  const engine = await engineFor(t)
  await assert.rejects(
    connectSip({ control: { ...engine.control, secret: 'wrong' }, openLine: () => engine.openLine(), trace: undefined, logger }),
    (error) => error instanceof Refusal && error.code === 'unauthenticated',
  )
  for (const [said, reason] of [[frame('1|route|invite'), /NO\|authenticate first/], ['nonsense', /NO\|a frame without a length/]] as const) {
    const line = engine.openLine()
    const heard = heardOn(line)
    line.send(said)
    await heard.until(reason)
    await heard.closed
  }
})

test('a line that breaks is opened again, and what was going on is told', async (t) => {
  const engine = await engineFor(t)
  const lines: ControlLine[] = []
  const sip = await connectSip({ control: engine.control, openLine: () => (lines.push(engine.openLine()), lines.at(-1)!), trace: undefined, logger })
  t.after(() => sip.close())
  const states: boolean[] = []
  const again = new Promise<void>((resolve) => sip.onConnection((connected) => {
    states.push(connected)
    if (connected) resolve()
  }))
  const phone = await udpPeer({ port: (engine.ports.udp ?? 0) })
  t.after(() => phone.close())
  lines[0]!.close()
  await again
  assert.deepEqual(states, [false, true])
  assert.equal(lines.length, 2)
  assert.equal(sip.connected, true)
})
