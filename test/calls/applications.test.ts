/** Applications: a program decides calls by webhook, with real phones; and what becomes of them when it does not. */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, afterEach, before, suite, test } from 'node:test'
import type { Line } from '../support/desk.ts'
import { startHouse, type House } from '../support/house.ts'
import { openPhone, type Phone } from '../support/phone.ts'
import { startProgram, type Answer, type Program } from '../support/program.ts'
import { hearEachOther } from '../support/talk.ts'

interface Application { id: string; number: string; version: number; hasSecret: boolean }
interface Past { id: string; rootId: string; direction: string; to: { number: string }; plan: { steps: { step: string; reason: string }[] }; termination: { reason: string; explanation: string } }

let number = 700

suite('applications', () => {
  let house: House
  let program: Program
  let carrier: Phone
  let anna: Phone
  let ben: Phone
  let carl: Phone
  let lines: Line[]
  before(async () => {
    program = await startProgram()
    house = await startHouse({ change: ({ registrar, webhooks }) => void (registrar.qualifySeconds = 0, webhooks.networks = ['127.0.0.1/32']) })
    carrier = await openPhone({ server: house.sip, user: 'carrier', password: '' })
    const trunk = await house.api.post<{ id: string }>('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port, callerId: '+12025550000', emergency: true })
    await house.api.post('/outbound-routes', { name: 'With 9', pattern: '9.', strip: 1, trunkIds: [trunk.id] })
    lines = [await house.extension('101', { name: 'Anna' }), await house.extension('102', { name: 'Ben', ringSeconds: 5 }), await house.extension('103', { name: 'Carl' })]
    ;[anna, ben, carl] = await Promise.all(lines.map((line) => house.registered(line))) as [Phone, Phone, Phone]
  })
  after(async () => {
    await carrier?.close()
    await house?.close()
    await program?.close()
  })
  afterEach(() => house.idle())

  const application = (wish: Record<string, unknown> = {}): Promise<Application> =>
    house.api.post('/applications', { number: String(++number), name: 'CRM', url: program.url, fallback: '103', ...wish })
  const history = async (to: string): Promise<Past> => {
    const found = (await house.api.get<Past[]>('/calls')).find((call) => call.to.number === to)
    assert.ok(found, `a call to ${to} in the history`)
    return found
  }

  test('what it says is heard, keys are gathered, and the call goes where it says; each request is signed', async () => {
    const { id, number: to } = await application()
    const { secret } = await house.api.post<{ secret: string }>(`/applications/${id}/secret`, {})
    program.decide(({ event, result }): Answer =>
      event === 'call' ? { verbs: [{ verb: 'say', text: 'Welcome.' }, { verb: 'gather', digits: 3, text: 'Enter your customer number, please.' }] } : result?.['digits'] === '42' ? { verbs: [{ verb: 'dial', to: '102', prefix: 'VIP' }] } : { verbs: [{ verb: 'hangup' }] })
    const [from, mark] = [program.asked.mark(), ben.incoming.mark()]
    const call = await anna.invite(to)
    await call.answered()
    call.audio.play(0)
    await call.audio.hearsSomething()
    await call.audio.press('42#')
    await program.asked.until(({ body }) => body.event === 'gathered', 'the digits', { from })
    const ringing = await ben.nextCall({ from: mark })
    assert.match(String(ringing.invite.headers.find(([name]) => name.toLowerCase() === 'from')?.[1]), /"VIP:? ?Anna"/)
    await ringing.answer()
    await hearEachOther(call, ringing)
    await call.bye()
    await house.idle()

    const asked = program.asked.entries.slice(from)
    assert.deepEqual(asked.map(({ body }) => [body.event, body.application.number, body.call.from.number, body.call.dialled, body.call.answered]), [['call', to, '101', to, false], ['gathered', to, '101', to, true]])
    assert.deepEqual(asked[1]?.body.result, { verb: 'gather', digits: '42', end: 'key' })
    for (const { headers, raw } of asked) {
      const signature = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64')).update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${raw}`).digest('base64')
      assert.equal(headers['webhook-signature'], `v1,${signature}`)
      assert.doesNotMatch(raw, /whsec_/)
    }
    const told = await history(to)
    assert.match(JSON.stringify(told.plan.steps), /Say “Welcome.”[^]*up to 3 keys[^]*Go on to 102/)
    assert.equal((await history('102')).rootId, told.rootId, 'one chain')
  })

  test('it decides before anybody answers: where nobody takes the call it is asked again, and may refuse it', async () => {
    const { number: to } = await application()
    program.decide(({ event }) => (event === 'call' ? { verbs: [{ verb: 'dial', to: '102' }] } : { verbs: [{ verb: 'reject', reason: 'busy' }] }))
    const [from, mark] = [program.asked.mark(), ben.incoming.mark()]
    const call = await anna.invite(to)
    const ringing = await ben.nextCall({ from: mark })
    await ringing.reject(486)
    assert.equal((await call.ended()).status, 486)
    const [first, second] = program.asked.entries.slice(from).map(({ body }) => body)
    assert.deepEqual([first?.call.answered, second?.event, second?.result?.['outcome'], second?.result?.['to'], second?.call.answered], [false, 'not-answered', 'busy', '102', false])
    assert.equal((await history(to)).termination.reason, 'application-busy')
  })

  test('nobody takes the call of a caller who was spoken to: the program goes on with it', async () => {
    const { number: to } = await application()
    program.decide(({ event }) => (event === 'call' ? { verbs: [{ verb: 'say', text: 'One moment.' }, { verb: 'dial', to: '102' }] } : { verbs: [{ verb: 'dial', to: '103' }] }))
    const marks = [ben.incoming.mark(), carl.incoming.mark()] as const
    const call = await anna.invite(to)
    await call.answered()
    call.audio.play(0)
    await (await ben.nextCall({ from: marks[0] })).reject(603)
    const ringing = await carl.nextCall({ from: marks[1] })
    await ringing.answer()
    await hearEachOther(call, ringing)
    await ringing.bye()
    await call.ended()
  })

  test('who hangs up while it thinks is gone at once; a list that ends hangs up', async () => {
    const { number: to } = await application({ answerMs: 10_000 })
    program.decide(() => 'silence')
    const from = program.asked.mark()
    const gone = await anna.invite(to)
    await program.asked.until(() => true, 'to be asked', { from })
    await gone.cancel()
    assert.equal((await gone.ended()).status, 487)
    program.decide(() => ({ verbs: [{ verb: 'play', prompt: 'attendant-goodbye' }] }))
    const call = await anna.invite(to)
    await call.answered()
    call.audio.play(0)
    await call.audio.hearsSomething()
    await call.ended()
    assert.equal((await history(to)).termination.reason, 'application-ended')
  })

  test('silence, errors, redirections and nonsense lead to the fallback, with the reason in the history', async () => {
    const wrong: [Answer, RegExp][] = [
      ['silence', /did not answer within 0.5 seconds/],
      [{ status: 500, text: 'oops' }, /answered 500: oops/],
      [{ status: 302, text: '' }, /redirection, which is not followed/],
      [{ status: 200, text: '<html>' }, /no JSON: <html>/],
      [{ status: 200, text: '{"verbs":[]}' }, /no list of verbs/],
      [{ verbs: [{ verb: 'sing' }] }, /Verb 1: .{0,2}"sing.{0,2}" is no verb/],
      [{ verbs: [{ verb: 'dial', to: '102' }, { verb: 'say', text: 'after' }] }, /nothing can follow dial/],
    ]
    const { number: to } = await application({ answerMs: 500 })
    for (const [answer, why] of wrong) {
      program.decide(() => answer)
      const mark = carl.incoming.mark()
      const call = await anna.invite(to)
      const ringing = await carl.nextCall({ from: mark })
      await ringing.answer()
      await call.answered()
      await call.bye()
      await house.idle()
      assert.match(JSON.stringify((await history(to)).plan.steps), why)
    }
  })

  test('programs that send a caller back to themselves, or from one to the other, come to an end', async () => {
    const [one, other] = [await application(), await application()]
    program.decide(({ application: { number: own } }) => ({ verbs: [{ verb: 'dial', to: own === one.number ? other.number : one.number }] }))
    const [from, mark] = [program.asked.mark(), carl.incoming.mark()]
    const call = await anna.invite(one.number)
    const ringing = await carl.nextCall({ from: mark })
    await ringing.answer()
    await call.answered()
    await call.bye()
    await house.idle()
    assert.equal(program.asked.entries.length - from, 50)
    assert.match(JSON.stringify((await history(one.number)).plan.steps), /asked 50 times about this caller/)
  })

  test('a program that nobody reaches, or in a private network that nobody opened, is no silence either', async () => {
    for (const [url, why] of [['http://127.0.0.1:9/', /Nothing listens at 127.0.0.1:9/], ['http://10.1.2.3/', /private network, where calls ask nothing/]] as const) {
      const { id, number: to } = await application({ url })
      const mark = carl.incoming.mark()
      const call = await anna.invite(to)
      await (await carl.nextCall({ from: mark })).answer()
      await call.answered()
      await call.bye()
      await house.idle()
      assert.match(JSON.stringify((await history(to)).plan.steps), why)
      assert.match((await house.api.post<{ problem: string }>(`/applications/${id}/test`, {})).problem, why)
    }
  })

  test('a call from outside; calls outside only where the application may, and never for help', async () => {
    const { id, number: to } = await application()
    await house.api.post('/inbound-numbers', { number: '+12025550100', name: 'Main', destination: to })
    let wanted = '912025550123'
    program.decide(({ event, result }) => (event === 'call' ? { verbs: [{ verb: 'dial', to: wanted }] } : { verbs: [{ verb: 'say', text: String(result?.['explanation']) }, { verb: 'hangup' }] }))
    const refused = async (why: RegExp): Promise<void> => {
      const from = program.asked.mark()
      const call = await carrier.invite('+12025550100', { headers: [['P-Asserted-Identity', '<sip:+12025550999@carrier.example>']] })
      await call.answered()
      await call.ended()
      const [first, second] = program.asked.entries.slice(from).map(({ body }) => body)
      assert.deepEqual([first?.call.from, first?.call.dialled], [{ number: '+12025550999', name: null, extensionId: null }, '+12025550100'])
      assert.deepEqual([second?.result?.['outcome']], ['forbidden'])
      assert.match(String(second?.result?.['explanation']), why)
      await house.idle()
    }
    await refused(/may not call outside/)
    await house.api.send('PATCH', `/applications/${id}`, { outsideCalls: 'national' })
    wanted = '9011442079460000'
    await refused(/may not call abroad/)
    for (const help of ['911', '9911']) {
      wanted = help
      await refused(/No program sends calls to the emergency services/)
    }
    wanted = '*78'
    await refused(/feature code, which callers dial themselves/)
    wanted = '912025550123'
    const mark = carrier.incoming.mark()
    const call = await carrier.invite('+12025550100', { headers: [['P-Asserted-Identity', '<sip:+12025550999@carrier.example>']] })
    const there = await carrier.nextCall({ from: mark })
    await there.answer()
    await call.answered()
    await hearEachOther(call, there)
    await call.bye()
    await there.ended()
  })

  test('what leads nowhere or back is refused, what is in use stays, and trying out says what would be done', async () => {
    const refuse = async (body: Record<string, unknown>, why: RegExp): Promise<void> => {
      const answer = await house.api.send('POST', '/applications', { number: '799', name: 'X', url: program.url, fallback: '103', ...body })
      assert.equal(answer.status, 422)
      assert.match(answer.body.toString(), why)
    }
    await refuse({ fallback: '799' }, /the number itself/)
    await refuse({ fallback: '4444' }, /leads nowhere/)
    await refuse({ fallback: '911' }, /emergency services/)
    await refuse({ number: '911' }, /emergency services/)
    const one = await application()
    const two = await application({ fallback: one.number })
    assert.match((await house.api.send('PATCH', `/applications/${one.id}`, { fallback: two.number })).body.toString(), /circle/)
    assert.match((await house.api.send('DELETE', `/applications/${one.id}`)).body.toString(), /are forwarded to/)
    program.decide(() => ({ verbs: [{ verb: 'say', text: 'Hello' }, { verb: 'dial', to: '102' }] }))
    const trial = await house.api.post<{ verbs: string[]; problem: string | null; status: number; asked: string }>(`/applications/${one.id}/test`, {})
    assert.deepEqual([trial.verbs, trial.problem, trial.status], [['Say “Hello”', 'Go on to 102'], null, 200])
    const explained = await house.api.get<{ steps: { step: string; when: string | null }[] }>(`/routing/explanation?to=${one.number}`)
    assert.deepEqual([explained.steps[0]?.step, explained.steps[1]?.when], ['Ask a program what to do', 'When the program does not answer, or nonsense: 103'])
    await house.api.send('PATCH', `/applications/${one.id}`, { enabled: false })
    assert.equal((await (await anna.invite(one.number)).ended()).status, 480)
  })
})
