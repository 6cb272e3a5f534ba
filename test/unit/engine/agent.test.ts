import assert from 'node:assert/strict'
import { test } from 'node:test'
import { appLines, readAppMessage, replaceLocalhost } from '../../../pbx/signalling/engine/agent/app-message.ts'
import { nextHop } from '../../../pbx/signalling/engine/agent/next-hop.ts'
import type { Dialog, Owner } from '../../../pbx/signalling/engine/dialog/dialog.ts'
import { clientDialog, contactUri, createDialogStore, serverDialog } from '../../../pbx/signalling/engine/dialog/dialog.ts'
import { routeInDialog } from '../../../pbx/signalling/engine/dialog/request.ts'
import type { Locator } from '../../../pbx/signalling/engine/locate/locator.ts'
import { createCounters } from '../../../pbx/signalling/engine/options.ts'
import { createTrace, type TraceRecord } from '../../../pbx/signalling/engine/trace.ts'
import type { Flow } from '../../../pbx/signalling/engine/transport/flow.ts'
import { lostFlow, replyFlow } from '../../../pbx/signalling/engine/transport/flow.ts'
import { createLocalAddresses, isPrivate } from '../../../pbx/signalling/engine/transport/local.ts'
import type { Transport } from '../../../pbx/signalling/engine/transport/transport.ts'
import { fakeTimers, read, requestText, responseText, udp } from './fake.ts'

const nobody: Owner = { open: true, quiet: false, backlog: 0, deliver: () => undefined, deliverLater: () => undefined }

test('what an application writes: forbidden headers are left out, challenges go one a line, SDP gets its type', () => {
  const message = readAppMessage('SIP/2.0 401 No\r\nvia: x\r\nroute: x\r\nrecord-route: x\r\nrseq: 1\r\ncontent-length: 9\r\nx-own: y\r\nfoo-bar: z\r\nwww-authenticate: Digest realm="a, b",nonce="1", Digest realm="c", nonce="2"\r\n\r\nv=0\r\n')
  assert.ok(message)
  assert.deepEqual(appLines(message, new Set(), 'h:1'), ['x-own: y', 'Foo-Bar: z', 'WWW-Authenticate: Digest realm="a, b", nonce="1"', 'WWW-Authenticate: Digest realm="c", nonce="2"', 'Content-Type: application/sdp'])
  assert.equal(message.body, 'v=0\r\n')
})

test('localhost as a host becomes our address; elsewhere it stays', () => {
  assert.equal(replaceLocalhost('"localhost" <sip:a@localhost>;tag=x', 'h:1'), '"localhost" <sip:a@h:1>;tag=x')
  assert.equal(replaceLocalhost('sip:localhost:5060', 'h:1'), 'sip:h:1')
  assert.equal(replaceLocalhost('<sip:localhost@example.com>', 'h:1'), '<sip:localhost@example.com>')
  assert.equal(replaceLocalhost('<sip:a@localhost.example.com>', 'h:1'), '<sip:a@localhost.example.com>')
})

test('replies: source and rport, the port of the Via, no maddr; over TCP the connection or a new one', () => {
  const request = (via: string) => read(requestText('OPTIONS').replace(/Via: .*/, `Via: ${via}`))
  const from: Flow = { transport: 'udp', address: '203.0.113.1', port: 40_000, connection: undefined }
  assert.equal(replyFlow(request('SIP/2.0/UDP 10.0.0.1:5062;branch=z9hG4bK1;rport'), from).port, 40_000)
  assert.deepEqual(replyFlow(request('SIP/2.0/UDP 10.0.0.1:5062;branch=z9hG4bK1'), from), { ...from, port: 5062 })
  assert.equal(replyFlow(request('SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1'), from).port, 5060)
  // A maddr of a stranger's choice would make a mirror of us; only the source may name itself.
  for (const maddr of ['224.2.0.1', '198.51.100.7', '10.0.0.1', 'victim.example']) {
    assert.deepEqual(replyFlow(request(`SIP/2.0/UDP 10.0.0.1;maddr=${maddr};branch=z9hG4bK1;rport`), from), from)
    assert.equal(replyFlow(request(`SIP/2.0/UDP 10.0.0.1;maddr=${maddr};branch=z9hG4bK1`), from).address, from.address)
  }
  assert.deepEqual(replyFlow(request('SIP/2.0/UDP 10.0.0.1:5070;maddr=203.0.113.1;branch=z9hG4bK1;rport'), from), { ...from, port: 5070 })
  const open = { transport: 'tcp' as const, address: from.address, port: 40_000, open: true, identity: '', proves: () => true, send: () => undefined, end: () => undefined }
  const tcpFlow: Flow = { ...from, transport: 'tcp', connection: open }
  const tcpRequest = request('SIP/2.0/TCP 10.0.0.1:5062;branch=z9hG4bK1')
  assert.equal(replyFlow(tcpRequest, tcpFlow), tcpFlow)
  assert.deepEqual(replyFlow(tcpRequest, { ...tcpFlow, connection: { ...open, open: false } }), lostFlow(tcpRequest, tcpFlow))
  assert.equal(lostFlow(tcpRequest, tcpFlow).port, 5062)
})

test('route sets: kept by the server, reversed by the client, strict routers swapped in', () => {
  const routes = 'Record-Route: <sip:p1;lr>, <sip:p2;lr>\r\nRecord-Route: <sip:p3;lr>\r\nContact: "x, y" <sip:far@192.0.2.9>;q=1, <sip:other@x>\r\n'
  const request = read(requestText('INVITE').replace('CSeq', `${routes}CSeq`))
  assert.equal(contactUri(request), 'sip:far@192.0.2.9')
  const uas = serverDialog(request, 'b', udp, nobody, 'sip:far@192.0.2.9')
  assert.deepEqual(uas.routeSet, ['<sip:p1;lr>', '<sip:p2;lr>', '<sip:p3;lr>'])
  assert.deepEqual(routeInDialog(uas), { uri: 'sip:far@192.0.2.9', nextHop: 'sip:p1;lr', routes: ['Route: <sip:p1;lr>', 'Route: <sip:p2;lr>', 'Route: <sip:p3;lr>'] })
  const uac = clientDialog(read(responseText(200, 'INVITE').replace('CSeq', `${routes}CSeq`)), 'INVITE', '<sip:a@192.0.2.7>;tag=a', 1, udp, nobody, 'sip:far@192.0.2.9')
  assert.deepEqual(uac.routeSet, ['<sip:p3;lr>', '<sip:p2;lr>', '<sip:p1;lr>'])
  const strict: Dialog = { ...uac, routeSet: ['<sip:old>', '<sip:p1;lr>'] }
  assert.deepEqual(routeInDialog(strict), { uri: 'sip:old', nextHop: 'sip:old', routes: ['Route: <sip:p1;lr>', 'Route: <sip:far@192.0.2.9>'] })
})

test('dialogs are found by tags and by id; a removed one stops what it repeats', () => {
  const store = createDialogStore()
  const dialog = serverDialog(read(requestText('INVITE')), 'b', udp, nobody, 'sip:x@y')
  let stopped = 0
  dialog.unacknowledged.push({ cseq: 1, transactionId: 't', stop: () => stopped++ })
  store.add(dialog)
  assert.equal(store.byId('c1;from-tag=a'), dialog)
  assert.equal(store.find('c1', 'b', 'a'), dialog)
  assert.equal(store.find('c1', 'a', 'b'), undefined)
  assert.deepEqual(store.ownedBy(nobody), [dialog])
  store.remove(dialog)
  store.remove(dialog)
  assert.equal(stopped, 1)
  assert.equal(store.size, 0)
})

function flowOf(uri: string, heard?: Flow): Flow | string {
  const transport = { connectionTo: () => undefined, reaches: (name: string) => name === 'udp' || name === 'tcp' } as unknown as Transport
  const hop = nextHop({ transport, locator: { targets: () => Promise.resolve({ failure: 'not asked' }) } as unknown as Locator }, uri, heard)
  return 'flows' in hop ? (hop.flows[0] as Flow) : 'refusal' in hop ? hop.refusal : 'name'
}

test('the next hop: address, port, transport, and the way back through a NAT', () => {
  assert.deepEqual(flowOf('sip:a@192.0.2.1'), { transport: 'udp', address: '192.0.2.1', port: 5060, connection: undefined })
  assert.deepEqual(flowOf('sip:a@192.0.2.1:5070;transport=TCP'), { transport: 'tcp', address: '192.0.2.1', port: 5070, connection: undefined })
  assert.deepEqual(flowOf('sip:a@[2001:db8::1];maddr=192.0.2.5'), { transport: 'udp', address: '192.0.2.5', port: 5060, connection: undefined })
  assert.equal(flowOf('sip:a@example.com'), 'name')
  assert.match(flowOf('sips:a@192.0.2.1') as string, /not available/)
  assert.match(flowOf('sip:a@192.0.2.1;transport=tls') as string, /not available/)
  assert.match(flowOf('tel:+1') as string, /invalid/)
  const behindNat: Flow = { transport: 'udp', address: '203.0.113.1', port: 40_000, connection: undefined }
  assert.equal(flowOf('sip:a@192.168.1.5', behindNat), behindNat)
  assert.notEqual(flowOf('sip:a@198.51.100.1', behindNat), behindNat)
  const connection = { transport: 'tcp' as const, address: '192.0.2.1', port: 41_000, open: true, identity: '', proves: () => true, send: () => undefined, end: () => undefined }
  const phone: Flow = { transport: 'tcp', address: '192.0.2.1', port: 41_000, connection }
  assert.equal(flowOf('sip:a@192.0.2.1:5060;transport=tcp', phone), phone)
  assert.notEqual(flowOf('sip:a@192.0.2.1:5060;transport=tcp', { ...phone, connection: { ...connection, open: false } }), phone)
})

test('private ranges, and what a peer is told our address is', () => {
  for (const address of ['10.1.1.1', '172.31.0.1', '192.168.5.5', '127.0.0.1', '100.64.1.1', 'fd00::1', 'fe80::1', '::1']) assert.equal(isPrivate(address), true, address)
  for (const address of ['8.8.8.8', '172.32.0.1', '2001:db8::1', 'x']) assert.equal(isPrivate(address), false, address)
  const bound = createLocalAddresses(['192.168.0.2'], '198.51.100.7', () => 0)
  assert.equal(bound.advertised('192.168.0.9'), '192.168.0.2')
  assert.equal(bound.advertised('203.0.113.4'), '198.51.100.7')
  assert.equal(bound.real('203.0.113.4'), '192.168.0.2')
  const any = createLocalAddresses(['0.0.0.0'], undefined, () => 0)
  assert.equal(any.real('127.0.0.1'), '127.0.0.1')
  assert.ok(any.all().includes('127.0.0.1'))
})

test('the trace comes in batches, is bounded, and counts what it drops', () => {
  const timers = fakeTimers()
  const counters = createCounters()
  const batches: TraceRecord[][] = []
  const trace = createTrace(timers, 50, 3, counters, (records) => batches.push(records))
  for (let i = 0; i < 5; i++) trace.record('in', 'udp', 'p:1', 'l:1', 'c', false, `message ${i}`)
  assert.equal(batches.length, 0)
  timers.advance(50)
  assert.deepEqual(batches.map((batch) => batch.map((record) => record.text)), [['message 0', 'message 1', 'message 2']])
  assert.equal(counters.traceDropped, 2)
  timers.advance(1000)
  trace.record('out', 'udp', 'p:1', 'l:1', 'c', true, 'last')
  trace.close()
  assert.equal(batches[1]?.[0]?.text, 'last')
  assert.equal(timers.running, 0)
})
