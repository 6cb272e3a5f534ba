/** Phones that people take turns at: whoever logs in by code and PIN has the phone as their own; help goes where the phone is. */
import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { request } from 'node:http'
import { after, afterEach, before, suite, test } from 'node:test'
import type { CallView } from '../../pbx/events/catalogue.ts'
import type { Line } from '../support/desk.ts'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, openPhone, type Phone, type PhoneCall, type SipMessage } from '../support/phone.ts'
import { hearEachOther, leaveMessage, talk } from '../support/talk.ts'

interface Shared { id: string; name: string; calls: string; home: { number: string }; registered: boolean; login: { extensionId: string; number: string; name: string; until: string | null } | null }

const PIN = '739105'

suite('hot desking', () => {
  let house: House
  let carrier: Phone
  /** The phone of desk 4, and one of desk 5. */
  let seat: Line
  let desk: Phone
  let seat5: Line
  let anna: Line
  let ben: Phone
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    carrier = await openPhone({ server: house.sip, user: 'carrier', password: '' })
    const trunk = await house.api.post<{ id: string }>('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port, callerId: '+15550001000', emergency: true, sendLocation: true })
    await house.api.post('/outbound-routes', { name: 'Outside', pattern: '9.', strip: 1, trunkIds: [trunk.id] })
    seat = await house.extension('190', { name: 'Desk 4' })
    seat5 = await house.extension('191', { name: 'Desk 5' })
    anna = await house.extension('101', { name: 'Anna', voicemail: true })
    ben = await house.registered(await house.extension('102', { name: 'Ben' }))
    await house.api.post('/inbound-numbers', { number: '+15550001911', name: 'For dispatchers', destination: '102' })
    await house.api.send('PUT', `/mailboxes/${anna.extensionId}/pin`, { pin: PIN })
    const site = await house.api.post<{ id: string }>('/emergency/sites', { name: 'HQ', state: 'IL', city: 'Springfield', postalCode: '62701', street: 'Main Street', houseNumber: '12', callbackNumber: '+15550001911' })
    const place = async (name: string): Promise<string> => (await house.api.post<{ id: string }>('/emergency/locations', { siteId: site.id, name, floor: '4' })).id
    await house.api.send('PUT', `/emergency/devices/${seat.deviceId}/place`, { locationId: await place('Desk four') })
    await house.api.send('PATCH', '/emergency/settings', { locationId: await place('Reception') })
    desk = await house.phone(seat)
    desk.answers = ({ method }) => (method === 'NOTIFY' ? 200 : undefined)
    assert.equal((await desk.register()).status, 200)
  })
  after(async () => {
    await carrier?.close()
    await house?.close()
  })
  afterEach(() => house.idle())

  const share = (line: Line, more: Record<string, unknown> = {}) => house.api.send('PUT', `/shared-phones/${line.deviceId}`, { calls: 'internal', hours: null, at: null, ...more })
  const seats = (): Promise<Shared[]> => house.api.get<Shared[]>('/shared-phones')
  const whoSits = async (line: Line): Promise<string | undefined> => (await seats()).find(({ id }) => id === line.deviceId)?.login?.number
  /** Dials a code and gives these answers, each when it was asked for. */
  async function answering(phone: Phone, code: string, answers: string[]): Promise<CallView> {
    const call = await phone.invite(code)
    await call.answered()
    call.audio.play(0)
    for (const keys of answers) {
      call.audio.forget()
      await call.audio.hearsSomething(20_000)
      await call.audio.press(`${keys}#`)
    }
    await call.ended(30_000)
    return house.verdict(call)
  }
  const logIn = (phone: Phone, pin = PIN) => answering(phone, '*11101', [pin])
  async function refused(number: string): Promise<string | undefined> {
    const call = await desk.invite(number)
    await call.ended(20_000)
    return (await house.verdict(call)).termination?.reason
  }
  async function help(): Promise<{ call: PhoneCall; there: PhoneCall }> {
    const mark = carrier.incoming.mark()
    const call = await desk.invite('911')
    return { call, there: await carrier.nextCall({ from: mark }) }
  }
  async function end({ call, there }: { call: PhoneCall; there: PhoneCall }): Promise<void> {
    there.reject(503)
    await call.ended()
    await house.idle()
  }

  test('a phone that is not shared takes nobody', async () => {
    const { termination } = await answering(desk, '*11101', [])
    assert.equal(termination?.reason, 'feature-refused')
    assert.match(termination?.explanation ?? '', /Phone is not shared/)
    assert.equal((await house.api.send('DELETE', `/shared-phones/${seat.deviceId}`)).status, 404)
  })

  test('while nobody sits there it calls help, with its place, and numbers inside where that is allowed', async () => {
    assert.equal((await share(seat, { at: '25:00' })).status, 400)
    assert.equal((await share(seat)).status, 200)
    const { out, in: there } = await talk(desk, ben, '102')
    await out.bye()
    await there.ended()
    assert.equal(await refused('912025550123'), 'desk-empty')
    assert.equal(await refused('*72102'), 'desk-empty')
    assert.equal(await refused('*67912025550123'), 'desk-empty')
    await share(seat, { calls: 'help' })
    assert.equal(await refused('102'), 'desk-empty')
    const called = await help()
    assert.match(called.there.invite.body, /<ca:LOC>Desk four</)
    await end(called)
    await share(seat)
    // Whoever is called there may not lead the caller out, either.
    const call = await ben.invite('190')
    const inside = await desk.nextCall()
    await inside.answer()
    await call.answered()
    const before = carrier.incoming.mark()
    await inside.refer(`<sip:912025550123@${house.sip.host}>`)
    await inside.referred(/^SIP\/2\.0 [456]/, 20_000)
    assert.equal(carrier.incoming.mark(), before)
    await Promise.allSettled([call.bye(), inside.bye()])
  })

  test('whoever logs in has the phone: it rings for them, calls as them, has their messages, and is in their history', async () => {
    const news = house.events.mark()
    const { termination } = await logIn(desk)
    assert.deepEqual([termination?.reason, /101 \(Anna\) is logged in at Phone/.test(termination?.explanation ?? '')], ['feature-done', true], termination?.explanation)
    const { data } = await house.event('desk.changed', () => true, { from: news })
    assert.deepEqual([data.change, data.deviceId, data.number], ['logged-in', seat.deviceId, '101'])
    const removed = await house.event('registration.removed', ({ data: { why } }) => why === 'moved', { from: news })
    assert.equal(removed.data.registration.extensionNumber, '190')
    assert.deepEqual((await house.registrations()).filter(({ deviceId }) => deviceId === seat.deviceId).map(({ extensionNumber }) => extensionNumber), ['101'])
    assert.deepEqual((await seats()).map(({ home, registered, login }) => [home.number, registered, login?.name]), [['190', true, 'Anna']])
    // It registers as before, and goes on as theirs.
    assert.equal((await desk.register()).status, 200)
    const rung = await talk(ben, desk, '101')
    await hearEachOther(rung.out, rung.in)
    await rung.out.bye()
    await rung.in.ended()
    const calls = await talk(desk, ben, '102')
    assert.match(headerOf(calls.in.invite, 'From') ?? '', /"Anna" <sip:101@/)
    await calls.out.bye()
    await calls.in.ended()
    const out = await talk(desk, carrier, '912025550123')
    await out.out.bye()
    await out.in.ended()
    await house.idle()
    const nobody = await ben.invite('190')
    await nobody.status(480)
    await nobody.ended()
    const past = await house.history(`?extensionId=${anna.extensionId}&order=asc`)
    assert.deepEqual(past.map(({ from, to }) => [from.number, to.number]), [['102', '101'], ['101', '102'], ['101', '912025550123']])
    const mark = desk.received.mark()
    await leaveMessage(await ben.invite('*99101'))
    await desk.received.until(({ method, body }) => method === 'NOTIFY' && /Messages-Waiting: yes/.test(body), 'the lamp of Anna', { from: mark, ms: 15_000 })
  })

  test('help is sent to where the phone is, and calls back that phone, whoever sits there by then', async () => {
    const called = await help()
    assert.match(called.there.invite.body, /<ca:LOC>Desk four</)
    assert.match(headerOf(called.there.invite, 'From') ?? '', /sip:\+15550001911@/)
    await end(called)
    const [record] = await house.api.get<{ caller: { number: string }; location: { name: string } }[]>('/emergency/calls')
    assert.deepEqual([record?.caller.number, record?.location.name], ['101', 'Desk four'])
    assert.equal((await answering(desk, '*12', [])).termination?.reason, 'feature-done')
    assert.equal(await whoSits(seat), undefined)
    const mark = desk.incoming.mark()
    const back = await carrier.invite('+15550001911')
    const there = await desk.nextCall({ from: mark })
    await there.answer()
    await back.answered()
    await back.bye()
    await there.ended()
  })

  test('nothing of them stays: the lamp of the messages goes out, the phone rings for its own extension', async () => {
    assert.ok(desk.received.entries.findLast(({ method, body }) => method === 'NOTIFY' && body.includes('Messages-Waiting'))?.body.includes('Messages-Waiting: no'))
    const { out, in: there } = await talk(ben, desk, '190')
    await out.bye()
    await there.ended()
  })

  test('subscriptions end when somebody sits down, so that the phone asks anew; the code has a lamp', async () => {
    const subscribe = (event: string, user: string) => desk.subscribe(event, { expires: 600, uri: `sip:${user}@${house.sip.host}:${house.sip.port}` })
    const shows = (callId: string | undefined, fits: (message: SipMessage) => boolean, from: number) => desk.received.until((message) => message.method === 'NOTIFY' && headerOf(message, 'Call-ID') === callId && fits(message), 'a NOTIFY', { from, ms: 15_000 })
    const from = desk.received.mark()
    const lamp = headerOf(await subscribe('dialog', '*12'), 'Call-ID')
    await shows(lamp, ({ body }) => body.includes('terminated'), from)
    await logIn(desk)
    await shows(lamp, (message) => /terminated;reason=deactivated/.test(headerOf(message, 'Subscription-State') ?? ''), from)
    const again = desk.received.mark()
    const lit = headerOf(await subscribe('dialog', '*12'), 'Call-ID')
    await shows(lit, ({ body }) => body.includes('<state>confirmed'), again)
    const messages = headerOf(await subscribe('message-summary', '190'), 'Call-ID')
    await shows(messages, ({ body }) => body.includes('Messages-Waiting: yes'), again)
  })

  test('a person sits at one phone; somebody else at the same one takes it over; an administrator ends it', async () => {
    const other = await house.registered(seat5)
    await share(seat5)
    const news = house.events.mark()
    await logIn(other)
    assert.deepEqual([await whoSits(seat), await whoSits(seat5)], [undefined, '101'])
    await house.event('desk.changed', ({ data }) => data.change === 'logged-out' && data.deviceId === seat.deviceId, { from: news })
    const ended = await house.api.send('DELETE', `/shared-phones/${seat5.deviceId}/login`)
    assert.equal(ended.status, 200)
    assert.equal(await whoSits(seat5), undefined)
    assert.equal((await house.api.send('DELETE', `/shared-phones/${seat5.deviceId}/login`)).status, 409)
    const audit = await house.api.get<{ action: string; actor: { name: string }; after: { why?: string; extension?: string } }[]>('/audit?limit=3')
    assert.deepEqual(audit.map(({ action, actor }) => [action, actor.name === 'Phone of 191']), [['desk.log-out', false], ['desk.log-in', true], ['desk.log-out', true]])
    assert.equal(audit[2]?.after.why, 'logged in elsewhere')
    await other.unregister()
  })

  test('whoever is switched off sits nowhere', async () => {
    await logIn(desk)
    await house.api.send('PATCH', `/extensions/${anna.extensionId}`, { enabled: false })
    assert.equal(await whoSits(seat), undefined)
    assert.equal(await refused('912025550123'), 'desk-empty')
    await house.api.send('PATCH', `/extensions/${anna.extensionId}`, { enabled: true })
    assert.equal(await whoSits(seat), '101')
    await house.api.send('DELETE', `/shared-phones/${seat.deviceId}/login`)
  })

  test('three wrong PINs end the call, many keep the phone from asking for a while; none is written down', async () => {
    const wrong = '48151623'
    const first = await answering(desk, '*11', ['101', wrong, wrong, wrong])
    assert.equal(first.termination?.reason, 'feature-refused')
    assert.match(first.termination?.explanation ?? '', /No right PIN of 101/)
    assert.equal(await whoSits(seat), undefined)
    await answering(desk, '*11777', [wrong, wrong, wrong])
    await answering(desk, '*11101', [wrong, wrong, wrong])
    const locked = await answering(desk, '*11101', [])
    assert.match(locked.termination?.explanation ?? '', /Too many wrong PINs/)
    const written = JSON.stringify([house.warnings, await house.history('?limit=100'), await house.api.get('/audit?limit=100')])
    for (const digits of [wrong, PIN]) assert.equal(written.includes(digits), false)
    assert.ok(house.warnings.some((line) => line.includes('a wrong PIN was entered at a shared phone')))
  })

  test('a phone that is set up from here gets the name, and the lamps, of whoever sits there', async () => {
    const read = (url: string): Promise<string> => new Promise((resolve, reject) => {
      request(new URL(new URL(url).pathname, house.api.url), { headers: { 'X-Forwarded-For': '192.0.2.10', 'X-Forwarded-Proto': 'https', 'User-Agent': 'Yealink SIP-T46U' }, agent: false }, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (part: string) => { text += part }).on('error', reject).on('end', () => resolve(text))
      }).on('error', reject).end()
    })
    const home = await house.extension('192', { name: 'Desk 6' })
    const carl = await house.extension('103', { name: 'Carl' })
    await house.api.send('PUT', `/mailboxes/${carl.extensionId}/pin`, { pin: PIN })
    await house.api.send('PATCH', `/extensions/${carl.extensionId}`, { lampNumbers: ['102'] })
    const made = await house.api.post<{ id: string; deviceIds: string[] }>('/phones', { name: 'Desk 6', vendor: 'yealink', model: 'T46U', mac: '805ec1000001', lines: [home.extensionId], transport: 'udp', keys: [{ type: 'speed-dial', value: '102', label: 'Door' }] })
    const { fileUrl } = await house.api.post<{ fileUrl: string }>(`/phones/${made.id}/link`)
    const value = (text: string, name: string): string | undefined => new RegExp(`^${name.replaceAll('.', String.raw`\.`)} = (.*)$`, 'm').exec(text)?.[1]
    const before = await read(fileUrl)
    assert.deepEqual([value(before, 'account.1.display_name'), value(before, 'linekey.1.label')], ['Desk 6', 'Door'])
    await house.api.send('PUT', `/shared-phones/${made.deviceIds[0]}`, { calls: 'internal', hours: 8, at: '18:30' })
    const phone = await house.phone({ user: value(before, 'account.1.user_name') ?? '', password: value(before, 'account.1.password') ?? '' })
    phone.answers = ({ method }) => (method === 'NOTIFY' ? 200 : undefined)
    assert.equal((await phone.register()).status, 200)
    const mark = phone.received.mark()
    assert.equal((await answering(phone, '*11103', [PIN])).termination?.reason, 'feature-done')
    await phone.received.until((message) => /^check-sync/.test(headerOf(message, 'Event') ?? ''), 'being told to fetch its settings', { from: mark, ms: 15_000 })
    const after = await read(`${value(before, 'auto_provision.server.url')}805ec1000001.cfg`)
    assert.equal(value(after, 'account.1.display_name'), 'Carl')
    assert.equal(value(after, 'account.1.user_name'), value(before, 'account.1.user_name'))
    assert.match(after, /^linekey\.2\.value = 102$/m)
    assert.doesNotMatch(after, /= Door$/m)
    const login = (await seats()).find(({ id }) => id === made.deviceIds[0])?.login
    assert.ok(login?.until, 'it ends by itself')
  })
})

test('a restart changes nothing: whoever sat there still does, and is called there', async (t) => {
  const first = await startHouse({ change: (settings) => void (settings.registrar.qualifySeconds = 0) })
  t.after(() => rm(first.home, { recursive: true, force: true }))
  const [seat, anna, ben] = [await first.extension('190'), await first.extension('101', { voicemail: true }), await first.extension('102')]
  await first.api.send('PUT', `/mailboxes/${anna.extensionId}/pin`, { pin: PIN })
  await first.api.send('PUT', `/shared-phones/${seat.deviceId}`, { calls: 'help', hours: null, at: null })
  const desk = await openPhone({ server: first.sip, user: seat.user, password: seat.password })
  t.after(() => desk.close())
  assert.equal((await desk.register()).status, 200)
  const call = await desk.invite('*11101')
  await call.answered()
  call.audio.play(0)
  await call.audio.hearsSomething(20_000)
  await call.audio.press(`${PIN}#`)
  await call.ended(20_000)
  const { port } = first.sip
  await first.close({ keep: true, phonesStay: true })
  const second = await startHouse({ home: first.home, change: (settings) => { settings.sip.port = port; settings.registrar.qualifySeconds = 0 } })
  try {
    assert.deepEqual((await second.registrations()).map(({ extensionNumber }) => extensionNumber), ['101'])
    const caller = await second.phone(ben)
    const out = await caller.invite('101')
    const there = await desk.nextCall()
    await there.answer()
    await out.answered()
    await out.bye()
    await there.ended()
    await second.idle()
  } finally {
    await second.close({ keep: true, phonesStay: true })
  }
})
