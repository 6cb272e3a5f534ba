/** Calls to and from carriers: phones of ours that play carriers known by their address, and another house that is registered with. */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { after, afterEach, before, suite, test } from 'node:test'
import { eventually } from '../support/eventually.ts'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, openPhone, type Phone, type PhoneCall } from '../support/phone.ts'

interface Status {
  state: string
  cause: string | null
  calls: number
  registration: { state: string; expiresAt: string | null } | null
}
interface Trunk {
  id: string
  status: Status
}

suite('trunks', () => {
  let house: House
  let carrier: Phone
  let trunk: Trunk
  let anna: Phone
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    carrier = await openPhone({ server: house.sip, user: 'carrier', password: '' })
    trunk = await house.api.post<Trunk>('/trunks', { name: 'Carrier A', host: '127.0.0.1', port: carrier.local.port, callerId: '+15550001000' })
    await house.api.post('/outbound-routes', { name: 'Everything', pattern: '9.', strip: 1, trunkIds: [trunk.id] })
    const line = await house.extension('101', { name: 'Anna Berg' })
    anna = await house.registered(line)
  })
  after(async () => {
    await carrier?.close()
    await house?.close()
  })
  afterEach(() => house.idle())

  const hearEachOther = async (one: PhoneCall, other: PhoneCall): Promise<void> => {
    one.audio.play(440)
    other.audio.play(1000)
    one.audio.forget()
    other.audio.forget()
    await Promise.all([one.audio.hears(1000), other.audio.hears(440)])
  }
  const why = async (from: string, to: string): Promise<string> =>
    (await house.api.get<{ steps: { step: string; reason: string }[] }>(`/routing/explanation?from=${from}&to=${encodeURIComponent(to)}`)).steps.map(({ step, reason }) => `${step}. ${reason}.`).join(' ')

  test('a call out: the number as the carrier wants it, our number and nothing of the house, sound both ways', async () => {
    const mark = carrier.incoming.mark()
    const call = await anna.invite('92025550123')
    const there = await carrier.nextCall({ from: mark })
    assert.match(there.invite.uri, /^sip:\+12025550123@127\.0\.0\.1/)
    assert.match(headerOf(there.invite, 'From') ?? '', /^<sip:\+15550001000@127\.0\.0\.1>/)
    assert.match(headerOf(there.invite, 'P-Asserted-Identity') ?? '', /<sip:\+15550001000@/)
    const all = `${there.invite.headers.map(([name, value]) => `${name}: ${value}`).join('\n')}\n${there.invite.body}`
    // In SDP 101 is the payload type of digits, too.
    assert.doesNotMatch(all, /sip:101|"101|Anna|Berg|localhost/, all)
    assert.doesNotMatch(all, new RegExp(`[: ]${anna.local.port}\\b`), 'the phone itself is not seen')
    await there.answer()
    await call.answered()
    await hearEachOther(call, there)
    assert.equal((await house.api.get<Trunk>(`/trunks/${trunk.id}`)).status.calls, 1)
    await there.bye()
    await call.ended()
    const view = await house.verdict(call)
    assert.deepEqual([view.direction, view.to.number, view.legs[1]?.name, view.termination?.by], ['outbound', '92025550123', 'Carrier A', 'callee'])
  })

  test('a call in: for an inbound number only, however the carrier writes it, with its prefix; hold and hang-up', async () => {
    await house.api.post('/inbound-numbers', { number: '+15550001000', name: 'Main line', destination: '101', namePrefix: 'Main' })
    for (const number of ['+15550001000', '15550001000', '5550001000']) {
      const mark = anna.incoming.mark()
      const call = await carrier.invite(number, { headers: [['P-Asserted-Identity', '"Bob" <sip:+12025550999@carrier.example>']] })
      const there = await anna.nextCall({ from: mark })
      assert.match(headerOf(there.invite, 'From') ?? '', /^"Main Bob" <sip:\+12025550999@/, number)
      await there.answer()
      await call.answered()
      await hearEachOther(call, there)
      if (number === '5550001000') {
        assert.equal((await there.hold('sendonly')).status, 200)
        assert.equal((await there.resume()).status, 200)
        await hearEachOther(call, there)
      }
      await call.bye()
      await there.ended()
      const view = await house.verdict(call)
      assert.deepEqual([view.direction, view.from.number, view.to.number], ['inbound', '+12025550999', number])
    }
    const lost = await carrier.invite('+15550002222', { headers: [] })
    assert.equal((await lost.ended()).status, 404, 'the carrier learns that the number is not ours')
  })

  test('a stranger reaches neither a number nor an extension', async () => {
    const stranger = await openPhone({ server: house.sip, user: 'stranger', password: 'x', address: '127.0.0.9' })
    try {
      for (const number of ['+15550001000', '101', '92025550123']) assert.equal((await (await stranger.invite(number)).ended()).status, 407)
    } finally {
      await stranger.close()
    }
  })

  test('abroad and premium numbers only for those who may, also by forward; and it is said in advance', async () => {
    assert.match(await why('101', '92025550123'), /Call \+12025550123 over Carrier A, shown as \+15550001000/)
    // Jamaica has the country code of the United States.
    for (const abroad of ['9+4930123456', '918765551234']) {
      assert.match(await why('101', abroad), /is abroad/)
      const call = await anna.invite(abroad)
      assert.equal((await call.ended()).status, 403)
    }
    assert.match(await why('101', '919005551234'), /premium-rate/)
    const forwarder = await house.extension('102')
    await house.api.ask('PATCH', `/extensions/${forwarder.extensionId}`, { forwardAlways: '90114930123456' }).then(
      () => assert.fail('a forward abroad must be refused'), (error: unknown) => assert.match(String(error), /abroad/))
    await house.api.ask('PATCH', `/extensions/${forwarder.extensionId}`, { outsideCalls: 'international' })
    await house.api.ask('PATCH', `/extensions/${forwarder.extensionId}`, { forwardAlways: '90114930123456' })
    const mark = carrier.incoming.mark()
    const call = await anna.invite('102')
    const there = await carrier.nextCall({ from: mark })
    assert.match(there.invite.uri, /^sip:\+4930123456@/)
    assert.match(headerOf(there.invite, 'Diversion') ?? '', /^<sip:102@127\.0\.0\.1>;reason=unconditional/)
    there.reject(486)
    assert.equal((await call.ended()).status, 486, 'busy is busy')
    // What it may do later no more, it does no more.
    await house.api.ask('PATCH', `/extensions/${forwarder.extensionId}`, { outsideCalls: 'none' })
    assert.equal((await (await anna.invite('102')).ended()).status, 403)
  })

  test('only numbers of the company are shown', async () => {
    const [extension] = await house.api.get<{ id: string }[]>('/extensions?search=101')
    const answer = await house.api.send('PATCH', `/extensions/${extension?.id}`, { outsideNumber: '+15559999999' })
    assert.equal(answer.status, 422)
    await house.api.ask('PATCH', `/extensions/${extension?.id}`, { outsideNumber: '+15550001000' })
    // While it is shown it stays the company's: neither the number nor the trunk that has it goes away.
    const [number] = (await house.api.get<{ id: string; number: string }[]>('/inbound-numbers')).filter((one) => one.number === '+15550001000')
    await house.api.ask('PATCH', `/trunks/${trunk.id}`, { callerId: '+15550001009' })
    for (const [method, body] of [['DELETE', undefined], ['PATCH', { number: '+15550001005' }]] as const) {
      const kept = await house.api.send(method, `/inbound-numbers/${number?.id}`, body)
      assert.deepEqual([kept.status, /extension 101 \(Anna Berg\) shows \+15550001000 outside/.test(kept.body.toString())], [409, true])
    }
    assert.equal((await house.api.send('PATCH', `/inbound-numbers/${number?.id}`, { number: '+1 (555) 000-1000' })).status, 200, 'the same number, written otherwise')
    await house.api.ask('PATCH', `/trunks/${trunk.id}`, { callerId: '+15550001000' })
    // What a phone says of itself is believed by nobody.
    const mark = carrier.incoming.mark()
    const call = await anna.invite('92025550123', { headers: [['P-Asserted-Identity', '<sip:+12025559999@house>'], ['P-Preferred-Identity', '<sip:+12025559999@house>'], ['Remote-Party-ID', '<sip:+12025559999@house>;party=calling'], ['Privacy', 'none']] })
    const there = await carrier.nextCall({ from: mark })
    assert.doesNotMatch(JSON.stringify(there.invite.headers), /2025559999/)
    assert.match(headerOf(there.invite, 'From') ?? '', /<sip:\+15550001000@/)
    there.reject(486)
    await call.ended()
    await house.api.ask('PATCH', `/extensions/${extension?.id}`, { outsideNumber: null })
  })

  test('header rules: what the carrier is sent, and how its calls are read', async () => {
    const wrong = await house.api.send('PATCH', `/trunks/${trunk.id}`, { headerRules: [{ direction: 'out', action: 'remove', header: 'Via' }] })
    assert.deepEqual([wrong.status, /Via carries the call itself/.test(wrong.body.toString())], [422, true])
    const headerRules = [
      { direction: 'out', action: 'add', header: 'X-Account', value: '{caller}>{called}' },
      { direction: 'out', action: 'add', header: 'X-Account', value: 'second' },
      { direction: 'out', action: 'replace', header: 'P-Asserted-Identity', match: '\\+1(\\d+)@', value: '$1@' },
      { direction: 'in', action: 'replace', header: 'P-Asserted-Identity', match: 'sip:00', value: 'sip:+' },
    ]
    await house.api.ask('PATCH', `/trunks/${trunk.id}`, { headerRules })
    let mark = carrier.incoming.mark()
    const call = await anna.invite('92025550123')
    const there = await carrier.nextCall({ from: mark })
    assert.deepEqual(there.invite.headers.flatMap(([name, value]) => (name === 'X-Account' ? [value] : [])), ['+15550001000>+12025550123', 'second'])
    assert.match(headerOf(there.invite, 'P-Asserted-Identity') ?? '', /^<sip:5550001000@/)
    there.reject(486)
    await call.ended()
    mark = anna.incoming.mark()
    const into = await carrier.invite('+15550001000', { headers: [['P-Asserted-Identity', '"Bob" <sip:0012025550999@carrier.example>']] })
    const here = await anna.nextCall({ from: mark })
    assert.match(headerOf(here.invite, 'From') ?? '', /<sip:\+12025550999@/)
    here.reject(486)
    await into.ended()
    const answer = await house.api.post<{ message: string; steps: { changed: boolean }[] }>('/header-previews', { direction: 'in', rules: headerRules, message: 'INVITE sip:+15550001000@x SIP/2.0\nP-Asserted-Identity: <sip:0049301@y>' })
    assert.deepEqual([answer.steps.map(({ changed }) => changed), /<sip:\+49301@y>/.test(answer.message)], [[true], true])
    await house.api.ask('PATCH', `/trunks/${trunk.id}`, { headerRules: [] })
  })

  test('a carrier that is gone, and one that has no line: the next one carries the call; a busy one is not tried elsewhere', async () => {
    const other = await openPhone({ server: house.sip, user: 'other', password: '' })
    // It says nothing at all. Nobody at the port would be known at once where ICMP is told, and such a trunk comes last.
    const nobody = createSocket('udp4').bind(0, '127.0.0.1')
    try {
      await once(nobody, 'listening')
      const dead = await house.api.post<Trunk>('/trunks', { name: 'Dead', host: '127.0.0.1', port: nobody.address().port })
      const full = await house.api.post<Trunk>('/trunks', { name: 'Full', host: '127.0.0.1', port: other.local.port, format: 'national' })
      await house.api.post('/outbound-routes', { name: 'Three', pattern: '8.', strip: 1, position: 1, trunkIds: [dead.id, full.id, trunk.id] })
      const [atOther, atCarrier] = [other.incoming.mark(), carrier.incoming.mark()]
      const call = await anna.invite('812025550123')
      const refused = await other.nextCall({ from: atOther })
      assert.match(refused.invite.uri, /^sip:2025550123@/, 'each as it wants it')
      refused.reject(503)
      const there = await carrier.nextCall({ from: atCarrier })
      await there.answer()
      await call.answered()
      await hearEachOther(call, there)
      await call.bye()
      await there.ended()
      const view = await house.verdict(call)
      assert.deepEqual(view.legs.map(({ name, answeredAt }) => [name, answeredAt !== null]), [['Anna Berg', true], ['Dead', false], ['Full', false], ['Carrier A', true]])

      const mark = other.incoming.mark()
      const busy = await anna.invite('812025550123')
      ;(await other.nextCall({ from: mark })).reject(486)
      assert.equal((await busy.ended()).status, 486)
      assert.deepEqual((await house.verdict(busy)).legs.map(({ name }) => name), ['Anna Berg', 'Dead', 'Full'])
      const [known] = (await house.api.get<(Trunk & { name: string })[]>('/trunks')).filter(({ name }) => name === 'Dead')
      await eventually(async () => (await house.api.get<Trunk>(`/trunks/${known?.id}`)).status.state === 'down', 'the trunk to be down', 60_000)
      const used = await house.api.send('DELETE', `/trunks/${full.id}`)
      assert.equal(used.status, 409)
    } finally {
      nobody.close()
      await other.close()
    }
  })

  test('calls for help go over the trunk that carries them, past its limit; the newest ordinary call makes room', async () => {
    assert.match(await why('101', '911'), /no outside line/)
    const headerRules = [{ direction: 'out', action: 'replace', header: 'P-Asserted-Identity', match: '.*', value: '<sip:1@wrong.example>' }, { direction: 'out', action: 'add', header: 'X-Account', value: '7' }]
    await house.api.ask('PATCH', `/trunks/${trunk.id}`, { emergency: true, maxCalls: 1, headerRules })
    const nobody = await house.registered(await house.extension('103'))
    const [out] = await house.api.get<{ id: string }[]>('/extensions?search=103')
    await house.api.ask('PATCH', `/extensions/${out?.id}`, { outsideCalls: 'none' })
    let mark = carrier.incoming.mark()
    const ordinary = await anna.invite('92025550123')
    const there = await carrier.nextCall({ from: mark })
    await there.answer()
    await ordinary.answered()
    // A second ordinary call finds it full.
    const second = await anna.invite('92025550124')
    assert.equal((await second.ended()).status, 503)
    assert.match((await house.verdict(second)).termination?.explanation ?? '', /as many calls as it may/)
    mark = carrier.incoming.mark()
    const help = await nobody.invite('9911')
    const atHelp = await carrier.nextCall({ from: mark })
    assert.match(atHelp.invite.uri, /^sip:911@/)
    assert.equal(headerOf(atHelp.invite, 'Priority'), 'emergency')
    assert.equal(headerOf(atHelp.invite, 'X-Account'), '7')
    assert.doesNotMatch(headerOf(atHelp.invite, 'P-Asserted-Identity') ?? '', /wrong/, 'the number to call back is not rewritten')
    assert.match(headerOf(there.invite, 'P-Asserted-Identity') ?? '', /wrong/)
    assert.equal((await house.verdict(ordinary)).termination?.reason, 'displaced')
    await atHelp.answer()
    await help.answered()
    await hearEachOther(help, atHelp)
    await help.bye()
    await atHelp.ended()
    await house.api.ask('PATCH', `/trunks/${trunk.id}`, { emergency: false, maxCalls: null, headerRules: [] })
  })

  test('a call is sent on to the outside by the phone that has it', async () => {
    const ben = await house.registered(await house.extension('104'))
    let mark = ben.incoming.mark()
    const call = await anna.invite('104')
    const atBen = await ben.nextCall({ from: mark })
    await atBen.answer()
    await call.answered()
    mark = carrier.incoming.mark()
    assert.equal((await atBen.refer(`<sip:92025550123@${house.sip.host}>`)).status, 202)
    const there = await carrier.nextCall({ from: mark })
    await there.answer()
    await atBen.ended()
    await hearEachOther(call, there)
    // Whoever was called has no right to call at the cost of the house.
    assert.equal((await there.refer(`<sip:92025550124@${house.sip.host}>`)).status, 403)
    assert.equal((await there.refer(`<sip:104@${house.sip.host}>`)).status, 403)
    await hearEachOther(call, there)
    await call.bye()
    await there.ended()
  })
})

suite('a carrier that is registered with', () => {
  let house: House
  let carrier: House
  let anna: Phone
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    // One drachtio-server would be both, and each request of the one an answer of the other.
    carrier = await startHouse({ embedded: true, change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    anna = await house.registered(await house.extension('101'))
  })
  after(async () => {
    // Begun between the two: the house's own phone, closed with it.
    await carrier?.close({ phonesStay: true })
    await house?.close()
  })

  test('registers with digest, calls both ways with a password, is told a wrong one', async () => {
    const account = await carrier.extension('5551000')
    const customer = await carrier.registered(await carrier.extension('5552000'))
    const input = { name: 'Carrier B', host: '127.0.0.1', port: carrier.sip.port, username: account.user, password: account.password, register: true, format: 'dialled', callerId: '5551000' }
    const { id } = await house.api.post<Trunk>('/trunks', input)
    const statusOf = async (): Promise<Status> => (await house.api.get<Trunk>(`/trunks/${id}`)).status
    await eventually(async () => (await statusOf()).registration?.state === 'registered', 'the registration')
    assert.equal((await statusOf()).state, 'up')
    await house.api.post('/outbound-routes', { name: 'Out', pattern: '555XXXX', trunkIds: [id] })
    await house.api.post('/inbound-numbers', { number: '5551000', name: 'Main', destination: '101' })

    let mark = customer.incoming.mark()
    const out = await anna.invite('5552000')
    const there = await customer.nextCall({ from: mark })
    await there.answer()
    await out.answered()
    out.audio.play(440)
    there.audio.play(1000)
    await Promise.all([out.audio.hears(1000), there.audio.hears(440)])
    await out.bye()
    await there.ended()

    mark = anna.incoming.mark()
    const into = await customer.invite('5551000')
    const here = await anna.nextCall({ from: mark })
    assert.match(headerOf(here.invite, 'From') ?? '', /<sip:5552000@/)
    await here.answer()
    await into.answered()
    into.audio.play(440)
    here.audio.play(1000)
    await Promise.all([into.audio.hears(1000), here.audio.hears(440)])
    await here.bye()
    await into.ended()

    // The carrier changed the password.
    await carrier.api.post(`/devices/${account.deviceId}/credentials`, {})
    const tested = await house.api.post<Trunk>(`/trunks/${id}/test`, {})
    assert.equal(tested.status.registration?.state, 'refused')
    assert.match(tested.status.cause ?? '', /refuses the user name or the password/)
    const refused = await anna.invite('5552000')
    assert.equal((await refused.ended()).status, 503)
    assert.match((await house.verdict(refused)).termination?.explanation ?? '', /Carrier B: it refused the user name or password/)
    for (const line of house.warnings) assert.doesNotMatch(line, new RegExp(account.password))
    assert.doesNotMatch(JSON.stringify(await house.api.get('/trunks')), new RegExp(account.password))
    await Promise.all([house.idle(), carrier.idle()])
  })

  test('what is called takes the way that it asked for', async (t) => {
    // A registrar, and the proxy through which it wants calls (RFC 3608).
    const registrar = createSocket('udp4').bind(0, '127.0.0.1')
    const proxy = createSocket('udp4').bind(0, '127.0.0.1')
    t.after(() => { registrar.close(); proxy.close() })
    await Promise.all([once(registrar, 'listening'), once(proxy, 'listening')])
    const way = `sip:127.0.0.1:${proxy.address().port};lr;session=a%2Cb`
    const answer = (request: string, status: string, ...more: string[]): string =>
      [`SIP/2.0 ${status}`, ...request.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq|Contact):/i.test(line)).map((line) => (/^To:/i.test(line) ? `${line};tag=1` : line)), ...more, 'Content-Length: 0', '', ''].join('\r\n')
    registrar.on('message', (data, from) => registrar.send(answer(data.toString(), '200 OK', 'Expires: 600', `Service-Route: <${way}>, <sip:second.carrier.example;lr>`), from.port, from.address))
    const invited = new Promise<string>((resolve) => {
      proxy.on('message', (data, from) => {
        const text = data.toString()
        if (!text.startsWith('INVITE ')) return
        proxy.send(answer(text, '486 Busy Here'), from.port, from.address)
        resolve(text)
      })
    })
    const { id } = await house.api.post<Trunk>('/trunks', { name: 'Carrier C', host: '127.0.0.1', port: registrar.address().port, username: 'c', password: 'secret-of-c', register: true, format: 'dialled' })
    await eventually(async () => (await house.api.get<Trunk>(`/trunks/${id}`)).status.registration?.state === 'registered', 'the registration')
    await house.api.post('/outbound-routes', { name: 'By C', pattern: '777XXXX', trunkIds: [id] })
    const call = await anna.invite('7770001')
    const invite = await invited
    assert.match(invite, new RegExp(`^INVITE sip:7770001@127.0.0.1:${registrar.address().port} `))
    assert.deepEqual([...invite.matchAll(/^Route: (.*?)\r$/gim)].flatMap(([, value = '']) => value.split(/,\s*/)), [`<${way}>`, '<sip:second.carrier.example;lr>'])
    assert.equal((await call.ended()).status, 486)
    await house.idle()
  })
})
