/** Text messages between extensions (RFC 3428): forked, kept for whoever is away, in order and once. */
import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { after, before, suite, test } from 'node:test'
import { startBaresip } from '../support/baresip.ts'
import type { Line } from '../support/desk.ts'
import { eventually } from '../support/eventually.ts'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, openPhone, type Phone, type SipMessage } from '../support/phone.ts'

const COMPOSING = '<?xml version="1.0"?><isComposing xmlns="urn:ietf:params:xml:ns:im-iscomposing"><state>active</state></isComposing>'
let next = 700

const isText = ({ method }: SipMessage): boolean => method === 'MESSAGE'
const textsOf = (phone: Phone): string[] => phone.received.entries.filter(isText).map(({ body }) => body)
const got = (phone: Phone, fits: RegExp, from = 0): Promise<SipMessage> => phone.received.until((message) => isText(message) && fits.test(message.body), `a MESSAGE with ${fits}`, { from })
async function write(from: Phone, to: string, body: string, type = 'text/plain', headers: [string, string][] = []): Promise<SipMessage> {
  const { host, port } = from.options.server
  return from.request('MESSAGE', `sip:${to}@${host}:${port}`, [['Content-Type', type], ...headers], body)
}

suite('text messages', () => {
  let house: House
  let anna: Phone
  let annas: Line
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    annas = await house.extension('699', { name: 'Anna' })
    anna = await house.registered(annas)
  })
  after(() => house?.close())

  const line = (): Promise<Line> => house.extension(String(next++), { name: 'Ben' })
  const waiting = (extensionId: string): Promise<{ id: string; from: { number: string }; to: { number: string }; bytes: number; contentType: string }[]> => house.api.get(`/messages?limit=100&extensionId=${extensionId}`)
  const emptied = ({ extensionId }: Line): Promise<void> => eventually(async () => (await waiting(extensionId)).length === 0, 'the last waiting message to go').then(() => undefined)
  async function second(of: Line): Promise<Pick<Line, 'user' | 'password'>> {
    const { credentials } = await house.api.post<{ credentials: { username: string; password: string } }>(`/extensions/${of.extensionId}/devices`, { name: 'Second' })
    return { user: credentials.username, password: credentials.password }
  }

  test('all phones of an extension get it, from whoever sent it; one that takes it is enough', async () => {
    const own = await line()
    const [desk, mobile] = [await house.registered(own), await house.registered(await second(own))]
    mobile.answers = ({ method }) => (method === 'MESSAGE' ? 486 : undefined)
    assert.equal((await write(anna, own.number, 'Lunch?\r\nÄt one', 'text/plain;charset=UTF-8', [['Subject', 'Today'], ['Priority', 'emergency']])).status, 200)
    for (const phone of [desk, mobile]) {
      const message = await got(phone, /Lunch/)
      assert.equal(message.body, 'Lunch?\r\nÄt one')
      assert.match(headerOf(message, 'From') ?? '', /^"Anna" <sip:699@/)
      assert.match(headerOf(message, 'To') ?? '', new RegExp(`sip:${own.number}@`))
      assert.equal(headerOf(message, 'Content-Type'), 'text/plain;charset=UTF-8')
      assert.equal(headerOf(message, 'Subject'), 'Today')
      assert.equal(headerOf(message, 'Priority'), undefined, 'only calls for help are emergencies')
      assert.ok(Math.abs(Date.parse(headerOf(message, 'Date') ?? '') - Date.now()) < 60_000)
      assert.equal(headerOf(message, 'Contact'), undefined, 'RFC 3428 §10')
    }
    assert.deepEqual(await waiting(own.extensionId), [])
  })

  test('whoever is away gets them at the next registration, in order and once, with the time of sending', async () => {
    const own = await line()
    const sent = Array.from({ length: 25 }, (_, at) => `Number ${at}`)
    for (const text of sent) assert.equal((await write(anna, own.number, text)).status, 202)
    const listed = await waiting(own.extensionId)
    assert.deepEqual([listed.length, listed[0]?.from.number, listed[0]?.bytes, listed[0]?.contentType], [25, '699', 8, 'text/plain'])
    assert.doesNotMatch(JSON.stringify(listed), /Number/, 'their words are not shown')
    const before = Date.now()
    const phone = await house.registered(own)
    const last = await got(phone, /Number 24/)
    assert.ok(Date.parse(headerOf(last, 'Date') ?? '') <= before)
    assert.deepEqual(textsOf(phone), sent)
    await phone.register()
    // What is said now comes after all that was still to be said.
    await house.event('message.waiting', ({ data }) => data.extensionId === own.extensionId)
    await emptied(own)
    assert.equal((await write(anna, own.number, 'And now')).status, 200)
    assert.deepEqual(textsOf(phone), [...sent, 'And now'])
  })

  test('that somebody types is passed on and never kept; CPIM and what became of a message are passed word for word', async () => {
    const own = await line()
    const cpim = (type: string, body: string): string => `From: <sip:699@example.com>\r\nTo: <sip:x@example.com>\r\nDateTime: 2026-11-27T10:00:00Z\r\nNS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: 34jk324j\r\n\r\nContent-Type: ${type}\r\n\r\n${body}`
    const receipt = cpim('message/imdn+xml', '<imdn xmlns="urn:ietf:params:xml:ns:imdn"><message-id>34jk324j</message-id></imdn>')
    assert.equal((await write(anna, own.number, COMPOSING, 'application/im-iscomposing+xml')).status, 480)
    assert.equal((await write(anna, own.number, cpim('application/im-iscomposing+xml', COMPOSING), 'message/cpim')).status, 480)
    assert.equal((await write(anna, own.number, receipt, 'message/cpim')).status, 202)
    assert.equal((await write(anna, own.number, 'Only now', 'text/plain', [['Expires', '0']])).status, 480)
    assert.equal((await waiting(own.extensionId)).length, 1)
    const phone = await house.registered(own)
    assert.equal((await got(phone, /imdn/)).body, receipt)
    await emptied(own)
    assert.equal((await write(anna, own.number, COMPOSING, 'application/im-iscomposing+xml')).status, 200)
    assert.equal((await got(phone, /isComposing/)).body, COMPOSING)
    assert.equal(textsOf(phone).length, 2)
  })

  test('what is refused: kinds, lengths, numbers that take none, strangers, too many', async () => {
    const own = await line()
    const phone = await house.registered(own)
    const kind = await write(anna, own.number, '{}', 'application/json')
    assert.deepEqual([kind.status, /text\/plain/.test(headerOf(kind, 'Accept') ?? '')], [415, true])
    assert.equal((await write(anna, own.number, '')).status, 400)
    assert.deepEqual(await write(anna, own.number, 'x'.repeat(1_301)).then(({ status, reason }) => [status, /TCP or TLS/.test(reason)]), [513, true])
    const wired = await house.registered(annas, { transport: 'tcp' })
    assert.equal((await write(wired, own.number, 'x'.repeat(16_000))).status, 200)
    assert.equal((await got(phone, /^x+$/)).body.length, 16_000, 'longer than a datagram, so over a connection to the phone, too')
    assert.equal((await write(wired, own.number, 'x'.repeat(16_385))).status, 413)
    const group = await house.api.post<{ number: string }>('/ring-groups', { number: String(next++), name: 'Sales', strategy: 'all' })
    for (const [number, status, why] of [[group.number, 405, /extensions only/], ['911', 405, /calls, not messages/], ['*97', 405, /extensions only/], ['12025550123', 404, /this house only/], ['6666', 404, /none/]] as const) {
      const answer = await write(anna, number, 'Hello')
      assert.deepEqual([answer.status, why.test(answer.reason)], [status, true], `${number}: ${answer.status} ${answer.reason}`)
      if (status === 405) assert.doesNotMatch(headerOf(answer, 'Allow') ?? 'MESSAGE', /MESSAGE/)
    }
    const stranger = await house.phone({ user: annas.user, password: 'not this one' })
    assert.equal((await write(stranger, own.number, 'Hello')).status, 407)
    await house.api.send('PATCH', `/extensions/${own.extensionId}`, { enabled: false })
    assert.deepEqual(await write(anna, own.number, 'Hello').then(({ status, reason }) => [status, reason]), [404, 'This extension is switched off'])
    await house.api.send('PATCH', `/extensions/${own.extensionId}`, { enabled: true })
    await house.api.send('PATCH', '/messages/settings', { perMinute: 2 })
    const many = await house.registered(await line())
    const answers = [await write(many, '699', 'One'), await write(many, '699', 'Two'), await write(many, '699', 'Three')]
    assert.deepEqual(answers.map(({ status }) => status), [200, 200, 480])
    assert.equal(headerOf(answers[2]!, 'Retry-After'), '60')
    await house.api.send('PATCH', '/messages/settings', { perMinute: 1_000 })
  })

  test('a phone that does not want it is not asked again and holds nothing up; another that comes gets it', async () => {
    const own = await line()
    const old = await house.phone(own)
    old.answers = ({ method, body }) => (method === 'MESSAGE' ? (/colour/.test(body) ? 415 : 200) : undefined)
    await old.register()
    assert.equal((await write(anna, own.number, '<b>colour</b>', 'text/html')).status, 202)
    assert.equal((await write(anna, own.number, 'plain')).status, 202)
    await got(old, /plain/)
    await old.register()
    const other = await house.registered(await second(own))
    await got(other, /colour/)
    await emptied(own)
    assert.deepEqual([textsOf(old), textsOf(other)], [['<b>colour</b>', 'plain'], ['<b>colour</b>']])
  })

  test('who is silent does not keep the sender waiting', async () => {
    const own = await line()
    const silent = await house.registered(own)
    silent.vanish()
    assert.equal((await write(anna, own.number, 'Are you there?')).status, 202)
    assert.equal((await waiting(own.extensionId)).length, 1)
  })

  test('programs send by API, see what waits and discard it', async () => {
    const own = await line()
    const send = (body: object): Promise<{ status: number; body: { data?: { state: string } } }> => house.api.send('POST', '/messages', body) as never
    assert.deepEqual(await house.api.post('/messages', { to: own.number, text: 'Your guest is here.', from: '699' }), { state: 'waiting' })
    const [one] = await waiting(own.extensionId)
    assert.equal((await house.api.send('DELETE', `/messages/${one?.id}`)).status, 200)
    assert.equal((await house.api.send('DELETE', `/messages/${one?.id}`)).status, 404)
    const phone = await house.registered(own)
    assert.deepEqual(await house.api.post('/messages', { to: own.number, text: 'Your guest waits.' }), { state: 'delivered' })
    assert.match(headerOf(await got(phone, /waits/), 'From') ?? '', /^".+" <sip:[^@]+>/)
    assert.deepEqual(textsOf(phone), ['Your guest waits.'])
    assert.deepEqual([(await send({ to: '6666', text: 'x' })).status, (await send({ to: own.number, text: 'x', from: '6666' })).status, (await send({ to: own.number, text: '' })).status], [404, 404, 400])
    const audit = JSON.stringify(await house.api.get('/audit?limit=20'))
    assert.match(audit, /message\.send/)
    assert.doesNotMatch(audit, /guest/)
  })

  test('baresip writes and is written to', async () => {
    const [own, other] = [await line(), await line()]
    const bare = await startBaresip({ server: house.sip, transport: 'udp', tone: 440, answers: false, line: own, contact: other.number })
    try {
      await house.event('registration.changed', ({ data }) => data.registration.extensionNumber === own.number)
      await bare.write('Written while you were away')
      await eventually(async () => (await waiting(other.extensionId)).length === 1, 'what baresip wrote')
      const phone = await house.registered(other)
      assert.match(headerOf(await got(phone, /^Written while you were away$/), 'Content-Type') ?? '', /^text\/plain/)
      await emptied(other)
      await bare.write('And now at once')
      await got(phone, /^And now at once$/)
      // 202 would say that baresip does not take it.
      assert.equal((await write(phone, own.number, 'Thank you')).status, 200)
    } finally {
      await bare.stop()
    }
  })
})

test('what waits outlives the house, sealed', async (t) => {
  const first = await startHouse()
  t.after(() => rm(first.home, { recursive: true, force: true }))
  const [anna, ben] = [await first.extension('100'), await first.extension('101')]
  const phone = await openPhone({ server: first.sip, user: anna.user, password: anna.password })
  t.after(() => phone.close())
  assert.equal((await write(phone, '101', 'Sealed words')).status, 202)
  await first.close({ keep: true, phonesStay: true })
  const second = await startHouse({ home: first.home })
  try {
    const reader = await second.registered(ben)
    await got(reader, /Sealed words/)
    await eventually(async () => (await second.api.get<unknown[]>('/messages')).length === 0, 'the waiting message to go')
  } finally {
    await second.close({ keep: true })
  }
})
