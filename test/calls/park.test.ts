/** Parking and picking up with real phones: by blind and attended transfer, fetched, returned, *8 and **. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import { eventually } from '../support/eventually.ts'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, type Phone, type PhoneCall } from '../support/phone.ts'
import { hearEachOther, talk } from '../support/talk.ts'

interface Lot { id: string; number: string }
interface Parked { slot: string; number: string; by: { number: string } | null }

let next = 500

suite('parking and picking up', () => {
  let house: House
  let lot: Lot
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    const lots = await house.api.get<Lot[]>('/park-lots')
    assert.deepEqual(lots.map(({ number }) => number), ['5900'], 'the customary lot is there')
    lot = lots[0]!
  })
  after(() => house?.close())
  afterEach(() => house.idle())

  async function phones(...wishes: Record<string, unknown>[]): Promise<{ phone: Phone; number: string }[]> {
    return Promise.all(wishes.map(async (wish) => {
      const number = String(next++)
      return { number, phone: await house.registered(await house.extension(number, { ringSeconds: 5, ...wish })) }
    }))
  }
  const parked = (): Promise<Parked[]> => house.api.get<Parked[]>('/parked-calls')
  const slotOf = (number: string): Promise<string> => eventually(async () => (await parked()).find((one) => one.number === number)?.slot, `${number} in a slot`)

  test('a call is parked by blind transfer, hears music, and is fetched from another phone', async () => {
    const [a, b, c] = await phones({}, {}, {})
    const ab = await talk(a!.phone, b!.phone, b!.number)
    await ab.in.refer(`<sip:${lot.number}@${house.sip.host}>`)
    const last = await ab.in.referred(/^SIP\/2\.0 200/)
    assert.match(last.body, /^SIP\/2\.0 200 Parked on 59\d\d/, 'phones that show it say where')
    await ab.in.ended()
    const slot = await slotOf(a!.number)
    assert.deepEqual((await parked()).map(({ by }) => by?.number), [b!.number])
    ab.out.audio.forget()
    await ab.out.audio.hearsSomething()
    const fetch = await c!.phone.invite(slot)
    await fetch.answered()
    await hearEachOther(ab.out, fetch)
    assert.deepEqual(await parked(), [])
    const again = await b!.phone.invite(slot)
    await again.status(404)
    await fetch.bye()
    await ab.out.ended()
    const verdict = await house.verdict(fetch)
    await house.idle()
    const chain = await house.history(`?rootId=${verdict.rootId}&order=asc`)
    assert.deepEqual(chain.map((one) => [one.from.number, one.to.number, one.termination?.reason]), [[a!.number, b!.number, 'transferred'], [a!.number, lot.number, 'transferred'], [c!.number, a!.number, 'hung-up']])
  })

  test('whoever asks the lot first is told a slot, and transfers the call there', async () => {
    const [a, b] = await phones({}, {})
    const ab = await talk(a!.phone, b!.phone, b!.number)
    const ask = await b!.phone.invite(lot.number)
    await ask.answered()
    ask.audio.play(0)
    await ask.audio.hearsSomething()
    const answer = await ab.in.refer(`<sip:${lot.number}@${house.sip.host}?Replaces=${encodeURIComponent(ask.name)}>`)
    assert.equal(answer.status, 202)
    await ask.ended()
    await ab.in.ended()
    const slot = await slotOf(a!.number)
    const fetch = await b!.phone.invite(slot)
    await fetch.answered()
    await hearEachOther(ab.out, fetch)
    await fetch.bye()
  })

  test('a slot that is taken gives the call back; who hangs up leaves it free; nobody comes, and it returns', async () => {
    await house.api.send('PATCH', `/park-lots/${lot.id}`, { timeoutSeconds: 10 })
    const [a, b, c, d] = await phones({}, {}, {}, {})
    const ab = await talk(a!.phone, b!.phone, b!.number)
    const began = Date.now()
    const mark = b!.phone.incoming.mark()
    await ab.in.refer(`<sip:5950@${house.sip.host}>`)
    await ab.in.ended()
    assert.equal(await slotOf(a!.number), '5950')
    const cd = await talk(c!.phone, d!.phone, d!.number)
    await cd.in.refer(`<sip:5950@${house.sip.host}>`)
    await cd.in.referred(/^SIP\/2\.0 486/)
    await hearEachOther(cd.out, cd.in)
    await cd.in.refer(`<sip:5951@${house.sip.host}>`)
    await cd.in.ended()
    await slotOf(c!.number)
    await cd.out.bye()
    await eventually(async () => (await parked()).every(({ slot }) => slot !== '5951'), 'the slot to be free')
    const back = await b!.phone.nextCall({ from: mark, ms: 20_000 })
    assert.ok(Date.now() - began > 9_000)
    assert.match(headerOf(back.invite, 'From') ?? '', /"Park: /)
    await back.answer()
    await hearEachOther(ab.out, back)
    await back.bye()
  })

  test('a colleague’s call is picked up with ** and the number, or with *8 in the same group', async () => {
    const [caller, anna, ben, carl, dora] = await phones({}, { pickupGroup: 'Sales' }, { pickupGroup: 'Sales' }, { pickupGroup: 'Service' }, { pickupGroup: 'Sales' })
    const ring = async (): Promise<{ out: PhoneCall; at: PhoneCall }> => {
      const mark = anna!.phone.incoming.mark()
      const out = await caller!.phone.invite(anna!.number)
      const at = await anna!.phone.nextCall({ from: mark })
      at.ring()
      await out.status(180)
      return { out, at }
    }
    const first = await ring()
    const stranger = await carl!.phone.invite('*8')
    await stranger.status(404)
    const group = await ben!.phone.invite('*8')
    await group.answered()
    await first.out.answered()
    assert.equal((await first.at.ended()).how, 'cancel')
    await hearEachOther(first.out, group)
    await group.bye()
    await first.out.ended()
    assert.deepEqual((await house.verdict(first.out)).legs.filter(({ answeredAt }) => answeredAt !== null).map(({ number }) => number), [caller!.number, ben!.number])

    const second = await ring()
    const refused = await carl!.phone.invite(`**${anna!.number}`)
    await refused.status(404)
    assert.match((await house.verdict(refused)).termination?.explanation ?? '', /none does that this phone may pick up/)
    const [one, other] = [await dora!.phone.invite(`**${anna!.number}`), await ben!.phone.invite(`**${anna!.number}`)]
    // Who comes too late is told so, or hears at once that it was completed elsewhere.
    const winner = await Promise.race([one.ended().then(() => other), other.ended().then(() => one)])
    await second.out.answered()
    await hearEachOther(second.out, winner)
    await second.out.bye()
    await winner.ended()
    const nothing = await ben!.phone.invite(`**${anna!.number}`)
    await nothing.status(404)
  })

  test('a slot that became a number of its own is passed over, and a room among the slots is reached', async () => {
    const { extension: { id } } = await house.api.post<{ extension: { id: string } }>('/extensions', { number: '5901', name: 'Newcomer' })
    const [a, b, c] = await phones({}, {}, {})
    const ab = await talk(a!.phone, b!.phone, b!.number)
    await ab.in.refer(`<sip:${lot.number}@${house.sip.host}>`)
    await ab.in.ended()
    const slot = await slotOf(a!.number)
    assert.equal(slot, '5902')
    const fetch = await c!.phone.invite(slot)
    await fetch.answered()
    await hearEachOther(fetch, ab.out)
    await fetch.bye()
    await ab.out.ended()
    assert.equal((await house.api.send('DELETE', `/extensions/${id}`)).status, 200)

    const room = await house.api.post<{ id: string }>('/conferences', { number: '5950', name: 'Room' })
    const { steps } = await house.api.get<{ steps: { reason: string }[] }>('/routing/explanation?to=5950')
    assert.match(steps[0]?.reason ?? '', /5950 is the conference room Room/)
    assert.match((await house.api.send('PATCH', `/park-lots/${lot.id}`, { lastSlot: '5951' })).body.toString(), /5950 is in use already, by Room/)
    assert.equal((await house.api.send('DELETE', `/conferences/${room.id}`)).status, 200)
  })

  test('lots are checked: slots in use, circles, and what is explained', async () => {
    const refused = async (change: Record<string, unknown>, words: RegExp): Promise<void> => assert.match((await house.api.send('PATCH', `/park-lots/${lot.id}`, change)).body.toString(), words)
    const [one] = await phones({})
    await refused({ firstSlot: one!.number, lastSlot: one!.number }, /is in use already/)
    await refused({ lastSlot: '5899' }, /comes after it/)
    await refused({ firstSlot: '5000' }, /at most 200 slots/)
    await refused({ number: '5950' }, /cannot be one of its slots/)
    await refused({ returnTo: '5901' }, /cannot return to the lot itself/)
    await refused({ returnTo: '77777' }, /leads nowhere/)
    const { steps } = await house.api.get<{ steps: { step: string; reason: string }[] }>('/routing/explanation?to=5901')
    assert.match(steps[0]?.reason ?? '', /5901 is a slot of the park lot 5900 \(Parking\)/)
  })
})
