import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClientTransaction } from '../../../pbx/signalling/engine/transaction/client.ts'
import { createTransactionLayer } from '../../../pbx/signalling/engine/transaction/layer.ts'
import { inviteClient, inviteServer, otherClient, otherServer } from '../../../pbx/signalling/engine/transaction/tables.ts'
import type { Flow } from '../../../pbx/signalling/engine/transport/flow.ts'
import { fakeTimers, fakeWire, read, requestText, responseText, tcp, udp, type FakeWire } from './fake.ts'

function client(method: string, flow: Flow, wire: FakeWire = fakeWire()) {
  const layer = createTransactionLayer(wire, () => undefined)
  const heard: number[] = []
  const failures: string[] = []
  const transaction: ClientTransaction = layer.createClient(
    { method, branch: 'z9hG4bKone', callId: 'c1', text: requestText(method), ackFor: method === 'INVITE' ? () => requestText('ACK') : undefined },
    flow, true, { onResponse: (response) => heard.push(response.status), onClientFailure: (reason) => failures.push(reason) },
  )
  transaction.start()
  const answer = (status: number, toTag = 'b') => layer.findClient(read(responseText(status, method, toTag)))?.receive(read(responseText(status, method, toTag)))
  return { wire, layer, transaction, heard, failures, answer }
}

function server(method: string, flow: Flow, wire: FakeWire = fakeWire()) {
  const ended: string[] = []
  const layer = createTransactionLayer(wire, (transaction) => ended.push(transaction.key))
  const transaction = layer.createServer(read(requestText(method)), flow, true)
  const failures: string[] = []
  transaction.user = { onServerFailure: (_transaction, reason) => failures.push(reason) }
  const respond = (status: number) => transaction.respond(status, responseText(status, method))
  const again = () => layer.findServer(read(requestText(method)), method)?.again()
  const ack = () => layer.findServer(read(requestText('ACK', 'z9hG4bKone', ';tag=b')), 'INVITE')?.acknowledged()
  return { wire, layer, transaction, failures, ended, respond, again, ack }
}

const times = (wire: FakeWire) => wire.sent.map((one) => one.at)

test('INVITE client over UDP: repeated at T1, 2T1, 4T1 …; timer B at 64*T1', () => {
  const { wire, failures, layer } = client('INVITE', udp)
  wire.timers.advance(31_999)
  assert.deepEqual(times(wire), [0, 500, 1500, 3500, 7500, 15_500, 31_500])
  assert.deepEqual(failures, [])
  wire.timers.advance(1)
  assert.deepEqual(failures, ['timeout'])
  assert.equal(layer.counts.client, 0)
  assert.equal(wire.timers.running, 0)
})

test('INVITE client over TCP: nothing is repeated, timer B runs', () => {
  const { wire, failures } = client('INVITE', tcp)
  wire.timers.advance(40_000)
  assert.deepEqual(times(wire), [0])
  assert.deepEqual(failures, ['timeout'])
})

test('INVITE client: a provisional response ends the repetition, and no timer ends the ringing', () => {
  const { wire, answer, heard, failures } = client('INVITE', udp)
  wire.timers.advance(600)
  answer(180)
  wire.timers.advance(600_000)
  assert.deepEqual(times(wire), [0, 500])
  assert.deepEqual([heard, failures], [[180], []])
})

test('INVITE client: a failure is acknowledged, as often as it comes, and told once; over UDP for 32 s', () => {
  const { wire, answer, heard, layer } = client('INVITE', udp)
  answer(100)
  answer(486)
  answer(486)
  assert.deepEqual(wire.sent.map((one) => [one.text.split(' ')[0], one.repeat]), [['INVITE', false], ['ACK', false], ['ACK', true]])
  assert.deepEqual(heard, [100, 486])
  wire.timers.advance(31_999)
  assert.equal(layer.counts.client, 1)
  wire.timers.advance(1)
  assert.equal(layer.counts.client, 0)
})

test('INVITE client: over TCP a failure ends it at once', () => {
  const { wire, answer, layer } = client('INVITE', tcp)
  answer(486)
  wire.timers.advance(0)
  assert.equal(layer.counts.client, 0)
})

test('INVITE client, RFC 6026: every 2xx is told, for 64*T1', () => {
  const { wire, answer, heard, layer } = client('INVITE', udp)
  answer(200, 'one')
  answer(200, 'one')
  answer(200, 'two')
  answer(180, 'three')
  assert.deepEqual(heard, [200, 200, 200])
  assert.equal(wire.sent.length, 1)
  wire.timers.advance(32_000)
  assert.equal(layer.counts.client, 0)
  answer(200, 'late')
  assert.equal(heard.length, 3)
})

test('other client over UDP: repeated up to every T2, timer F at 64*T1', () => {
  const { wire, failures } = client('OPTIONS', udp)
  wire.timers.advance(31_999)
  assert.deepEqual(times(wire), [0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500])
  wire.timers.advance(1)
  assert.deepEqual(failures, ['timeout'])
})

test('other client: after a provisional response every T2', () => {
  const { wire, answer } = client('OPTIONS', udp)
  wire.timers.advance(100)
  answer(100)
  wire.timers.advance(9000)
  assert.deepEqual(times(wire), [0, 500, 4500, 8500])
})

test('other client: the final response is told once, repeats are absorbed for T4', () => {
  const { wire, answer, heard, layer } = client('OPTIONS', udp)
  answer(200)
  answer(200)
  assert.deepEqual(heard, [200])
  wire.timers.advance(4999)
  assert.equal(layer.counts.client, 1)
  wire.timers.advance(1)
  assert.equal(layer.counts.client, 0)
  assert.equal(wire.timers.running, 0)
})

test('a client that cannot send reports it once', () => {
  for (const method of ['INVITE', 'OPTIONS']) {
    const wire = fakeWire()
    wire.failNext = true
    const { failures, layer } = client(method, udp, wire)
    assert.deepEqual(failures, ['transport'], method)
    assert.equal(layer.counts.client, 0)
    assert.equal(wire.timers.running, 0)
  }
})

test('a response with another method or branch matches nothing', () => {
  const { layer } = client('INVITE', udp)
  assert.equal(layer.findClient(read(responseText(200, 'CANCEL'))), undefined)
  assert.equal(layer.findClient(read(responseText(200, 'INVITE', 'b', 'z9hG4bKtwo'))), undefined)
})

test('INVITE server: a repeated INVITE gets the last response again', () => {
  const { wire, respond, again } = server('INVITE', udp)
  respond(100)
  again()
  respond(180)
  again()
  assert.deepEqual(wire.sent.map((one) => [one.text.slice(8, 11), one.repeat]), [['100', false], ['100', true], ['180', false], ['180', true]])
})

test('a response whose source is gone goes where the sender says it is (RFC 3263 §5); when nobody is there either, once more is told', async () => {
  const wire = fakeWire()
  wire.senders = [{ ...udp, port: 5070 }, { ...udp, port: 5080 }]
  const { respond, failures, layer } = server('OPTIONS', udp, wire)
  wire.failNext = true
  respond(200)
  await Promise.resolve()
  assert.deepEqual(wire.sent.map((one) => [one.port, one.repeat]), [[5060, false], [5070, true]])
  assert.deepEqual(failures, [])
  assert.equal(layer.counts.server, 1)
  const lost = fakeWire()
  lost.senders = [{ ...udp, port: 5070 }]
  const gone = server('OPTIONS', udp, lost)
  lost.fail = true
  gone.respond(200)
  await Promise.resolve()
  assert.deepEqual(lost.sent.map((one) => one.port), [5060, 5070])
  assert.deepEqual(gone.failures, ['transport'])
})

test('INVITE server over UDP: a failure is repeated up to every T2 until its ACK; without one timer H tells', () => {
  const { wire, respond, failures, layer } = server('INVITE', udp)
  respond(486)
  wire.timers.advance(31_999)
  assert.deepEqual(times(wire), [0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500])
  wire.timers.advance(1)
  assert.deepEqual(failures, ['timeout'])
  assert.equal(layer.counts.server, 0)
})

test('INVITE server: the ACK ends the repetition; further ones are absorbed for T4', () => {
  const { wire, respond, ack, layer, failures } = server('INVITE', udp)
  respond(486)
  wire.timers.advance(500)
  ack()
  ack()
  wire.timers.advance(4999)
  assert.equal(layer.counts.server, 1)
  wire.timers.advance(1)
  assert.equal(layer.counts.server, 0)
  assert.deepEqual(times(wire), [0, 500])
  assert.deepEqual(failures, [])
})

test('INVITE server over TCP: a failure is sent once, timer H runs', () => {
  const { wire, respond, failures } = server('INVITE', tcp)
  respond(486)
  wire.timers.advance(40_000)
  assert.deepEqual(times(wire), [0])
  assert.deepEqual(failures, ['timeout'])
})

test('INVITE server, RFC 6026: after 2xx repeated INVITEs are absorbed in silence for 64*T1', () => {
  const { wire, respond, again, layer, transaction } = server('INVITE', udp)
  respond(200)
  again()
  assert.equal(wire.sent.length, 1)
  assert.equal(transaction.answered, true)
  respond(486)
  assert.equal(wire.sent.length, 1)
  wire.timers.advance(31_999)
  assert.equal(layer.counts.server, 1)
  wire.timers.advance(1)
  assert.equal(layer.counts.server, 0)
})

test('other server: silent until it has a response, then repeats the last one; over UDP for 64*T1', () => {
  const { wire, respond, again, layer, ended } = server('OPTIONS', udp)
  again()
  assert.equal(wire.sent.length, 0)
  respond(200)
  again()
  again()
  assert.equal(wire.sent.length, 3)
  respond(500)
  assert.equal(wire.sent.length, 3)
  wire.timers.advance(32_000)
  assert.equal(layer.counts.server, 0)
  assert.equal(ended.length, 1)
})

test('requests are told apart by branch, sent-by and method', () => {
  const { layer } = server('OPTIONS', udp)
  assert.equal(layer.findServer(read(requestText('OPTIONS', 'z9hG4bKtwo')), 'OPTIONS'), undefined)
  assert.equal(layer.findServer(read(requestText('OPTIONS').replace('192.0.2.7:5060', '192.0.2.8:5060')), 'OPTIONS'), undefined)
  assert.equal(layer.findServer(read(requestText('OPTIONS')), 'INVITE'), undefined)
})

test('RFC 2543: without the cookie Request-URI, tags, Call-ID, CSeq and Via decide', () => {
  const wire = fakeWire()
  const layer = createTransactionLayer(wire, () => undefined)
  const transaction = layer.createServer(read(requestText('INVITE', '1')), udp, true)
  assert.equal(layer.findServer(read(requestText('INVITE', '1')), 'INVITE'), transaction)
  assert.equal(layer.findServer(read(requestText('ACK', '1', ';tag=b')), 'INVITE'), transaction)
  assert.equal(layer.findServer(read(requestText('INVITE', '1').replace('c1', 'c2')), 'INVITE'), undefined)
  assert.equal(layer.findServer(read(requestText('INVITE', '1').replace('CSeq: 1', 'CSeq: 2')), 'INVITE'), undefined)
})

test('every rule of the tables leads to a state that exists, and every timer that is started ends', () => {
  for (const [name, table] of Object.entries({ inviteClient, otherClient, inviteServer, otherServer })) {
    const started = new Set<string>()
    const handled = new Set<string>()
    for (const rules of Object.values(table)) {
      for (const [input, rule] of Object.entries(rules ?? {})) {
        assert.ok(rule.next === 'terminated' || table[rule.next] !== undefined, `${name}: ${rule.next}`)
        if (input.startsWith('timer-')) handled.add(input.slice(6))
        for (const action of rule.actions) if (action.startsWith('start-')) started.add(action.slice(6))
      }
    }
    for (const timer of started) assert.ok(handled.has(timer), `${name}: timer ${timer}`)
  }
})

test('a wire that loses a third of everything: every exchange ends, each side once', () => {
  let seed = 7
  const lost = () => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) % 3 === 0
  for (let round = 0; round < 300; round++) {
    for (const method of ['INVITE', 'OPTIONS']) {
      const timers = fakeTimers()
      const near = fakeWire(timers)
      const far = fakeWire(timers)
      let handed = 0
      const farLayer = createTransactionLayer(far, () => undefined)
      near.deliver = (text) => {
        if (lost()) return
        const request = read(text)
        const known = farLayer.findServer(request, request.method === 'ACK' ? 'INVITE' : method)
        if (request.method === 'ACK') known?.acknowledged()
        else if (known) known.again()
        else {
          handed++
          farLayer.createServer(request, udp, true).respond(486, responseText(486, method))
        }
      }
      const { layer, heard, failures } = client(method, udp, near)
      far.deliver = (text) => {
        if (!lost()) layer.findClient(read(text))?.receive(read(text))
      }
      // The first send met a peer that could not answer yet; the next ones do.
      timers.advance(120_000)
      assert.ok(handed <= 1, 'handed on more than once')
      assert.equal(heard.length + failures.length, 1)
      assert.deepEqual([layer.counts.client, farLayer.counts.server, timers.running], [0, 0, 0])
    }
  }
})
