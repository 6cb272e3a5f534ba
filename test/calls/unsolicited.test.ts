/** Waiting messages on phones that do not subscribe to them (RFC 3842, as Asterisk and FreeSWITCH tell them). */
import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { after, afterEach, before, suite, test } from 'node:test'
import type { Line } from '../support/desk.ts'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, openPhone, type Phone, type SipMessage } from '../support/phone.ts'
import { leaveMessage } from '../support/talk.ts'

let next = 850

suite('waiting messages nobody asked for', () => {
  let house: House
  let caller: Phone
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    caller = await house.registered(await house.extension('849'))
  })
  after(() => house?.close())
  afterEach(() => house.idle())

  const line = (wish = {}): Promise<Line> => house.extension(String(next++), { voicemail: true, ...wish })
  const isMwi = (message: SipMessage): boolean => message.method === 'NOTIFY' && headerOf(message, 'Event') === 'message-summary'
  /** A phone that answers such a NOTIFY so. */
  async function phone(of: Line, status = 200, options = {}): Promise<Phone> {
    const made = await house.phone(of, options)
    made.answers = (request) => (isMwi(request) ? status : undefined)
    assert.equal((await made.register()).status, 200)
    return made
  }
  const told = (by: Phone, fits: RegExp, from = 0): Promise<SipMessage> => by.received.until((message) => isMwi(message) && fits.test(message.body), `a NOTIFY with ${fits}`, { from, ms: 15_000 })
  const count = (by: Phone): number => by.received.entries.filter(isMwi).length
  async function leave(of: Line): Promise<void> {
    await leaveMessage(await caller.invite(`*99${of.number}`))
  }
  const hear = async (of: Line): Promise<void> => {
    for (const { id } of await house.api.get<{ id: string }[]>(`/voicemail?mailboxId=${of.extensionId}&heard=false`)) await house.api.send('PATCH', `/voicemail/${id}`, { heard: true })
  }

  test('on registration and on each change; a refresh says nothing, a phone that started again hears it anew', async () => {
    const own = await line()
    const first = await phone(own)
    const notify = await told(first, /Messages-Waiting: no/)
    assert.equal(headerOf(notify, 'Subscription-State'), 'terminated')
    assert.equal(headerOf(notify, 'Content-Type'), 'application/simple-message-summary')
    assert.match(headerOf(notify, 'To') ?? '', new RegExp(`sip:${own.number}@`))
    assert.ok(headerOf(notify, 'Contact'))
    await leave(own)
    await told(first, /Messages-Waiting: yes[^]*Voice-Message: 1\/0/)
    const before = count(first)
    await first.register()
    await hear(own)
    await told(first, /Messages-Waiting: no[^]*Voice-Message: 0\/1/)
    assert.equal(count(first), before + 1, 'the refresh in between told nothing')
    // The same contact with another Call-ID: its lamp has forgotten all.
    const again = await phone(own, 200, { contact: first.local })
    await told(again, /Voice-Message: 0\/1/)
    assert.equal((await house.registrations()).filter(({ extensionId }) => extensionId === own.extensionId).length, 1, 'it is the same binding')
  })

  test('a phone that subscribes is told by its subscription alone, another of the same extension goes on; with the subscription’s end it is as before', async () => {
    const own = await line()
    const subscriber = await phone(own)
    await told(subscriber, /Voice-Message: 0\/0/)
    const { credentials } = await house.api.post<{ credentials: { username: string; password: string } }>(`/extensions/${own.extensionId}/devices`, { name: 'Second' })
    const other = await phone({ ...own, user: credentials.username, password: credentials.password })
    await told(other, /Voice-Message: 0\/0/)
    const subscribed = await subscriber.subscribe('message-summary', { expires: 600, uri: `sip:${own.number}@${house.sip.host}:${house.sip.port}` })
    assert.equal(subscribed.status, 200)
    const mine = headerOf(subscribed, 'Call-ID')
    await leave(own)
    await told(other, /Voice-Message: 1\/0/)
    assert.equal(headerOf(await told(subscriber, /Voice-Message: 1\/0/), 'Call-ID'), mine)
    const since = subscriber.received.mark()
    await subscriber.subscribe('message-summary', { to: subscribed, expires: 0 })
    await hear(own)
    const after = await subscriber.received.until((message) => isMwi(message) && headerOf(message, 'Call-ID') !== mine && /Voice-Message: 0\/1/.test(message.body), 'a NOTIFY outside the subscription', { from: since })
    assert.equal(headerOf(after, 'Subscription-State'), 'terminated')
    assert.equal(subscriber.received.entries.filter((message) => isMwi(message) && headerOf(message, 'Call-ID') !== mine && /Voice-Message: 1\/0/.test(message.body)).length, 0)
  })

  test('whoever answers 481, 489 or 405 is not asked again until it starts again', async () => {
    await Promise.all([481, 489, 405].map(async (status) => {
      const own = await line()
      const strict = await phone(own, status)
      const polite = await phone(own)
      for (const each of [strict, polite]) await told(each, /Voice-Message: 0\/0/)
      await leave(own)
      await told(polite, /Voice-Message: 1\/0/)
      await strict.register()
      await hear(own)
      await told(polite, /Voice-Message: 0\/1/)
      assert.equal(count(strict), 1, `after ${status}`)
      const again = await phone(own, 200, { contact: strict.local })
      await told(again, /Voice-Message: 0\/1/)
    }))
  })

  test('without a mailbox nobody is told; a lamp that is lit goes out when the mailbox is switched off, or the telling', async () => {
    const none = await line({ voicemail: false })
    const silent = await phone(none)
    const own = await line()
    const lit = await phone(own)
    await leave(own)
    await told(lit, /Messages-Waiting: yes/)
    let from = lit.received.mark()
    await house.api.send('PATCH', `/extensions/${own.extensionId}`, { voicemail: false })
    await told(lit, /Messages-Waiting: no/, from)
    from = lit.received.mark()
    await house.api.send('PATCH', `/extensions/${own.extensionId}`, { voicemail: true })
    await told(lit, /Messages-Waiting: yes/, from)
    from = lit.received.mark()
    await house.api.send('PATCH', `/mailboxes/${own.extensionId}`, { mwiUnsolicited: false })
    await told(lit, /Messages-Waiting: no/, from)
    const before = count(lit)
    await hear(own)
    from = lit.received.mark()
    await house.api.send('PATCH', `/mailboxes/${own.extensionId}`, { mwiUnsolicited: true })
    await told(lit, /Voice-Message: 0\/1/, from)
    assert.equal(count(lit), before + 1)
    assert.equal(count(silent), 0)
  })
})

test('after a restart of the house a phone is told once, when it registers next', async (t) => {
  const first = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
  t.after(() => rm(first.home, { recursive: true, force: true }))
  const line = await first.extension('100', { voicemail: true })
  const phone = await openPhone({ server: first.sip, user: line.user, password: line.password })
  t.after(() => phone.close())
  phone.answers = ({ method }) => (method === 'NOTIFY' ? 200 : undefined)
  const notified = (from = 0): Promise<SipMessage> => phone.received.until(({ method }) => method === 'NOTIFY', 'a NOTIFY', { from })
  await phone.register()
  await notified()
  const { port } = first.sip
  await first.close({ keep: true, phonesStay: true })
  const second = await startHouse({ home: first.home, change({ sip, registrar }) { Object.assign(sip, { port }); registrar.qualifySeconds = 0 } })
  try {
    const from = phone.received.mark()
    await phone.register()
    await notified(from)
    await phone.register()
    await phone.register()
    // Another phone that came later has been told: what was to be said to the first would have been.
    const other = await second.phone(line)
    other.answers = phone.answers
    await other.register()
    await other.received.until(({ method }) => method === 'NOTIFY', 'a NOTIFY')
    assert.equal(phone.received.entries.filter(({ method }) => method === 'NOTIFY').length, 2)
  } finally {
    await second.close({ keep: true, phonesStay: true })
  }
})
