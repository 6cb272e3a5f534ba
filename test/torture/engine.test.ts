/** Every message of RFC 4475 and RFC 5118 to a running engine with a stock application behind it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { field, type Arrived, type Peer } from '../contract/signalling/peer.ts'
import { answersFor, APP_MARK, ordinaryCall, settled, startTestEngine, type TestEngine } from './ground.ts'
import { fileNames, messages, sentFrom, titleOf, type TortureMessage } from './messages.ts'
import { APP_INVITE, rfc4475, rfc5118 } from './table.ts'

const SLOW_PEER_MS = 150

test('no message is left out', () => {
  assert.deepEqual(rfc4475.map((row) => row.name).sort(), fileNames('rfc4475'))
  assert.deepEqual(rfc5118.map((row) => row.name).sort(), fileNames('rfc5118'))
  // 49 in the sections of RFC 4475, and one more in its archive; 12 in RFC 5118.
  assert.deepEqual([rfc4475.length, rfc5118.length], [50, 12])
})

const viasIn = (text: string): number => (text.match(/\bSIP[ \t\r\n]*\/[ \t\r\n]*\d\.\d[ \t\r\n]*\//gi) ?? []).length

/** A response repeats the Vias, Call-ID and CSeq of its request, whatever was wrong with it (RFC 3261 §8.2.6.2). */
function assertRepeats(message: TortureMessage, answer: Arrived): void {
  const head = message.bytes.toString('latin1').split('\r\n\r\n', 1)[0] ?? ''
  assert.equal(viasIn(answer.text.slice(8)), viasIn(head), 'Vias')
  assert.equal(field(answer.text, 'Call-ID'), message.callId)
  const cseq = /^cseq[ \t]*:\s*0*(\d+)\s+(\S+)/im.exec(head)
  assert.equal(field(answer.text, 'CSeq').replace(/^0+(?=\d)/, ''), `${cseq?.[1]} ${cseq?.[2]}`)
}

function assertAnswer(message: TortureMessage, status: number, peer: Peer): void {
  const answers = answersFor(peer, message.callId)
  assert.deepEqual(answers.map((answer) => answer.status), status === 0 ? [] : [status])
  for (const answer of answers) {
    assert.equal(field(answer.text, APP_MARK) === 'yes', message.by === 'app', 'answered by the application')
    assertRepeats(message, answer)
  }
}

for (const message of messages) {
  // A new engine for each, because many share a branch: one engine would take the second for a repetition of the first.
  test(titleOf(message), async (context) => {
    const open = async (): Promise<TestEngine> => {
      const server = await startTestEngine(SLOW_PEER_MS)
      context.after(() => server.close())
      return server
    }
    let server = await open()
    const phone = await server.peer('udp')
    phone.send(sentFrom(message, phone.port))
    await settled(phone)
    assertAnswer(message, message.udp, phone)
    await ordinaryCall(phone)

    // An INVITE that is in progress would be merged when it comes by a second way.
    if (message.udp === APP_INVITE) server = await open()
    const stream = await server.peer('tcp')
    stream.send(message.bytes)
    if (message.tcpEnds) await stream.closed
    else await settled(stream)
    assertAnswer(message, message.tcp ?? message.udp, stream)
    await ordinaryCall(message.tcpEnds ? await server.peer('tcp') : stream)
  })
}

test('one engine survives them all, over both transports, again and again', async (context) => {
  const server = await startTestEngine(SLOW_PEER_MS)
  context.after(() => server.close())
  const phone = await server.peer('udp')
  for (let round = 0; round < 5; round++) {
    for (const message of messages) {
      phone.send(message.bytes)
      const stream = await server.peer('tcp')
      stream.send(message.bytes)
      if (message.tcpEnds) await stream.closed
      await stream.close()
    }
  }
  await ordinaryCall(phone)
  const { pending, dialogs } = await server.engine.status()
  assert.deepEqual({ pending, dialogs }, { pending: { incoming: 0, outgoing: 0, forwarded: 0 }, dialogs: 0 })
})

test('the table', (context) => {
  const column = (text: string, width: number): string => text.padEnd(width)
  const shown = (status: number): string => (status === 0 ? '-' : String(status))
  for (const message of messages) {
    const tcp = `${shown(message.tcp ?? message.udp)}${message.tcpEnds ? ' end' : ''}`
    context.diagnostic([column(titleOf(message), 48), column(shown(message.udp), 4), column(tcp, 8), column(message.by === 'app' ? 'app' : '', 4), column(shown(message.house), 4), `${message.about}: ${message.why}`].join(' '))
  }
})
