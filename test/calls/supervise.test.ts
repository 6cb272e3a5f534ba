/** A supervisor listens to a call, whispers and barges in, by the API, by a feature code and by keys; who listened is told in audit and history. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import type { CallView } from '../../pbx/events/catalogue.ts'
import { eventually } from '../support/eventually.ts'
import { startHouse, type House } from '../support/house.ts'
import { ApiClient } from '../support/http-client.ts'
import type { Phone, PhoneCall } from '../support/phone.ts'

suite('supervision', () => {
  let house: House
  let [customer, agent, supervisor]: Phone[] = []
  let supervisorId: string
  before(async () => {
    house = await startHouse()
    const { alice, bob } = await house.pair('101', '102')
    ;[customer, agent] = [alice, bob]
    const line = await house.extension('150', { name: 'Boss' })
    supervisorId = line.extensionId
    supervisor = await house.registered(line)
  })
  after(() => house?.close())
  afterEach(() => house.idle())

  async function talking(): Promise<{ id: string; asking: PhoneCall; answering: PhoneCall }> {
    const from = house.events.mark()
    const mark = agent!.incoming.mark()
    const asking = await customer!.invite('102')
    const answering = await agent!.nextCall({ from: mark })
    await answering.answer()
    await asking.answered()
    asking.audio.play(500)
    answering.audio.play(1100)
    await Promise.all([asking.audio.hears(1100), answering.audio.hears(500)])
    const { data } = await house.event('call.updated', (event) => event.data.call.state === 'answered', { from })
    return { id: data.call.id, asking, answering }
  }

  async function ring(id: string, mode: string): Promise<PhoneCall> {
    const mark = supervisor!.incoming.mark()
    const begun = await house.api.send('POST', `/calls/${id}/supervision`, { extensionId: supervisorId, side: 'callee', mode })
    assert.equal(begun.status, 202)
    const ringing = await supervisor!.nextCall({ from: mark })
    await ringing.answer()
    ringing.audio.play(1700)
    return ringing
  }

  test('listens, whispers and barges in by keys, and leaves a call that goes on', async () => {
    const { id, asking, answering } = await talking()
    const heard = await ring(id, 'listen')
    await heard.audio.hearsTogether([500, 1100])
    await Promise.all([asking.audio.hears(1100), answering.audio.hears(500)])
    await heard.audio.press('5')
    await answering.audio.hearsTogether([500, 1700])
    await asking.audio.hears(1100)
    await heard.audio.press('6')
    await asking.audio.hearsTogether([1100, 1700])
    await heard.audio.press('4')
    await Promise.all([asking.audio.hears(1100), answering.audio.hears(500)])
    await heard.bye()
    asking.audio.forget()
    answering.audio.forget()
    await Promise.all([asking.audio.hears(1100), answering.audio.hears(500)])
    await asking.bye()
    const call = await house.verdict(asking)
    assert.deepEqual(call.plan.steps.slice(1).map(({ step }) => step), ['Listened to by 150 (Boss)', 'Whispered to by 150 (Boss)', 'Joined by 150 (Boss)', 'Listened to by 150 (Boss)'])
    const own = await house.verdict(heard)
    assert.deepEqual([own.from.number, own.to.number, own.termination?.by], ['102', '150', 'callee'])
    assert.match(own.plan.steps[0]?.step ?? '', /Supervise the call of 102/)
    await house.idle()
    const stored = await house.history('?search=150')
    assert.equal(stored.length, 1)
    const audit = await house.api.get<{ action: string; after: { supervisor: string } | null }[]>('/audit?limit=20')
    assert.deepEqual(audit.filter((row) => /^call\.(listen|whisper|barge)$/.test(row.action)).map((row) => `${row.action} ${row.after?.supervisor}`).toReversed(),
      ['call.listen 150', 'call.whisper 150', 'call.barge 150', 'call.listen 150'])
  })

  test('the end of the call ends the supervision, and an unanswered one leaves no trace in the sound', async () => {
    const { id, asking, answering } = await talking()
    const heard = await ring(id, 'barge')
    await answering.audio.hearsTogether([500, 1700])
    await answering.bye()
    assert.equal((await house.verdict(heard)).termination?.reason, 'supervision-ended')
    await house.verdict(asking)
    const again = await talking()
    const mark = supervisor!.incoming.mark()
    await house.api.send('POST', `/calls/${again.id}/supervision`, { extensionId: supervisorId, side: 'caller', mode: 'listen' })
    const ringing = await supervisor!.nextCall({ from: mark })
    ringing.reject(486)
    assert.equal((await house.verdict(ringing)).termination?.reason, 'busy')
    assert.equal((await house.verdict(ringing)).legs.length, 2)
    await again.asking.bye()
    const call: CallView = await house.verdict(again.asking)
    assert.equal(call.plan.steps.length, 1)
  })

  interface Row { action: string; subjectId: string; actor: string; after: Record<string, string> | null }
  const audited = async (id: string): Promise<Row[]> => (await house.api.get<Row[]>('/audit?limit=30')).filter((row) => row.subjectId === id).toReversed()
  const supervises = async (...whom: string[]): Promise<number> => (await house.api.send('PATCH', `/extensions/${supervisorId}`, { supervises: whom })).status

  test('*33 from a phone: only of whom it supervises; a whisper is heard by one side, and everything is audited', async () => {
    const { id, asking, answering } = await talking()
    const refused = await supervisor!.invite('*33102')
    assert.equal((await refused.ended()).status, 403)
    assert.match((await house.verdict(refused)).plan.steps[0]?.reason ?? '', /^150 supervises nobody$/)
    assert.equal(await supervises('2XX'), 200)
    const other = await supervisor!.invite('*33102')
    await other.ended()
    assert.equal((await house.verdict(other)).termination?.reason, 'supervise-forbidden')
    assert.deepEqual(await audited(id), [], 'who may not listen has not')

    assert.equal(await supervises('102'), 200)
    const heard = await supervisor!.invite('*33102')
    await heard.answered()
    heard.audio.play(1700)
    await heard.audio.hearsTogether([500, 1100])
    const alone = async (): Promise<void> => {
      for (const { audio } of [asking, answering]) audio.forget()
      await Promise.all([asking.audio.hears(1100), answering.audio.hears(500)])
    }
    await alone()
    await heard.audio.press('1')
    await answering.audio.hearsTogether([500, 1700])
    // What it hears is that one tone and no part of the whisper.
    asking.audio.forget()
    await asking.audio.hears(1100)
    await heard.audio.press('2')
    await asking.audio.hearsTogether([1100, 1700])
    await answering.audio.hears(500)
    await heard.audio.press('3')
    await answering.audio.hearsTogether([500, 1700])
    await asking.audio.hearsTogether([1100, 1700])
    await heard.audio.press('0')
    await alone()
    await heard.audio.hearsTogether([500, 1100])
    await heard.bye()
    const own = await house.verdict(heard)
    assert.deepEqual([own.from.number, own.termination?.by], ['150', 'caller'])
    await alone()
    await eventually(async () => (await audited(id)).at(-1)?.action === 'call.listen-end', 'the end of the supervision in the audit')
    const rows = await audited(id)
    assert.deepEqual(rows.map(({ action, after }) => `${action} ${after?.['from']} ${after?.['to']} by ${after?.['supervisor']} to ${after?.['heardBy'] ?? 'nobody'}`), [
      'call.listen 101 102 by 150 to nobody', 'call.whisper 101 102 by 150 to 102', 'call.whisper 101 102 by 150 to 101', 'call.barge 101 102 by 150 to nobody', 'call.listen 101 102 by 150 to nobody',
      'call.listen-end 101 102 by 150 to nobody',
    ])
    assert.ok(Date.parse(rows.at(-1)?.after?.['begun'] ?? '') <= Date.parse(rows.at(-1)?.after?.['ended'] ?? ''))
    await asking.bye()
    assert.deepEqual((await house.verdict(asking)).plan.steps.slice(1).map(({ step }) => step), ['Listened to by 150 (Boss)', 'Whispered to by 150 (Boss)', 'Whispered to 101 (Extension 101) by 150 (Boss)', 'Joined by 150 (Boss)', 'Listened to by 150 (Boss)'])

    const nobody = await supervisor!.invite('*33102')
    await nobody.answered()
    await nobody.ended()
    assert.equal((await house.verdict(nobody)).termination?.reason, 'nothing-to-hear')
  })

  test('*33 ends with the call; a token that may not listen gives nobody the right to', async () => {
    const { answering, asking } = await talking()
    assert.equal(await supervises('1XX'), 200)
    const heard = await supervisor!.invite('*33101')
    await heard.answered()
    await heard.audio.hearsTogether([500, 1100])
    await answering.bye()
    assert.equal((await house.verdict(heard)).termination?.reason, 'supervision-ended')
    await house.verdict(asking)
    const { token } = await house.api.post<{ token: string }>('/tokens', { name: 'extensions only', permissions: ['extensions.read', 'extensions.write'] })
    const program = new ApiClient(house.api.url)
    program.bearer = token
    const change = async (body: object): Promise<number> => (await program.send('PATCH', `/extensions/${supervisorId}`, body)).status
    assert.equal(await change({ supervises: ['.'] }), 403)
    assert.equal(await change({ supervises: ['1XX'], name: 'Boss' }), 200, 'what stays as it was needs no right')
    assert.equal(await supervises('sales'), 400)
  })

  test('what cannot be is refused: a party of the call, an extension without a phone, a call that is none', async () => {
    const { id, asking } = await talking()
    const ask = async (extensionId: string, call = id) => (await house.api.send('POST', `/calls/${call}/supervision`, { extensionId, side: 'caller' })).status
    const [one] = await house.api.get<{ id: string }[]>('/extensions?search=101')
    assert.equal(await ask(one!.id), 409)
    assert.equal(await ask((await house.extension('151')).extensionId), 409)
    assert.equal(await ask(supervisorId, '00000000-0000-4000-8000-000000000000'), 404)
    assert.equal(await ask('00000000-0000-4000-8000-000000000000'), 422)
    const audit = await house.api.get<{ action: string; subjectId: string }[]>('/audit?limit=10')
    assert.ok(audit.every((row) => row.subjectId !== id), 'nothing is audited that was refused')
    await asking.bye()
  })
})
