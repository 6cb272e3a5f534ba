/** Transfers by codes that are typed in the call: who hears whom, what leaks, who is called back, what the history says. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import { eventually } from '../support/eventually.ts'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, openPhone, type Phone, type PhoneCall } from '../support/phone.ts'
import { hearEachOther, talk } from '../support/talk.ts'

let house: House
let next = 600

interface Desk { phone: Phone; number: string }

async function desks(count: number, wish: Record<string, unknown> = {}): Promise<Desk[]> {
  return Promise.all(Array.from({ length: count }, async () => {
    const number = String(next++)
    return { number, phone: await house.registered(await house.extension(number, { ringSeconds: 5, ...wish }), { payloads: [0, 101] }) }
  }))
}

/** Calls that go on are seen in every test: what is left in one would be found in the next. */
async function threeTalking(): Promise<{ a: Desk; b: Desk; c: Desk; ab: { out: PhoneCall; in: PhoneCall } }> {
  const [a, b, c] = (await desks(3)) as [Desk, Desk, Desk]
  const ab = await talk(a.phone, b.phone, b.number)
  await hearEachOther(ab.out, ab.in)
  return { a, b, c, ab }
}

async function chainOf(call: PhoneCall): Promise<[string, string, string | undefined][]> {
  const { rootId } = await house.verdict(call)
  await house.idle()
  const calls = await house.history(`?rootId=${rootId}&order=asc`)
  return calls.map((one) => [one.from.number, one.to.number, one.termination?.reason])
}

async function rung(desk: Desk, from: number): Promise<PhoneCall> {
  const call = await desk.phone.nextCall({ from })
  call.ring()
  return call
}

suite('transfer codes', () => {
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
  })
  after(() => house?.close())
  afterEach(() => house.idle())

  test('## number #: the other side waits with music and hears nothing of the number, and goes on with the target', async () => {
    const { a, b, c, ab } = await threeTalking()
    ab.in.audio.forget()
    await ab.out.audio.press('##')
    // A dial tone for who types, music for who waits.
    ab.out.audio.forget()
    await ab.out.audio.hearsSomething()
    ab.in.audio.forget()
    await ab.in.audio.hearsSomething()
    await ab.out.audio.press(`${c.number}#`)
    const atC = await rung(c, 0)
    assert.match(headerOf(atC.invite, 'From') ?? '', new RegExp(b.number))
    assert.equal(ab.in.audio.digits.replaceAll('#', ''), '', 'no digit of the number reaches the other side')
    ab.out.audio.forget()
    await ab.out.audio.hearsSomething()
    await atC.answer()
    assert.equal((await ab.out.ended()).how, 'bye')
    await hearEachOther(ab.in, atC)
    await atC.bye()
    await ab.in.ended()
    assert.deepEqual(await chainOf(ab.out), [[a.number, b.number, 'transferred'], [b.number, c.number, 'hung-up']])
  })

  test('by the called phone, by INFO, and a pause ends the number', async () => {
    const { a, c, ab } = await threeTalking()
    for (const key of `##${c.number}`) await ab.in.info('application/dtmf', key)
    const atC = await rung(c, 0)
    assert.match(headerOf(atC.invite, 'From') ?? '', new RegExp(a.number))
    await atC.answer()
    await ab.in.ended()
    await hearEachOther(ab.out, atC)
    await ab.out.bye()
    await atC.ended()
  })

  test('the target is busy: they talk again; nobody answers and the phone has hung up: it is called back with who it was', async () => {
    const { b, c, a, ab } = await threeTalking()
    await ab.out.audio.press(`##${c.number}#`)
    ;(await c.phone.nextCall()).reject(486)
    await hearEachOther(ab.out, ab.in)
    const mark = a.phone.incoming.mark()
    const from = c.phone.incoming.mark()
    await ab.out.audio.press(`##${c.number}#`)
    await rung(c, from)
    await ab.out.bye()
    // Nobody answers there for its ring time.
    const back = await a.phone.nextCall({ from: mark, ms: 20_000 })
    assert.match(headerOf(back.invite, 'From') ?? '', new RegExp(b.number))
    await back.answer()
    await hearEachOther(ab.in, back)
    await back.bye()
    await ab.in.ended()
    assert.equal((await chainOf(ab.out)).length, 4)
  })

  test('nothing typed, or nobody there: they talk again', async () => {
    const { ab } = await threeTalking()
    await ab.out.audio.press('###')
    await hearEachOther(ab.out, ab.in)
    await ab.out.audio.press('##4711#')
    await hearEachOther(ab.out, ab.in)
    await ab.out.bye()
    await ab.in.ended()
  })

  test('to voicemail and to park, where the phone hears the slot', async () => {
    const { a, b, ab } = await threeTalking()
    const [d] = (await desks(1, { voicemail: true })) as [Desk]
    await ab.out.audio.press('##5900#')
    const slot = await eventually(async () => (await house.api.get<{ slot: string; number: string }[]>('/parked-calls')).find((one) => one.number === b.number)?.slot, 'a slot')
    ab.out.audio.silence()
    ab.out.audio.forget()
    await ab.out.audio.hearsSomething()
    await ab.out.ended()
    const fetched = await a.phone.invite(slot)
    await fetched.answered()
    await hearEachOther(fetched, ab.in)
    await fetched.audio.press(`##*99${d.number}#`)
    await fetched.ended()
    ab.in.audio.forget()
    await ab.in.audio.hearsSomething()
    await ab.in.bye()
    assert.equal((await chainOf(fetched)).at(-1)?.[1], `*99${d.number}`)
  })

  test('*2: the other side waits, the phone talks with the target, and hanging up connects the two', async () => {
    const { a, b, c, ab } = await threeTalking()
    await ab.out.audio.press(`*2${c.number}#`)
    const atC = await rung(c, 0)
    assert.match(headerOf(atC.invite, 'From') ?? '', new RegExp(a.number), 'the phone itself calls')
    await atC.answer()
    await hearEachOther(ab.out, atC)
    ab.in.audio.forget()
    await ab.in.audio.hearsSomething()
    assert.equal(ab.in.audio.digits, '*2')
    await ab.out.bye()
    await hearEachOther(ab.in, atC)
    await ab.in.bye()
    await atC.ended()
    assert.deepEqual(await chainOf(ab.out), [[a.number, b.number, 'transferred'], [a.number, c.number, 'transferred'], [b.number, c.number, 'hung-up']])
  })

  test('*2, and *0 comes back, also while it rings; whom it asked hangs up, declines, or does not answer', async () => {
    const { c, ab } = await threeTalking()
    const ask = async (): Promise<PhoneCall> => {
      const mark = c.phone.incoming.mark()
      // As people do: after the dial tone. FreeSWITCH loses a key that comes in the very moment in which it parts two.
      await ab.out.audio.press('*2')
      ab.out.audio.forget()
      await ab.out.audio.hearsSomething()
      await ab.out.audio.press(`${c.number}#`)
      return rung(c, mark)
    }
    const ringing = await ask()
    await ab.out.audio.press('*0')
    assert.equal((await ringing.ended()).how, 'cancel')
    await hearEachOther(ab.out, ab.in)
    const answered = await ask()
    await answered.answer()
    await hearEachOther(ab.out, answered)
    await ab.out.audio.press('*0')
    assert.equal((await answered.ended()).how, 'bye')
    await hearEachOther(ab.out, ab.in)
    const leaves = await ask()
    await leaves.answer()
    await hearEachOther(ab.out, leaves)
    await leaves.bye()
    await hearEachOther(ab.out, ab.in)
    ;(await ask()).reject(603)
    await hearEachOther(ab.out, ab.in)
    assert.equal((await (await ask()).ended(15_000)).how, 'cancel')
    await hearEachOther(ab.out, ab.in)
    await ab.out.bye()
    await ab.in.ended()
  })

  test('*2 and hung up while it rings: the other side waits on for the target; declined, it returns', async () => {
    const { a, b, c, ab } = await threeTalking()
    await ab.out.audio.press(`*2${c.number}#`)
    const atC = await rung(c, 0)
    await ab.out.bye()
    await atC.answer()
    await hearEachOther(ab.in, atC)
    await atC.bye()
    await ab.in.ended()

    const again = await talk(a.phone, b.phone, b.number)
    const mark = c.phone.incoming.mark()
    const back = a.phone.incoming.mark()
    await again.in.audio.press('1')
    await again.out.audio.press(`*2${c.number}#`)
    const second = await rung(c, mark)
    await again.out.bye()
    second.reject(486)
    const returned = await a.phone.nextCall({ from: back })
    await returned.answer()
    await hearEachOther(again.in, returned)
    await returned.bye()
    await again.in.ended()
  })

  test('*2, and who waits hangs up: the phone talks on with whom it asked', async () => {
    const { c, ab } = await threeTalking()
    await ab.out.audio.press(`*2${c.number}#`)
    const atC = await rung(c, 0)
    await atC.answer()
    await ab.in.bye()
    await hearEachOther(ab.out, atC)
    await ab.out.bye()
    await atC.ended()
  })

  test('another code holds at once, a code that is off does nothing, and none may hold another', async () => {
    const change = (action: string, body: Record<string, unknown>) => house.api.send('PATCH', `/feature-codes/${action}`, body)
    assert.match((await change('call-transfer', { code: '*2' })).body.toString(), /means something else already/)
    assert.match((await change('call-transfer', { code: '##*2' })).body.toString(), /hold one another/)
    assert.match((await change('call-transfer', { code: '12' })).body.toString(), /A code in calls is/)
    assert.equal((await change('call-transfer', { code: '*7' })).status, 200)
    assert.equal((await change('call-consult', { enabled: false })).status, 200)
    const { c, ab } = await threeTalking()
    await ab.out.audio.press('##')
    await ab.out.audio.press(`*2${c.number}#`)
    await hearEachOther(ab.out, ab.in)
    assert.equal(ab.in.audio.digits, `##*2${c.number}#`, 'they are keys like any other')
    await ab.out.audio.press(`*7${c.number}#`)
    const atC = await rung(c, 0)
    await atC.answer()
    await ab.out.ended()
    await hearEachOther(ab.in, atC)
    await atC.bye()
    await ab.in.ended()
    for (const action of ['call-transfer', 'call-consult']) assert.equal((await house.api.send('DELETE', `/feature-codes/${action}`)).status, 200)
  })

  test('a caller from outside types codes in vain; a phone transfers abroad only what it may call itself', async () => {
    const carrier = await openPhone({ server: house.sip, user: 'carrier', password: '', payloads: [0, 101] })
    try {
      carrier.onCall = (call) => void call.answer()
      const trunk = await house.api.post<{ id: string }>('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port, callerId: '+15550001000' })
      await house.api.post('/outbound-routes', { name: 'Outside', pattern: '9.', strip: 1, trunkIds: [trunk.id] })
      const [a, c] = (await desks(2)) as [Desk, Desk]
      await house.api.post('/inbound-numbers', { number: '+15550001000', name: 'Main line', destination: a.number })
      const call = await talk(carrier, a.phone, '+15550001000')
      await call.out.audio.press(`##${c.number}#`)
      await call.in.audio.hearsDigits(`##${c.number}#`)
      await hearEachOther(call.out, call.in)
      assert.equal(c.phone.incoming.mark(), 0)
      const outside = carrier.incoming.mark()
      await call.in.audio.press('##9011493012345#')
      await hearEachOther(call.out, call.in)
      assert.equal(carrier.incoming.mark(), outside, 'no call abroad')
      await call.in.audio.press(`##${c.number}#`)
      const atC = await rung(c, 0)
      await atC.answer()
      await call.in.ended()
      await hearEachOther(call.out, atC)
      await atC.bye()
      await call.out.ended()
    } finally {
      await carrier.close()
    }
  })

  test('a recorded call is not recorded while the phone asks elsewhere, and is again when it is back', async () => {
    const { c, ab } = await threeTalking()
    const [live] = await house.liveCalls()
    assert.ok(live)
    assert.equal((await house.api.send('POST', `/calls/${live.id}/recording`, { action: 'start' })).status, 200)
    await ab.out.audio.press(`*2${c.number}#`)
    const atC = await rung(c, 0)
    await atC.answer()
    await hearEachOther(ab.out, atC)
    assert.deepEqual((await house.liveCalls()).map(({ recording }) => recording), ['off', 'off'])
    const from = house.events.mark()
    await ab.out.audio.press('*0')
    await house.event('call.updated', ({ data }) => data.call.id === live.id && data.call.recording === 'on', { from })
    await hearEachOther(ab.out, ab.in)
    await ab.out.bye()
    await ab.in.ended()
  })
})
