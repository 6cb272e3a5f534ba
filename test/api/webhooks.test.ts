/** Webhooks on a real database: signed, at least once, in order, past a receiver that is away, and never into private networks. */
import assert from 'node:assert/strict'
import { createHmac, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { eventually } from '../support/eventually.ts'
import { openGround, errorOf, type Ground } from './ground.ts'

interface Got {
  headers: IncomingMessage['headers']
  body: { id: string; type: string; data: { extensionId?: string; unheard?: number } }
  raw: string
}

/** A receiver that answers as it is told. */
class Receiver {
  readonly got: Got[] = []
  readonly server: Server
  status: number | ((got: Got) => number) = 204
  headers: Record<string, string> = {}

  constructor() {
    this.server = createServer((request, response) => {
      let raw = ''
      request.on('data', (part: Buffer) => (raw += part.toString()))
      request.on('end', () => {
        const got = { headers: request.headers, raw, body: JSON.parse(raw) as Got['body'] }
        const status = typeof this.status === 'number' ? this.status : this.status(got)
        if (status < 300) this.got.push(got)
        response.writeHead(status, this.headers).end(status < 300 ? '' : 'not now')
      })
    })
  }

  listen(port = 0): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<number>()
    this.server.listen(port, '127.0.0.1', () => resolve((this.server.address() as AddressInfo).port))
    return promise
  }

  close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.server.closeAllConnections()
    this.server.close(() => resolve())
    return promise
  }
}

interface Webhook {
  id: string
  version: number
  enabled: boolean
  waiting: number
  failed: number
  pausedUntil: string | null
  lastError: string | null
}

suite('webhooks', () => {
  let ground: Ground
  before(async () => {
    ground = await openGround({ webhookTimes: { waits: [50, 100], pollMs: 50 } })
  })
  after(() => ground?.close())

  const make = async (url: string, events = ['voicemail.changed'], name: string = randomUUID()): Promise<{ webhook: Webhook; secret: string }> => ground.admin.post('/webhooks', { name, url, events })
  const happen = (extensionId: string, unheard: number, tenantId = ground.tenantId): void => ground.pbx.emit('voicemail.changed', tenantId, { extensionId, unheard, unheardUrgent: 0, heard: 0, heardUrgent: 0 })
  const read = (id: string): Promise<Webhook> => ground.admin.get<Webhook>(`/webhooks/${id}`)
  async function receiver(t: { after(work: () => unknown): void }): Promise<{ to: Receiver; url: string; port: number }> {
    const to = new Receiver()
    const port = await to.listen()
    t.after(() => to.close())
    return { to, port, url: `http://127.0.0.1:${port}/hook` }
  }

  test('what is wanted is sent, signed so that the receiver can tell, and nothing else', async (t) => {
    const { to, url } = await receiver(t)
    const { webhook, secret } = await make(url)
    const extension = randomUUID()
    ground.pbx.emit('park.changed', ground.tenantId, { lotId: randomUUID(), slot: '5901', parked: null })
    happen(extension, 1)
    happen(extension, 9, randomUUID())
    await eventually(() => to.got.length === 1, 'the event')
    const [{ headers, raw, body }] = to.got as [Got]
    assert.deepEqual([body.type, body.data.extensionId, body.data.unheard], ['voicemail.changed', extension, 1])
    assert.equal(headers['webhook-id'], body.id)
    const age = Date.now() / 1000 - Number(headers['webhook-timestamp'])
    assert.ok(Math.abs(age) < 60, `${age} s old`)
    const wanted = createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64')).update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${raw}`).digest('base64')
    assert.equal(headers['webhook-signature'], `v1,${wanted}`)
    await eventually(async () => (await read(webhook.id)).waiting === 0, 'nothing to wait')
    const { data } = (await ground.admin.send('GET', `/webhooks/${webhook.id}/deliveries`)).json as { data: { state: string; status: number; tries: number; body: string }[] }
    assert.deepEqual(data.map(({ state, status, tries }) => [state, status, tries]), [['delivered', 204, 1]])
    assert.ok(!JSON.stringify(ground.log).includes(secret), 'the secret is in no log')
    assert.ok(!JSON.stringify(await ground.admin.get('/audit?limit=20')).includes(secret), 'nor in the audit')
  })

  test('a receiver that is away: everything comes when it is back, once, and in the order of each thing', async (t) => {
    const { to, url } = await receiver(t)
    const { webhook } = await make(url)
    to.status = 503
    const extensions = [randomUUID(), randomUUID(), randomUUID()]
    for (let count = 1; count <= 20; count += 1) for (const extension of extensions) happen(extension, count)
    await eventually(async () => { const { waiting, pausedUntil } = await read(webhook.id); return waiting === 60 && pausedUntil !== null }, 'all to wait')
    assert.match((await read(webhook.id)).lastError ?? '', /It answered 503: not now/)
    assert.equal(to.got.length, 0)
    to.status = 200
    await eventually(() => to.got.length >= 60, 'all of them')
    await eventually(async () => (await read(webhook.id)).waiting === 0, 'nothing to wait')
    assert.equal(to.got.length, 60)
    assert.equal(new Set(to.got.map(({ headers }) => headers['webhook-id'])).size, 60)
    for (const extension of extensions) assert.deepEqual(to.got.filter(({ body }) => body.data.extensionId === extension).map(({ body }) => body.data.unheard), Array.from({ length: 20 }, (_, index) => index + 1))
    assert.equal((await read(webhook.id)).pausedUntil, null)
  })

  test('one event that the receiver cannot read is given up and keeps up no other; it is sent again by hand', async (t) => {
    const { to, url } = await receiver(t)
    const { webhook } = await make(url)
    const bad = randomUUID()
    to.status = ({ body }) => (body.data.extensionId === bad ? 422 : 200)
    happen(bad, 1)
    for (let count = 1; count <= 3; count += 1) happen(randomUUID(), count)
    await eventually(() => to.got.length === 3, 'the others')
    await eventually(async () => (await read(webhook.id)).failed === 1, 'the bad one to be given up')
    const { data } = (await ground.admin.send('GET', `/webhooks/${webhook.id}/deliveries?state=failed`)).json as { data: { id: string; tries: number; status: number }[] }
    assert.deepEqual(data.map(({ tries, status }) => [tries, status]), [[5, 422]])
    to.status = 200
    assert.deepEqual(await ground.admin.post(`/webhooks/${webhook.id}/replay`), { count: 1 })
    await eventually(() => to.got.length === 4, 'the bad one')
    await eventually(async () => (await read(webhook.id)).failed === 0, 'none to be given up')
    // What was taken is sent again, too, when it was lost there.
    assert.deepEqual(await ground.admin.post(`/webhook-deliveries/${data[0]!.id}/replay`), { count: 1 })
    await eventually(() => to.got.length === 5, 'it once more')
    assert.equal(to.got[4]!.headers['webhook-id'], to.got[3]!.headers['webhook-id'])
  })

  test('410 turns it off; a test says what the receiver answered; a new secret signs beside the old one', async (t) => {
    const { to, url, port } = await receiver(t)
    const { webhook, secret } = await make(url)
    assert.deepEqual({ ...(await ground.admin.post<{ ms: number }>(`/webhooks/${webhook.id}/test`)), ms: 0 }, { status: 204, error: null, ms: 0 })
    assert.equal(to.got[0]!.body.type, 'webhook.test')
    const renewed = await ground.admin.post<{ secret: string }>(`/webhooks/${webhook.id}/secret`)
    assert.notEqual(renewed.secret, secret)
    await ground.admin.post(`/webhooks/${webhook.id}/test`)
    assert.equal(String(to.got[1]!.headers['webhook-signature']).split(' ').length, 2)
    ground.pass(25 * 3_600_000)
    await ground.admin.post(`/webhooks/${webhook.id}/test`).catch(() => undefined)
    await ground.admin.signIn()
    await ground.admin.post(`/webhooks/${webhook.id}/test`)
    assert.equal(String(to.got.at(-1)!.headers['webhook-signature']).split(' ').length, 1)
    to.status = 307
    to.headers = { Location: 'http://127.0.0.1:1/' }
    assert.match((await ground.admin.post<{ error: string }>(`/webhooks/${webhook.id}/test`)).error, /It answered 307: a redirection, which is not followed/)
    to.headers = {}
    to.status = 410
    happen(randomUUID(), 1)
    await eventually(async () => !(await read(webhook.id)).enabled, 'it to be turned off')
    await to.close()
    assert.match((await ground.admin.post<{ error: string }>(`/webhooks/${webhook.id}/test`)).error, new RegExp(`Nothing listens at 127\\.0\\.0\\.1:${port}`))
  })

  test('nothing is sent into private networks that are not opened, whatever the name says', async () => {
    for (const url of ['http://10.0.0.1/', 'http://169.254.169.254/latest/meta-data', 'http://[::1]:8080/', 'http://[fd00::1]/', 'http://[::ffff:10.0.0.1]/', 'http://0x0a000001/', 'http://192.168.1.1/', 'https://user:word@example.com/', 'ftp://example.com/', 'file:///etc/passwd', 'http://']) {
      const answer = await ground.admin.send('POST', '/webhooks', { name: randomUUID(), url, events: ['call.ended'] })
      assert.ok(answer.status === 422 || answer.status === 400, `${url}: ${answer.status}`)
    }
    // localhost is resolved, and loopback is opened in these tests.
    const made = await ground.admin.send('POST', '/webhooks', { name: randomUUID(), url: 'http://localhost:1/', events: ['call.ended'] })
    assert.equal(made.status, 201)
  })

  test('nobody is told through one what they may not see; another tenant knows nothing of it; two cannot have one name', async (t) => {
    const { url } = await receiver(t)
    const { webhook } = await make(url, ['call.ended'], 'CRM')
    const program = await ground.program(['webhooks.read', 'webhooks.write', 'voicemail.read'])
    const refused = await program.client.send('POST', '/webhooks', { name: 'Sly', url, events: ['call.ended'] })
    assert.deepEqual([refused.status, errorOf(refused).message], [403, 'A webhook cannot be told of events that you may not see: call.ended.'])
    assert.equal((await program.client.send('PATCH', `/webhooks/${webhook.id}`, { url: `${url}/mine` })).status, 403)
    assert.equal((await program.client.send('GET', `/webhooks/${webhook.id}/deliveries`)).status, 403)
    const { client } = await ground.stranger()
    assert.equal((await client.send('GET', `/webhooks/${webhook.id}`)).status, 404)
    assert.equal((await ground.admin.send('POST', '/webhooks', { name: 'CRM', url, events: ['call.ended'] })).status, 422)
    assert.equal((await ground.admin.send('PATCH', `/webhooks/${webhook.id}`, { name: 'CRM 2', version: 7 })).status, 409)
    await ground.admin.ask('PATCH', `/webhooks/${webhook.id}`, { name: 'CRM 2', enabled: false, version: webhook.version })
    assert.equal((await ground.admin.send('DELETE', `/webhooks/${webhook.id}`)).status, 200)
  })

  test('what happened before a stop is sent after the next start', async (t) => {
    const { to, url } = await receiver(t)
    const { webhook } = await make(url)
    to.status = 503
    const extension = randomUUID()
    happen(extension, 1)
    await eventually(async () => (await read(webhook.id)).waiting === 1, 'it to wait')
    await ground.api.close()
    to.status = 200
    const next = await ground.restart()
    t.after(() => next.close())
    await eventually(() => to.got.some(({ body }) => body.data.extensionId === extension), 'the event')
  })
})
