/** Requests that are decided by a web service, or given to an application that is dialled: HTTP routing and outbound connections. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { createRequire } from 'node:module'
import { createServer as createTcp, type AddressInfo, type Server as TcpServer } from 'node:net'
import { test, type TestContext } from 'node:test'
import { startEmbedded, type EmbeddedSignalling } from '../../../pbx/signalling/embedded.ts'
import type { RequestHandler } from '../../../pbx/signalling/engine/wire/handlers.ts'
import { ackFailure, invite, newCall, request } from './call.ts'
import { field, fields, udpPeer, type Peer } from './peer.ts'
import { uriOf } from './proxied.ts'
import { logger, routed, type Srf } from './target.ts'

const SECRET = 'of dialled applications'
const SrfClass = createRequire(import.meta.url)('drachtio-srf') as new (tag?: string) => Srf & { listen(options: object): TcpServer; endSession(holder: object): void }

interface Asked {
  method: string
  query: URLSearchParams
  body: string
}

interface Ground {
  engine: EmbeddedSignalling
  phone: Peer
  asked: Asked[]
  /** Connects an application. */
  connect(srf: Srf): Promise<void>
}

/** A web service that answers every request with `answer`. */
async function service(context: TestContext, answer: (asked: Asked) => { status?: number; text: string } | undefined): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = []
  const server: Server = createServer((message: IncomingMessage, response) => {
    let body = ''
    message.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')))
    message.on('end', () => {
      const one = { method: message.method ?? '', query: new URL(message.url ?? '', 'http://x').searchParams, body }
      asked.push(one)
      const told = answer(one)
      if (told) response.writeHead(told.status ?? 200, { 'Content-Type': 'application/json' }).end(told.text)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  context.after(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

async function ground(context: TestContext, handlers: RequestHandler[], asked: Asked[] = []): Promise<Ground> {
  const engine = await startEmbedded({ sip: { hosts: ['127.0.0.1'], port: 0, tlsPort: undefined, wsPort: undefined, wssPort: undefined, externalAddress: undefined, tls: undefined }, handlers, handlerSecret: SECRET }, logger)
  const connected: Srf[] = []
  // Applications first: one that loses its connection makes another, for ever.
  context.after(() => {
    for (const srf of connected) srf.disconnect()
    return engine.close()
  })
  const phone = await udpPeer({ port: engine.ports.udp as number })
  context.after(() => phone.close())
  const connect = async (srf: Srf): Promise<void> => {
    srf.connect(engine.control)
    await once(srf, 'connect')
    connected.push(srf)
    await routed(srf)
  }
  return { engine, phone, asked, connect }
}

const handler = (url: string, options: Partial<RequestHandler> = {}): RequestHandler => ({ method: 'INVITE', url, post: false, verify: true, ...options })

/** The engine with a web service that says `decision` for every INVITE. */
async function decided(context: TestContext, decision: object | string, options: Partial<RequestHandler> = {}): Promise<Ground> {
  const { url, asked } = await service(context, () => ({ text: typeof decision === 'string' ? decision : JSON.stringify(decision) }))
  return ground(context, [handler(url, options)], asked)
}

/** Calls, and takes the refusal. */
async function refused(phone: Peer, status: string): Promise<string> {
  const call = newCall()
  phone.send(invite(phone, call))
  const refusal = await phone.take(`${status} INVITE`)
  phone.send(ackFailure(phone, call, refusal))
  return refusal.text
}

/** An application that waits to be dialled. */
async function waiting(context: TestContext, secret: string, take: (srf: ReturnType<typeof make>) => void): Promise<string> {
  const srf = make()
  srf.on('error', () => undefined)
  take(srf)
  const server = srf.listen({ port: 0, host: '127.0.0.1', secret })
  await once(server, 'listening')
  context.after(() => {
    for (const socket of srf.app.client.mapServer.keys()) (socket as { destroy(): void }).destroy()
    return new Promise((resolve) => server.close(resolve))
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

function make(): InstanceType<typeof SrfClass> {
  return new SrfClass()
}

test('reject: with the status and reason told', async (context) => {
  const { phone, asked } = await decided(context, { action: 'reject', data: { status: 488, reason: 'Not Today' } })
  const call = newCall()
  phone.send(invite(phone, call, { uri: 'sip:200;x=1@192.0.2.5;lang=cs;ring' }))
  const refusal = await phone.take('488')
  assert.equal(refusal.start, 'SIP/2.0 488 Not Today')
  phone.send(ackFailure(phone, call, refusal))
  assert.deepEqual([asked[0]?.method, ...['method', 'domain', 'protocol', 'source_address', 'fromUser', 'toUser', 'uriUser', 'contentType', 'uri', 'lang', 'ring'].map((name) => asked[0]?.query.get(name))], [
    'GET', 'INVITE', '192.0.2.5', 'udp', '127.0.0.1', '100', '200', '200;x=1', 'application/sdp', 'sip:200;x=1@192.0.2.5;lang=cs;ring', 'cs', '',
  ])
})

test('POST: the SIP message is the body', async (context) => {
  const { phone, asked } = await decided(context, { action: 'reject', data: { status: 603 } }, { post: true })
  await refused(phone, '603')
  assert.equal(asked[0]?.method, 'POST')
  assert.match(asked[0]?.body ?? '', /^INVITE sip:200@127\.0\.0\.1 SIP\/2\.0\r\n[^]*\r\n\r\nv=0\r\n/)
})

test('redirect: 302 with every contact', async (context) => {
  const { phone } = await decided(context, { action: 'redirect', data: { contact: ['sip:300@192.0.2.1', '"B" <sip:301@192.0.2.1>'] } })
  assert.deepEqual(fields(await refused(phone, '302'), 'Contact'), ['<sip:300@192.0.2.1>', '"B" <sip:301@192.0.2.1>'])
})

test('proxy: to the destination, in the way of what follows when asked', async (context) => {
  const callee = await udpPeer({ port: 9 })
  context.after(() => callee.close())
  const { engine, phone } = await decided(context, { action: 'proxy', data: { destination: uriOf(callee), recordRoute: true } })
  phone.send(invite(phone, newCall(), { uri: `sip:200@127.0.0.1:${engine.ports.udp}` }))
  const arrived = await callee.take('INVITE')
  assert.match(field(arrived.text, 'Record-Route'), /;lr>$/)
})

test('what is no decision is 500: bad JSON, no data, an unknown action, a status of nobody, HTTP 404', async (context) => {
  const answers = ['{', '[]', '{"action":"reject"}', '{"action":"dance","data":{}}', '{"action":"reject","data":{"status":200}}', '{"action":"redirect","data":{"contact":"x\\r\\nEvil: 1"}}', '{"action":"proxy","data":{}}', '{"action":"route","data":{}}']
  let next = 0
  const { url } = await service(context, () => (next < answers.length ? { text: answers[next++] as string } : { status: 404, text: '{"action":"reject","data":{"status":486}}' }))
  const { phone } = await ground(context, [handler(url)])
  for (let i = 0; i <= answers.length; i++) await refused(phone, '500')
})

test('a web service that is not there is 500; so is one that never answers', async (context) => {
  const gone = createTcp()
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
  const { port } = gone.address() as AddressInfo
  await new Promise<void>((resolve) => gone.close(() => resolve()))
  const { phone } = await ground(context, [handler(`http://127.0.0.1:${port}`)])
  await refused(phone, '500')
  const silent = await service(context, () => undefined)
  const other = await ground(context, [handler(silent.url)])
  await refused(other.phone, '500')
  assert.equal(silent.asked.length, 1)
})

test('a caller who gives up while the service is asked gets 487, and the decision comes to nothing', async (context) => {
  let decide: () => void = () => undefined
  let heard: () => void = () => undefined
  const asked = new Promise<void>((resolve) => (heard = resolve))
  const server = createServer((_message, response) => {
    decide = () => void response.end('{"action":"reject","data":{"status":486}}')
    heard()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  context.after(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  const { engine, phone } = await ground(context, [handler(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)])
  const call = newCall()
  phone.send(invite(phone, call))
  await asked
  phone.send(request(phone, call, 'CANCEL'))
  await phone.take('200 CANCEL')
  phone.send(ackFailure(phone, call, await phone.take('487')))
  decide()
  phone.send(request(phone, newCall(), 'OPTIONS'))
  await phone.take('503 OPTIONS')
  assert.equal(phone.count('486'), 0)
  assert.equal((await engine.status()).pending.incoming, 0)
})

test('route by tag: the connected application with it, and no other; 480 when there is none', async (context) => {
  const { url } = await service(context, ({ query }) => ({ text: JSON.stringify({ action: 'route', data: { tag: query.get('uriUser') } }) }))
  const { phone, connect } = await ground(context, [handler(url, { method: '*' })])
  for (const tag of ['red', 'green']) {
    const srf = new SrfClass(tag)
    srf.message((_req, res) => res.send(200, { headers: { 'X-By': tag } }))
    await connect(srf)
  }
  for (const tag of ['green', 'green', 'red']) {
    const call = newCall()
    phone.send(request(phone, call, 'MESSAGE', { uri: `sip:${tag}@127.0.0.1` }))
    assert.equal(field((await phone.take(new RegExp(`^SIP/2.0 200[^]*${call.callId}`))).text, 'X-By'), tag)
  }
  phone.send(request(phone, newCall(), 'MESSAGE', { uri: 'sip:blue@127.0.0.1' }))
  await phone.take('480')
})

test('an application is dialled, directly or because the service says so, and gets the request', async (context) => {
  const at = await waiting(context, SECRET, (srf) => srf.use('message', (req, res) => {
    res.send(200, { headers: { 'X-From': req.source_address } })
    srf.endSession(req)
  }))
  const direct = await ground(context, [handler(`tcp://${at}`, { method: 'MESSAGE' })])
  direct.phone.send(request(direct.phone, newCall(), 'MESSAGE'))
  assert.equal(field((await direct.phone.take('200')).text, 'X-From'), '127.0.0.1')
  const { url } = await service(context, () => ({ text: JSON.stringify({ action: 'route', data: { uri: `${at};transport=tcp` } }) }))
  const asked = await ground(context, [handler(url, { method: 'MESSAGE' })])
  asked.phone.send(request(asked.phone, newCall(), 'MESSAGE'))
  await asked.phone.take('200')
})

test('a call in a dialled application: answered, and within the dialog over the same connection', async (context) => {
  const at = await waiting(context, SECRET, (srf) => srf.invite((req, res) => void srf.createUAS(req, res, { localSdp: req.body }).catch(() => undefined)))
  const { phone } = await ground(context, [handler(`tcp://${at}`)])
  const call = newCall()
  phone.send(invite(phone, call))
  const answer = await phone.take('200 INVITE')
  const uri = /<([^>]+)>/.exec(field(answer.text, 'Contact'))?.[1] ?? ''
  const talking = { ...call, to: field(answer.text, 'To') }
  phone.send(request(phone, talking, 'ACK', { uri, branch: 'z9hG4bKack' }))
  phone.send(request(phone, talking, 'BYE', { uri, cseq: 2, branch: 'z9hG4bKbye' }))
  await phone.take('200 BYE')
})

test('an application that is not there, or does not tell the secret, is 480', async (context) => {
  const wrong = await waiting(context, 'another secret', (srf) => srf.invite((_req, res) => res.send(200)))
  const gone = createTcp()
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
  const { port } = gone.address() as AddressInfo
  await new Promise<void>((resolve) => gone.close(() => resolve()))
  for (const at of [wrong, `127.0.0.1:${port}`]) {
    const { phone } = await ground(context, [handler(`tcp://${at}`)])
    await refused(phone, '480')
  }
})

test('methods without a handler go to the applications that asked for them', async (context) => {
  const { phone, connect } = await decided(context, { action: 'reject', data: { status: 486 } })
  const srf = new SrfClass()
  srf.message((_req, res) => res.send(200))
  await connect(srf)
  phone.send(request(phone, newCall(), 'MESSAGE'))
  await phone.take('200 MESSAGE')
  await refused(phone, '486')
})
