/** Click-to-dial: the own phone first, then the number; refused before anything rings; twice is once. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import type { CallView } from '../../pbx/events/catalogue.ts'
import type { Line } from '../support/desk.ts'
import { startHouse, type House } from '../support/house.ts'
import { ApiClient } from '../support/http-client.ts'
import { headerOf, openPhone, type Phone } from '../support/phone.ts'
import { hearEachOther } from '../support/talk.ts'

suite('click to dial', () => {
  let house: House
  let anna: Line
  let hers: Phone
  let ben: Phone
  let carrier: Phone
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    anna = await house.extension('101', { name: 'Anna' })
    hers = await house.registered(anna)
    ben = await house.registered(await house.extension('102', { name: 'Ben' }))
    carrier = await openPhone({ server: house.sip, user: 'carrier', password: '' })
    const trunk = await house.api.post<{ id: string }>('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port, callerId: '+15550001000' })
    await house.api.post('/outbound-routes', { name: 'Outside', pattern: '+.', trunkIds: [trunk.id] })
  })
  after(async () => {
    await carrier?.close()
    await house?.close()
  })
  afterEach(() => house.idle())

  const click = (to: string, more: Record<string, unknown> = {}): Promise<CallView> => house.api.post<CallView>('/calls', { extensionId: anna.extensionId, to, ...more })
  test('the own phone rings with who will be called, and once answered the other does; one chain in the history', async () => {
    const [mark, theirs] = [hers.incoming.mark(), ben.incoming.mark()]
    const call = await click('102')
    const own = await hers.nextCall({ from: mark })
    assert.match(headerOf(own.invite, 'From') ?? '', /"Ben" <sip:102@/)
    assert.equal(headerOf(own.invite, 'Call-Info'), undefined)
    assert.equal(ben.incoming.mark(), theirs, 'nobody else rings yet')
    await own.answer()
    const other = await ben.nextCall({ from: theirs })
    assert.match(headerOf(other.invite, 'From') ?? '', /"Anna" <sip:101@/)
    other.ring()
    await own.audio.hearsTogether([440, 480])
    await other.answer()
    await hearEachOther(own, other)
    assert.equal((await house.api.send('POST', `/calls/${call.id}/hang-up`)).status, 202, 'by the id of the click')
    await Promise.all([own.ended(), other.ended()])
    await house.idle()
    const chain = await house.history(`?rootId=${call.rootId}&order=asc`)
    assert.deepEqual(chain.map(({ from, to, termination }) => [from.number, to.number, termination?.reason]), [['102', '101', 'transferred'], ['101', '102', 'administrator']])
    assert.match(chain[0]?.plan.steps[0]?.step ?? '', /Click to dial 102: ring the own phone first/)
  })

  test('a number outside as people write it, over the trunk with the rights of the extension; the phone may answer by itself', async () => {
    const [mark, outside] = [hers.incoming.mark(), carrier.incoming.mark()]
    await click('tel:+1-202-555-0123;ext=7', { autoAnswer: true })
    const own = await hers.nextCall({ from: mark })
    assert.match(headerOf(own.invite, 'Call-Info') ?? '', /answer-after=0/)
    assert.match(headerOf(own.invite, 'Alert-Info') ?? '', /alert-autoanswer/)
    await own.answer()
    const there = await carrier.nextCall({ from: outside })
    assert.match(there.invite.uri, /^sip:\+12025550123@/)
    assert.match(headerOf(there.invite, 'From') ?? '', /\+15550001000/)
    await there.answer()
    await hearEachOther(own, there)
    await own.bye()
    await there.ended()
  })

  test('what speaks against it is said before anything rings', async () => {
    const mark = hers.incoming.mark()
    const refused = async (to: string, status: number, words: RegExp, more: Record<string, unknown> = {}): Promise<void> => {
      const answer = await house.api.send('POST', '/calls', { extensionId: anna.extensionId, to, ...more })
      assert.deepEqual([answer.status, words.test(answer.body.toString())], [status, true], answer.body.toString())
    }
    await refused('7777', 422, /Nothing here has the number 7777/)
    await refused('+49 30 123456', 422, /is abroad/)
    await refused('911', 422, /from the phone itself/)
    await refused('hello', 422, /no number that can be dialled/)
    await refused('102', 422, /no such extension/, { extensionId: '00000000-0000-4000-8000-000000000000' })
    await refused('102', 409, /This phone is not registered/, { deviceId: '00000000-0000-4000-8000-000000000000' })
    const silent = await house.extension('103')
    await refused('102', 409, /No phone of 103 is registered/, { extensionId: silent.extensionId })
    assert.equal(hers.incoming.mark(), mark)
  })

  test('a second click is the first again; who does not answer is not called for anything', async () => {
    const mark = hers.incoming.mark()
    const [one, two] = await Promise.all([click('102'), click('102')])
    assert.equal(one.id, two.id)
    const own = await hers.nextCall({ from: mark })
    assert.equal(hers.incoming.mark(), mark + 1)
    own.reject(486)
    const view = await house.verdict(own)
    assert.equal(view.termination?.reason, 'busy')
  })

  test('a person\'s own token calls with the own phone, and sees and ends own calls alone', async () => {
    const { api } = house
    const { user } = await api.get<{ user: { id: string } }>('/auth/session')
    await api.ask('PATCH', `/users/${user.id}`, { extensionId: anna.extensionId })
    const made = await api.post<{ token: string; apiToken: { id: string } }>('/auth/dial-tokens', { name: 'CRM', expiresAt: new Date(Date.now() + 86_400_000).toISOString() })
    const crm = new ApiClient(api.url)
    crm.bearer = made.token
    for (const path of ['/calls', '/calls/live', '/extensions', '/users']) assert.equal((await crm.send('GET', path)).status, 403, path)
    assert.equal((await crm.send('POST', '/calls', { extensionId: anna.extensionId, to: '102' })).status, 403)
    assert.equal((await crm.send('POST', '/own/calls', { to: '102', extensionId: anna.extensionId })).status, 400, 'whose phone is no question')

    const carol = await house.registered(await house.extension('104', { name: 'Carol' }))
    const [mark, theirs] = [hers.incoming.mark(), ben.incoming.mark()]
    const strange = await carol.invite('102')
    const answering = await ben.nextCall({ from: theirs })
    await answering.answer()
    await strange.answered()
    const [other] = await api.get<CallView[]>('/calls/live')
    assert.deepEqual(await crm.get('/own/calls'), [])
    assert.equal((await crm.send('GET', `/own/calls/${other?.id}`)).status, 404)
    assert.equal((await crm.send('POST', `/own/calls/${other?.id}/hang-up`)).status, 404)
    await strange.bye()
    await answering.ended()

    const call = await crm.post<{ id: string; ownPhone: string; number: string }>('/own/calls', { to: '102' })
    assert.deepEqual([call.ownPhone, call.number], ['rings', '102'])
    const own = await hers.nextCall({ from: mark })
    await own.answer()
    const there = await ben.nextCall({ from: theirs + 1 })
    await there.answer()
    await hearEachOther(own, there)
    const now = await crm.get<{ state: string; ownPhone: string; name: string; legs?: unknown }>(`/own/calls/${call.id}`)
    assert.deepEqual([now.state, now.ownPhone, now.name, now.legs], ['answered', 'answered', 'Ben', undefined])
    assert.equal((await crm.send('POST', `/own/calls/${call.id}/digits`, { digits: '42' })).status, 202)
    await there.audio.hearsDigits('42')
    assert.equal((await crm.send('POST', `/own/calls/${call.id}/hold`, { on: true })).status, 200)
    own.audio.forget()
    await own.audio.hearsNothing()
    assert.equal((await crm.send('POST', `/own/calls/${call.id}/hold`, { on: false })).status, 200)
    await hearEachOther(own, there)
    const second = carol.incoming.mark()
    assert.equal((await crm.send('POST', `/own/calls/${call.id}/transfer`, { to: '104' })).status, 202)
    await (await carol.nextCall({ from: second })).reject(486)
    await hearEachOther(own, there)
    assert.equal((await crm.send('POST', `/own/calls/${call.id}/hang-up`)).status, 202)
    await Promise.all([own.ended(), there.ended()])
    await house.idle()
    assert.equal((await crm.get<{ result: string }>(`/own/calls/${call.id}`)).result, 'answered')
    await api.send('DELETE', `/auth/dial-tokens/${made.apiToken.id}`)
    assert.equal((await crm.send('GET', '/own/calls')).status, 401)
  })

  test('the settings of the extension count: which phone, how it is asked to answer, what it and the other side show, how long', async () => {
    const { api } = house
    const desk = await api.post<{ credentials: { deviceId: string; username: string; password: string } }>(`/extensions/${anna.extensionId}/devices`, { name: 'Desk' })
    const second = await house.registered({ user: desk.credentials.username, password: desk.credentials.password })
    await api.post('/inbound-numbers', { number: '+15550002000', name: 'Sales', destination: '101' })
    const set = (change: Record<string, unknown>) => api.send('POST', '/../framework/click-to-dial/config/101', change)
    assert.equal((await set({ deviceIds: ['00000000-0000-4000-8000-000000000000'] })).status, 422)
    assert.match((await set({ outsideNumber: '+12025550100' })).body.toString(), /not the company/)
    const answer = await set({ deviceIds: [desk.credentials.deviceId], autoAnswer: true, autoAnswerStyle: 'poly', namePrefix: 'Click:', outsideNumber: '+15550002000', ringSeconds: 5, version: 0 })
    assert.deepEqual([answer.status, (answer.json as { data: { version: number } }).data.version], [200, 1], answer.body.toString())
    assert.equal((await set({ ringSeconds: 9, version: 0 })).status, 409, 'somebody else was first')

    const [mark, others, outside] = [second.incoming.mark(), hers.incoming.mark(), carrier.incoming.mark()]
    const call = await api.post<CallView>('/../framework/click-to-dial/call/101', { to: '+1 202-555-0123' })
    const own = await second.nextCall({ from: mark })
    assert.deepEqual([headerOf(own.invite, 'Alert-Info'), headerOf(own.invite, 'Call-Info'), headerOf(own.invite, 'Answer-Mode')], ['Ring Answer', undefined, undefined])
    assert.match(headerOf(own.invite, 'From') ?? '', /"Click: /)
    await own.answer()
    const there = await carrier.nextCall({ from: outside })
    assert.match(headerOf(there.invite, 'From') ?? '', /\+15550002000/)
    assert.equal(hers.incoming.mark(), others, 'the other phone is left alone')
    await there.answer()
    await hearEachOther(own, there)
    await own.bye()
    await there.ended()
    await house.idle()

    const again = await click('102', { autoAnswer: false })
    const unanswered = await second.nextCall({ from: mark + 1 })
    assert.equal(headerOf(unanswered.invite, 'Alert-Info'), undefined, 'a click may say otherwise')
    const { startedAt, endedAt } = await house.verdict(unanswered)
    const rang = (endedAt ?? 0) - startedAt
    assert.ok(rang > 4_500 && rang < 8_000, `it rang for ${rang} ms`)
    await house.idle()

    const clicks = await api.get<{ own: CallView; then: CallView | null }[]>('/framework/click-to-dial/history/101?limit=2')
    assert.deepEqual(clicks.map(({ own: one, then }) => [one.id, one.termination?.reason, then?.to.number, then?.termination?.result]), [[again.id, 'no-answer', undefined, undefined], [call.id, 'transferred', '+12025550123', 'answered']])

    const [change] = await api.get<{ id: string }[]>(`/audit?subjectId=${anna.extensionId}&subjectType=click-to-dial`)
    await api.post(`/audit/${change?.id}/undo`)
    assert.equal((await api.get<{ deviceIds: string[] | null }>('/framework/click-to-dial/config/101')).deviceIds, null)
    await set({ enabled: false })
    const refused = await api.send('POST', '/calls', { extensionId: anna.extensionId, to: '102' })
    assert.deepEqual([refused.status, /switched off for 101/.test(refused.body.toString())], [422, true])
  })
})
