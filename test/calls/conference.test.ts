/** Conference rooms, from dialling the number to the row in the history: phones of ours, and baresips of three codecs. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import type { ConferenceView } from '../../pbx/events/catalogue.ts'
import { startBaresip } from '../support/baresip.ts'
import { startHouse, type House } from '../support/house.ts'
import type { Phone, PhoneCall } from '../support/phone.ts'
import { missing } from '../support/run/peers.ts'
import { toneShare } from '../support/tone.ts'

let number = 600

suite('conferences', () => {
  let house: House
  before(async () => {
    house = await startHouse({ change: (settings) => { settings.calls.music = undefined } })
  })
  after(() => house?.close())
  afterEach(() => house.idle())

  async function room(wish: Record<string, unknown> = {}): Promise<{ id: string; number: string }> {
    return house.api.post('/conferences', { number: String(++number), name: 'Monday', announce: 'none', ...wish })
  }

  let extension = 200
  async function caller(): Promise<Phone> {
    return house.registered(await house.extension(String(++extension)))
  }

  async function call(phone: Phone, to: string, frequency: number): Promise<PhoneCall> {
    const made = await phone.invite(to)
    await made.answered()
    made.audio.play(frequency)
    return made
  }

  const seen = (match: (conference: ConferenceView) => boolean, from = 0) => house.event('conference.changed', ({ data }) => match(data.conference), { from })

  test('three phones hear each other, and the room is told while it lasts', async () => {
    const monday = await room()
    const phones = [await caller(), await caller(), await caller()]
    const calls = [await call(phones[0]!, monday.number, 500), await call(phones[1]!, monday.number, 1100), await call(phones[2]!, monday.number, 1700)]
    await Promise.all([calls[0]!.audio.hearsTogether([1100, 1700]), calls[1]!.audio.hearsTogether([500, 1700]), calls[2]!.audio.hearsTogether([500, 1100])])
    await seen((one) => one.id === monday.id && one.parties.length === 3 && one.parties.some(({ talking }) => talking))
    const [live] = await house.api.get<ConferenceView[]>('/conferences/live')
    assert.deepEqual(live?.parties.map((party) => [party.number, party.muted, party.moderator]), [['201', false, false], ['202', false, false], ['203', false, false]])
    await calls[0]!.bye()
    await calls[1]!.audio.hears(1700)
    await Promise.all([calls[1]!.bye(), calls[2]!.bye()])
    await house.event('conference.ended', ({ data }) => data.conferenceId === monday.id)
    const verdict = await house.verdict(calls[0]!)
    assert.deepEqual([verdict.termination?.result, verdict.termination?.by, verdict.to.name], ['answered', 'caller', 'Monday'])
    assert.match(verdict.plan.steps[0]?.reason ?? '', /conference room Monday/)
    await house.idle()
    const history = await house.history(`?search=${monday.number}`)
    assert.equal(history.length, 3)
  })

  test('keys mute oneself, and a moderator locks the room and mutes all; who is no moderator cannot', async () => {
    const monday = await room({ pin: '1234', moderatorPin: '98765' })
    const [guest, moderator, late] = [await caller(), await caller(), await caller()]
    const first = await call(guest, monday.number, 500)
    await first.audio.press('1234#')
    const second = await call(moderator, monday.number, 1100)
    await second.audio.press('98765#')
    await seen((one) => one.id === monday.id && one.parties.length === 2 && one.parties[1]?.moderator === true)
    await second.audio.hears(500)
    let from = house.events.mark()
    await first.audio.press('*6')
    await seen((one) => one.parties[0]?.muted === true, from)
    await second.audio.hearsNothing()
    from = house.events.mark()
    await first.audio.press('*5')
    await first.audio.press('*6')
    const unmuted = await seen((one) => one.parties[0]?.muted === false, from)
    assert.equal(unmuted.data.conference.locked, false)
    await second.audio.hears(500)
    from = house.events.mark()
    await second.audio.press('*7')
    await seen((one) => one.parties[0]?.muted === true && one.parties[1]?.muted === false, from)
    from = house.events.mark()
    await second.audio.press('*5')
    await seen((one) => one.locked, from)
    const refused = await call(late, monday.number, 1700)
    await refused.audio.press('1234#')
    const verdict = await house.verdict(refused, 20_000)
    assert.equal(verdict.termination?.reason, 'conference-locked')
    await Promise.all([first.bye(), second.bye()])
  })

  test('three wrong PINs end the call, digits are never logged, and after nine the caller is not asked again', async () => {
    const monday = await room({ pin: '4711' })
    const phone = await caller()
    for (let round = 0; round < 3; round += 1) {
      const made = await call(phone, monday.number, 0)
      for (let attempt = 0; attempt < 3; attempt += 1) await made.audio.press('8642#')
      const verdict = await house.verdict(made, 30_000)
      assert.deepEqual([verdict.termination?.reason, verdict.termination?.result], ['wrong-pin', 'refused'])
    }
    const blocked = await phone.invite(monday.number)
    assert.equal((await blocked.status(403)).status, 403)
    assert.ok(house.warnings.every((line) => !line.includes('8642') && !line.includes('4711')))
  })

  test('without a moderator the others wait; when the last one leaves, it ends', async () => {
    const monday = await room({ moderatorPin: '98765', waitForModerator: true, endWithModerator: true })
    const [guest, moderator] = [await caller(), await caller()]
    const waiting = await call(guest, monday.number, 500)
    await waiting.audio.press('#')
    await seen((one) => one.id === monday.id && one.parties[0]?.waiting === true)
    const leading = await call(moderator, monday.number, 1100)
    await leading.audio.press('98765#')
    await seen((one) => one.id === monday.id && one.parties.length === 2 && one.parties[0]?.waiting === false)
    await Promise.all([waiting.audio.hears(1100), leading.audio.hears(500)])
    await leading.bye()
    const verdict = await house.verdict(waiting, 20_000)
    assert.equal(verdict.termination?.reason, 'conference-ended')
    assert.match(verdict.termination?.explanation ?? '', /last moderator/)
  })

  test('the panel mutes, removes and ends, and each is audited; a full room takes nobody', async () => {
    const monday = await room({ maxParties: 2, mutedEntry: true })
    const [one, other, third] = [await caller(), await caller(), await caller()]
    const [first, second] = [await call(one, monday.number, 500), await call(other, monday.number, 1100)]
    const there = await seen((view) => view.id === monday.id && view.parties.length === 2)
    assert.deepEqual(there.data.conference.parties.map(({ muted }) => muted), [true, true])
    const refused = await call(third, monday.number, 1700)
    assert.equal((await house.verdict(refused, 20_000)).termination?.reason, 'conference-full')
    const [a, b] = there.data.conference.parties
    const after = await house.api.post<ConferenceView>(`/conferences/${monday.id}/parties`, { callId: a!.callId, action: 'unmute' })
    assert.deepEqual(after.parties.map(({ muted }) => muted), [false, true])
    await second.audio.hears(500)
    await house.api.post(`/conferences/${monday.id}/parties`, { callId: b!.callId, action: 'kick' })
    assert.equal((await house.verdict(second, 20_000)).termination?.reason, 'kicked')
    const locked = await house.api.post<ConferenceView>(`/conferences/${monday.id}/control`, { action: 'lock' })
    assert.equal(locked.locked, true)
    await house.api.post(`/conferences/${monday.id}/control`, { action: 'end' })
    assert.equal((await house.verdict(first, 20_000)).termination?.reason, 'conference-ended')
    const audit = await house.api.get<{ action: string }[]>('/audit?limit=20')
    for (const action of ['conference.unmute', 'conference.kick', 'conference.lock', 'conference.end']) assert.ok(audit.some((row) => row.action === action), action)
    assert.equal((await house.api.send('POST', `/conferences/${monday.id}/control`, { action: 'lock' })).status, 404)
  })

  test('a phone on hold is not heard in the room', async () => {
    const monday = await room()
    const [one, other] = [await caller(), await caller()]
    const [first, second] = [await call(one, monday.number, 500), await call(other, monday.number, 1100)]
    await second.audio.hears(500)
    await first.hold('sendonly')
    await second.audio.hearsNothing()
    await first.resume()
    await second.audio.hears(500)
    await Promise.all([first.bye(), second.bye()])
  })

  test('a recorded room has what all said, and goes on being recorded when the first leaves', async () => {
    const monday = await room({ record: true })
    const [one, other] = [await caller(), await caller()]
    const [first, second] = [await call(one, monday.number, 500), await call(other, monday.number, 1100)]
    await seen((view) => view.id === monday.id && view.recording && view.parties.length === 2)
    await Promise.all([first.audio.hears(1100), second.audio.hears(500)])
    const from = house.events.mark()
    await first.bye()
    await house.event('recording.finished', undefined, { from })
    await seen((view) => view.id === monday.id && view.recording && view.parties.length === 1, from)
    await second.bye()
    const rest = await house.event('recording.finished', ({ data }) => data.status === 'finished', { from })
    assert.equal(rest.data.failure, null)
  })

  test('a number is an extension or a room, never both', async () => {
    const monday = await room()
    const taken = await house.api.send('POST', '/extensions', { number: monday.number, name: 'X' })
    assert.equal(taken.status, 409)
    const line = await house.extension('299')
    assert.equal((await house.api.send('POST', '/conferences', { number: '299', name: 'X' })).status, 409)
    assert.equal((await house.api.send('PATCH', `/conferences/${monday.id}`, { number: '299' })).status, 409)
    await house.api.send('DELETE', `/extensions/${line.extensionId}`)
    assert.equal((await house.api.send('PATCH', `/conferences/${monday.id}`, { number: '299' })).status, 200)
    await house.extension(monday.number)
    const shown = await house.api.get<Record<string, unknown>>(`/conferences/${monday.id}`)
    assert.deepEqual([shown['number'], shown['hasPin'], 'pin' in shown], ['299', false, false])
  })

  test('a room that is switched off, and a number that is none', async () => {
    const monday = await room({ enabled: false })
    const phone = await caller()
    const refused = await phone.invite(monday.number)
    assert.equal((await refused.status(480)).status, 480)
    assert.equal((await house.verdict(refused)).termination?.reason, 'conference-disabled')
  })

  test('baresips of PCMU, G.722 and Opus share a room', { skip: missing('baresip', 'baresip-core') }, async () => {
    const monday = await room()
    const tones = [500, 1100, 1700]
    const phones = await Promise.all((['PCMU', 'G722', 'opus'] as const).map(async (codec, i) => {
      const line = await house.extension(String(++extension))
      const phone = await startBaresip({ server: house.sip, line, transport: 'udp', tone: tones[i]!, answers: false, codec })
      await house.event('registration.changed', ({ data }) => data.registration.extensionNumber === line.number)
      return phone
    }))
    try {
      for (const phone of phones) {
        await phone.dial(monday.number)
        await phone.event('CALL_ESTABLISHED')
      }
      await seen((view) => view.id === monday.id && view.parties.length === 3)
      const enough = house.events.mark()
      await house.event('call.updated', ({ data }) => (data.call.legs[0]?.media?.packetsSent ?? 0) > 250, { from: enough, ms: 20_000 })
      await Promise.all(phones.map((phone) => phone.hangUp()))
      for (const [i, phone] of phones.entries()) {
        const wav = await phone.stop()
        const samples = wav?.channels[0]
        assert.ok(wav && samples, 'baresip wrote down nothing')
        const middle = samples.subarray(samples.length - 2 * wav.rate, samples.length - wav.rate)
        const shares = tones.map((tone) => toneShare(middle, tone, wav.rate))
        for (const [j, share] of shares.entries()) assert.ok(i === j ? share < 0.02 : share > 0.25, `baresip ${i} hears ${tones[j]} Hz with a share of ${share}`)
      }
    } finally {
      await Promise.all(phones.map((phone) => phone.stop()))
    }
  })
})
