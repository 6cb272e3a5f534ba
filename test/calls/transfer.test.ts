/** Transfers by REFER and Replaces: who hears whom, what each phone is told, what the history says. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import type { CallView } from '../../pbx/events/catalogue.ts'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, type Phone, type PhoneCall } from '../support/phone.ts'
import { hearEachOther, talk as talkAs } from '../support/talk.ts'

let house: House

/** Seen on drachtio-server v0.9.10: no NOTIFY after the BYE of its call (RFC 5057 lets it go on), and no P-Asserted-Identity in an UPDATE. */
const REAL = process.env['DRACHTIO'] !== undefined

/** Three extensions with a phone each; numbers go up so that tests do not share any. */
let next = 400
async function three(): Promise<{ a: Phone; b: Phone; c: Phone; numbers: [string, string, string] }> {
  const numbers = [next++, next++, next++].map(String) as [string, string, string]
  const [a, b, c] = await Promise.all(numbers.map(async (number) => house.registered(await house.extension(number, { ringSeconds: 5 }))))
  return { a: a as Phone, b: b as Phone, c: c as Phone, numbers }
}

/** By phones that take UPDATE: they are told who is at the other end now. */
const talk = (from: Phone, to: Phone, number: string): ReturnType<typeof talkAs> => talkAs(from, to, number, { headers: [['Allow', 'INVITE, ACK, BYE, UPDATE']] })

/** The finished calls this phone's call took part in, oldest first. */
async function chain(root: CallView): Promise<CallView[]> {
  const { id } = root
  await house.idle()
  const calls = await house.history(`?rootId=${root.rootId}&order=asc`)
  assert.ok(calls.some((one) => one.id === id))
  return calls
}

suite('transfers', () => {
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
  })
  after(() => house?.close())
  afterEach(() => house.idle())

  test('blind: the other side goes on with the target, the phone that asked hears it and is released', async () => {
    const { a, b, c, numbers } = await three()
    const ab = await talk(a, b, numbers[1])
    await hearEachOther(ab.out, ab.in)
    const answer = await ab.out.refer(`<sip:${numbers[2]}@${house.sip.host}>`)
    assert.equal(answer.status, 202)
    const notify = await ab.out.referred(/^SIP\/2\.0 100/)
    assert.match(headerOf(notify, 'Subscription-State') ?? '', /^active/)
    assert.equal(headerOf(notify, 'Event'), 'refer')
    const atC = await c.nextCall()
    assert.match(headerOf(atC.invite, 'From') ?? '', new RegExp(numbers[1]), 'the target sees who will talk to it')
    atC.ring()
    await ab.out.referred(/^SIP\/2\.0 180/)
    await atC.answer()
    const last = await ab.out.referred(/^SIP\/2\.0 200/)
    assert.match(headerOf(last, 'Subscription-State') ?? '', /^terminated/)
    assert.equal((await ab.out.ended()).how, 'bye')
    await hearEachOther(ab.in, atC)
    await ab.in.bye()
    await atC.ended()
    const first = await house.verdict(ab.out)
    assert.equal(first.termination?.reason, 'transferred')
    assert.match(first.termination?.explanation ?? '', new RegExp(`${numbers[0]}.*transferred.*${numbers[2]}`))
    const calls = await chain(first)
    assert.deepEqual(calls.map((one) => [one.from.number, one.to.number, one.termination?.reason]), [[numbers[0], numbers[1], 'transferred'], [numbers[1], numbers[2], 'hung-up']])
    assert.match(calls[1]?.plan.steps[0]?.reason ?? '', /transferred/)
  })

  test('blind by the callee, Refer-To a tel URI, without Referred-By; the phone is told who it talks to now', async () => {
    const { a, b, c, numbers } = await three()
    const ab = await talk(a, b, numbers[1])
    const mark = ab.out.journal.mark()
    assert.equal((await ab.in.refer(`tel:${numbers[2]}`)).status, 202)
    const atC = await c.nextCall()
    await atC.answer()
    const update = await ab.out.requested('UPDATE', { from: mark })
    if (!REAL) assert.match(headerOf(update, 'P-Asserted-Identity') ?? '', new RegExp(numbers[2]))
    assert.equal((await ab.in.ended()).how, 'bye')
    await hearEachOther(ab.out, atC)
    await atC.bye()
    await ab.out.ended()
  })

  test('the target is busy: the phone that asked is told, and has its call back', async () => {
    const { a, b, c, numbers } = await three()
    const ab = await talk(a, b, numbers[1])
    await ab.out.refer(`<sip:${numbers[2]}@${house.sip.host}>`)
    ;(await c.nextCall()).reject(486)
    const last = await ab.out.referred(/^SIP\/2\.0 486/)
    assert.match(headerOf(last, 'Subscription-State') ?? '', /^terminated/)
    await hearEachOther(ab.out, ab.in)
    assert.equal((await ab.out.refer(`<sip:${numbers[2]}@${house.sip.host}>`)).status, 202, 'and may try again')
    const again = await c.nextCall({ from: 1 })
    await again.answer()
    await ab.out.ended()
    await hearEachOther(ab.in, again)
    await again.bye()
  })

  test('the target is busy and the phone that asked has hung up: it is called back', async () => {
    const { a, b, c, numbers } = await three()
    const ab = await talk(a, b, numbers[1])
    await ab.out.refer(`<sip:${numbers[2]}@${house.sip.host}>`)
    const atC = await c.nextCall()
    const mark = a.incoming.mark()
    assert.equal((await ab.out.bye()).status, 200)
    atC.reject(486)
    const back = await a.nextCall({ from: mark })
    assert.match(headerOf(back.invite, 'From') ?? '', new RegExp(numbers[1]))
    await back.answer()
    await hearEachOther(ab.in, back)
    await ab.in.bye()
    await back.ended()
    assert.equal((await chain(await house.verdict(ab.out))).length, 3)
  })

  test('the phone that asked hangs up at once, the target answers: they talk', async () => {
    const { a, b, c, numbers } = await three()
    const ab = await talk(a, b, numbers[1])
    await ab.out.refer(`<sip:${numbers[2]}@${house.sip.host}>`, [['Refer-Sub', 'false']])
    await ab.out.bye()
    const atC = await c.nextCall()
    await atC.answer()
    await hearEachOther(ab.in, atC)
    assert.equal(ab.out.journal.entries.filter((event) => event.type === 'request' && event.message.method === 'NOTIFY').length, 0)
    await atC.bye()
    await ab.in.ended()
  })

  test('the phone that asked may hear longer of it, or no more', async () => {
    const { a, b, c, numbers } = await three()
    const ab = await talk(a, b, numbers[1])
    await ab.out.refer(`<sip:${numbers[2]}@${house.sip.host}>`)
    const atC = await c.nextCall()
    atC.ring()
    await ab.out.referred(/^SIP\/2\.0 180/)
    const subscribe = (headers: [string, string][]) => ab.out.ask('SUBSCRIBE', headers)
    assert.equal((await subscribe([])).status, 400)
    const foreign = await subscribe([['Event', 'dialog']])
    assert.equal(foreign.status, 489)
    assert.equal(headerOf(foreign, 'Allow-Events'), 'refer')
    assert.equal((await subscribe([['Event', 'refer'], ['Accept', 'application/pidf+xml']])).status, 406)
    assert.equal((await subscribe([['Event', 'refer;id=4711']])).status, 481)
    const mark = ab.out.journal.mark()
    const longer = await subscribe([['Event', 'refer'], ['Expires', '60'], ['Accept', 'message/sipfrag']])
    assert.deepEqual([longer.status, headerOf(longer, 'Expires')], [200, '60'])
    assert.match(headerOf(await ab.out.requested('NOTIFY', { from: mark }), 'Subscription-State') ?? '', /^active;expires=60/)
    const last = ab.out.journal.mark()
    assert.equal((await subscribe([['Event', 'refer'], ['Expires', '0']])).status, 200)
    assert.match(headerOf(await ab.out.requested('NOTIFY', { from: last }), 'Subscription-State') ?? '', /^terminated;reason=timeout/)
    const after = ab.out.journal.mark()
    await atC.answer()
    await ab.out.ended()
    assert.equal(ab.out.journal.entries.slice(after).some((event) => event.type === 'request' && event.message.method === 'NOTIFY'), false)
    await hearEachOther(ab.in, atC)
    await atC.bye()
    await ab.in.ended()
  })

  test('the transferred side hangs up while the target rings: all ends', async () => {
    const { a, b, c, numbers } = await three()
    const ab = await talk(a, b, numbers[1])
    await ab.out.refer(`<sip:${numbers[2]}@${house.sip.host}>`)
    const atC = await c.nextCall()
    atC.ring()
    await ab.out.referred(/^SIP\/2\.0 180/)
    await ab.in.bye()
    assert.equal((await atC.ended()).how, 'cancel')
    await ab.out.referred(/^SIP\/2\.0 487/)
    assert.equal((await ab.out.ended()).how, 'bye')
  })

  test('with consultation: A-B and A-C become B-C, one chain in the history', async () => {
    const { a, b, c, numbers } = await three()
    const ab = await talk(a, b, numbers[1])
    assert.equal((await ab.out.hold('sendonly')).status, 200)
    const ac = await talk(a, c, numbers[2])
    await hearEachOther(ac.out, ac.in)
    const answer = await ab.out.refer(`<sip:${numbers[2]}@${house.sip.host}?Replaces=${encodeURIComponent(ac.out.name)}>`)
    assert.equal(answer.status, 202)
    await ab.out.referred(/^SIP\/2\.0 200/)
    assert.deepEqual([(await ab.out.ended()).how, (await ac.out.ended()).how], ['bye', 'bye'])
    await hearEachOther(ab.in, ac.in)
    await ab.in.bye()
    await ac.in.ended()
    await house.idle()
    const calls = await chain(await house.verdict(ab.out))
    assert.deepEqual(calls.map((one) => one.termination?.reason).sort(), ['hung-up', 'transferred', 'transferred'])
    assert.ok(calls.some((one) => one.from.number === numbers[1] && one.to.number === numbers[2]))
  })

  test('with consultation by a phone that was called twice and holds the second: the two callers talk', async () => {
    const { a, b, c, numbers } = await three()
    const first = await talk(a, b, numbers[1])
    const second = await talk(c, b, numbers[1])
    await second.in.hold('sendonly')
    assert.equal((await first.in.refer(`<sip:${numbers[2]}@${house.sip.host}?Replaces=${encodeURIComponent(second.in.name)}>`)).status, 202)
    await Promise.all([first.in.ended(), second.in.ended()])
    await hearEachOther(first.out, second.out)
    await first.out.bye()
    await second.out.ended()
  })

  test('Replaces that names no call of the phone: 481; of another phone: 403; no target: 400', async () => {
    const { a, b, c, numbers } = await three()
    const ab = await talk(a, b, numbers[1])
    const cb = await talk(c, b, numbers[1])
    const to = (replaces: string): string => `<sip:${numbers[2]}@${house.sip.host}?Replaces=${encodeURIComponent(replaces)}>`
    assert.equal((await ab.out.refer(to('nothing;to-tag=a;from-tag=b'))).status, 481)
    assert.equal((await ab.out.refer(to(cb.out.name))).status, 403)
    assert.equal((await ab.out.refer('<sip:localhost>')).status, 400)
    assert.equal((await ab.out.refer(to('broken'))).status, 400)
    assert.equal((await ab.out.refer(`<sip:${numbers[2]}@x;method=BYE>`)).status, 501)
    await hearEachOther(ab.out, ab.in)
    await ab.out.bye()
    await cb.out.bye()
  })

  test('INVITE with Replaces: another phone of the extension takes the call over', async () => {
    const { a, b, numbers } = await three()
    const ab = await talk(a, b, numbers[1])
    const replaces = ab.in.name
    const stranger = await a.invite(numbers[1], { headers: [['Replaces', replaces]] })
    assert.equal((await stranger.ended()).status, 403)
    const none = await b.invite('1', { headers: [['Replaces', 'x;to-tag=y;from-tag=z']] })
    assert.equal((await none.ended()).status, 481)
    const early = await b.invite('1', { headers: [['Replaces', `${replaces};early-only`]] })
    assert.equal((await early.ended()).status, 486)
    const taken = await b.invite('1', { headers: [['Replaces', replaces], ['Require', 'replaces']] })
    await taken.answered()
    assert.equal((await ab.in.ended()).how, 'bye')
    await hearEachOther(ab.out, taken)
    await taken.bye()
    await ab.out.ended()
    assert.equal((await chain(await house.verdict(taken))).length, 2)
  })

  /** A is in a call with B, and calls C, which rings. */
  async function consulting(): Promise<{ ab: { out: PhoneCall; in: PhoneCall }; ac: PhoneCall; atC: PhoneCall; numbers: [string, string, string]; refer: () => Promise<number> }> {
    const { a, b, c, numbers } = await three()
    const ab = await talk(a, b, numbers[1])
    assert.equal((await ab.out.hold('sendonly')).status, 200)
    const ac = await a.invite(numbers[2])
    const atC = await c.nextCall()
    atC.ring()
    await ac.status(180)
    const refer = async (): Promise<number> => (await ab.out.refer(`<sip:${numbers[2]}@${house.sip.host}?Replaces=${encodeURIComponent(ac.name)}>`)).status
    return { ab, ac, atC, numbers, refer }
  }

  test('with consultation while the target still rings: it rings on, the other side hears that and is answered', async () => {
    const { ab, ac, atC, numbers, refer } = await consulting()
    assert.equal(await refer(), 202)
    assert.equal((await ac.ended()).status, 487, 'the phone that asked is out of the second call')
    await ab.out.referred(/^SIP\/2\.0 180/)
    ab.in.audio.forget()
    await ab.in.audio.hearsSomething()
    await atC.answer()
    await ab.out.referred(/^SIP\/2\.0 200/)
    assert.equal((await ab.out.ended()).how, 'bye')
    await hearEachOther(ab.in, atC)
    await ab.in.bye()
    await atC.ended()
    await house.idle()
    const calls = await chain(await house.verdict(ab.out))
    assert.deepEqual(calls.map((one) => [one.from.number, one.to.number, one.termination?.reason]), [[numbers[0], numbers[1], 'transferred'], [numbers[1], numbers[2], 'hung-up']])
    assert.match(calls[1]?.plan.steps[0]?.reason ?? '', /while it rang/)
  })

  test('the phone that asked cancels its second call itself, which counts for nothing then', async () => {
    const { ab, ac, atC, refer } = await consulting()
    const asked = refer()
    const cancelled = ac.cancel()
    assert.equal(await asked, 202)
    assert.equal((await cancelled).status, 200)
    await ac.ended()
    await atC.answer()
    assert.equal((await ab.out.ended()).how, 'bye')
    await hearEachOther(ab.in, atC)
    await atC.bye()
    await ab.in.ended()
  })

  test('early sound of the target is heard by who waits on', async () => {
    const { ab, atC, refer } = await consulting()
    await atC.progress()
    assert.equal(await refer(), 202)
    atC.audio.play(1300)
    await ab.in.audio.hears(1300)
    await atC.answer()
    await ab.out.ended()
    await hearEachOther(ab.in, atC)
    await ab.in.bye()
    await atC.ended()
  })

  test('the target that rang declines: the phone that asked is told, and has its call back', async () => {
    const { ab, atC, refer } = await consulting()
    assert.equal(await refer(), 202)
    atC.reject(603)
    await ab.out.referred(/^SIP\/2\.0 603/)
    assert.equal((await ab.out.resume()).status, 200)
    await hearEachOther(ab.out, ab.in)
    await ab.out.bye()
    await ab.in.ended()
  })

  test('the transferred side hangs up while it waits on: the target stops ringing', { skip: REAL && 'DRACHTIO is set: that server sends no NOTIFY after the BYE' }, async () => {
    const { ab, atC, refer } = await consulting()
    assert.equal(await refer(), 202)
    await ab.in.bye()
    assert.equal((await atC.ended()).how, 'cancel')
    await ab.out.referred(/^SIP\/2\.0 487/)
    assert.equal((await ab.out.ended()).how, 'bye')
  })

  test('a colleague picks up a call that rings (INVITE with Replaces): one call, one record', async () => {
    const { a, b, c, numbers } = await three()
    const call = await a.invite(numbers[1])
    const rings = await b.nextCall()
    rings.ring()
    await call.status(180)
    const { name } = rings
    const theirs = await c.invite('1', { headers: [['Replaces', call.name]] })
    assert.equal((await theirs.ended()).status, 481, 'a dialog that the server did not begin')
    const wrong = await c.invite('1', { headers: [['Replaces', `${name}x`]] })
    assert.equal((await wrong.ended()).status, 481)
    const picked = await c.invite(numbers[1], { headers: [['Replaces', `${name};early-only`], ['Require', 'replaces']] })
    await picked.answered()
    const end = await rings.ended()
    assert.equal(end.how, 'cancel')
    assert.match(headerOf(end.message ?? call.invite, 'Reason') ?? '', /cause=200/)
    await call.answered()
    await hearEachOther(call, picked)
    const stranger = await b.invite('1', { headers: [['Replaces', `${picked.name};early-only`]] })
    assert.equal((await stranger.ended()).status, 403)
    const late = await c.invite('1', { headers: [['Replaces', `${picked.name};early-only`]] })
    assert.equal((await late.ended()).status, 486)
    await call.bye()
    await picked.ended()
    const calls = await chain(await house.verdict(call))
    assert.equal(calls.length, 1)
    assert.deepEqual(calls[0]?.legs.map((leg) => [leg.number, leg.ended]), [
      [numbers[0], 'This phone ended the call.'], [numbers[1], 'Another phone picked the call up.'], [numbers[2], 'The other side ended the call.'],
    ])
  })

  test('picked up without an offer', async () => {
    const { a, b, c, numbers } = await three()
    const call = await a.invite(numbers[1])
    const rings = await b.nextCall()
    rings.ring()
    await call.status(180)
    const picked = await c.invite('1', { sdp: '', headers: [['Replaces', rings.name]] })
    await picked.answered()
    await call.answered()
    assert.equal((await rings.ended()).how, 'cancel')
    await picked.bye()
    await call.ended()
  })
})

suite('picking up is for the own extension only', () => {
  let guarded: House
  before(async () => {
    guarded = await startHouse({ change: ({ calls }) => void (calls.pickup = 'extension') })
  })
  after(() => guarded?.close())

  test('a colleague is refused, another phone of the extension is not', async () => {
    const { alice, bob, lines } = await guarded.pair('700', '701', { wish: { maxContacts: 5 } })
    const carl = await guarded.registered(await guarded.extension('702'))
    const call = await alice.invite('701')
    const rings = await bob.nextCall()
    rings.ring()
    await call.status(180)
    assert.equal((await (await carl.invite('1', { headers: [['Replaces', rings.name]] })).ended()).status, 403)
    const other = await guarded.phone(lines[1])
    const picked = await other.invite('1', { headers: [['Replaces', rings.name]] })
    await picked.answered()
    await call.answered()
    await hearEachOther(call, picked)
    await picked.bye()
    await call.ended()
    await guarded.idle()
  })
})
