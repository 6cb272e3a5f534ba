/** Calls that somebody outside sent on to here: read, shown, told to phones, passed on outside, and sent round in no circle. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, openPhone, type Phone, type PhoneCall } from '../support/phone.ts'

type Header = [string, string]
interface DivertedBy {
  number: string
  why: string
}

const MOBILE = '+12025550777'

suite('calls that were sent on before they came here', () => {
  let house: House
  let carrier: Phone
  let anna: Phone
  let ben: Phone
  let trunkId: string
  let annaId: string
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    carrier = await openPhone({ server: house.sip, user: 'carrier', password: '' })
    trunkId = (await house.api.post<{ id: string }>('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port, callerId: '+15550001000' })).id
    await house.api.post('/outbound-routes', { name: 'Everything', pattern: '9.', strip: 1, trunkIds: [trunkId] })
    const line = await house.extension('101', { name: 'Anna' })
    annaId = line.extensionId
    anna = await house.registered(line)
    ben = await house.registered(await house.extension('102', { name: 'Ben' }))
    await house.api.post('/inbound-numbers', { number: '+15550001000', name: 'Main', destination: '101' })
  })
  after(async () => {
    await carrier?.close()
    await house?.close()
  })
  afterEach(async () => {
    await house.idle()
    await house.api.ask('PATCH', `/extensions/${annaId}`, { forwardAlways: null, forwardNoAnswer: null, followMe: false, followMeTo: [] })
    await house.api.ask('PATCH', `/trunks/${trunkId}`, { readDiversion: true })
  })

  const change = (input: object): Promise<unknown> => house.api.ask('PATCH', `/extensions/${annaId}`, input)
  const kept = async (call: PhoneCall): Promise<DivertedBy[]> => {
    const { id } = await house.verdict(call)
    return (await house.api.get<{ legs: { role: string; diverted: DivertedBy[] }[] }>(`/calls/${id}`)).legs.find(({ role }) => role === 'caller')?.diverted ?? []
  }
  const atAnna = async (...headers: Header[]): Promise<{ told: PhoneCall; kept: DivertedBy[] }> => {
    const mark = anna.incoming.mark()
    const call = await carrier.invite('+15550001000', { headers })
    const told = await anna.nextCall({ from: mark })
    told.reject(486)
    await call.ended()
    return { told, kept: await kept(call) }
  }
  const TWICE: Header = ['Diversion', `<sip:${MOBILE.slice(2)}@carrier.example>;reason=no-answer;counter=1, <sip:+12025550111@carrier.example>;reason=user-busy`]

  test('Diversion: kept with the call from whom it was for first, and told to the phone in both ways', async () => {
    const { told, kept: chain } = await atAnna(TWICE)
    assert.deepEqual(chain, [{ number: '+12025550111', why: 'user-busy' }, { number: MOBILE, why: 'no-answer' }], 'a national number of the carrier is whole here')
    assert.match(headerOf(told.invite, 'Diversion') ?? '', /^<sip:\+12025550777@\S+>;reason=no-answer;counter=1, <sip:\+12025550111@\S+>;reason=user-busy;counter=1$/)
    assert.match(headerOf(told.invite, 'History-Info') ?? '', /^<sip:\+12025550111@\S+cause%3D486\S+>;index=1, <sip:\+12025550777@\S+>;index=1\.1;mp=1, <sip:101@\S+>;index=1\.1\.1;mp=1\.1$/)
    assert.doesNotMatch(headerOf(told.invite, 'Diversion') ?? '', /carrier\.example/)
  })

  test('History-Info alone is the same; a call that nobody sent on has neither', async () => {
    const { told, kept: chain } = await atAnna(['History-Info', '<sip:+12025550111@carrier.example?Reason=SIP%3Bcause%3D486>;index=1, <sip:+15550001000@carrier.example>;index=1.1;mp=1'])
    assert.deepEqual(chain, [{ number: '+12025550111', why: 'user-busy' }])
    assert.match(headerOf(told.invite, 'Diversion') ?? '', /^<sip:\+12025550111@\S+>;reason=user-busy/)
    const plain = await atAnna()
    assert.deepEqual([plain.kept, headerOf(plain.told.invite, 'Diversion'), headerOf(plain.told.invite, 'History-Info')], [[], undefined, undefined])
  })

  test('who wants to be told to nobody is not; what makes no sense is left out, and the call comes through', async () => {
    const hidden = await atAnna(['Diversion', '<sip:+12025550111@carrier.example>;reason=away;privacy=full'])
    assert.deepEqual(hidden.kept, [{ number: 'anonymous', why: 'away' }])
    assert.match(headerOf(hidden.told.invite, 'Diversion') ?? '', /^<sip:anonymous@anonymous\.invalid>;reason=away;counter=1;privacy=full$/)
    assert.doesNotMatch(JSON.stringify(hidden.told.invite), /2025550111/)
    assert.deepEqual((await atAnna(['Diversion', '<<>;;'], ['History-Info', '%%%'])).kept, [])
  })

  test('of a carrier that is not believed nothing is read', async () => {
    await house.api.ask('PATCH', `/trunks/${trunkId}`, { readDiversion: false })
    const { told, kept: chain } = await atAnna(TWICE)
    assert.deepEqual([chain, headerOf(told.invite, 'Diversion')], [[], undefined])
  })

  test('what a phone of the house says of itself counts for nothing', async () => {
    const mark = anna.incoming.mark()
    const call = await ben.invite('101', { headers: [TWICE] })
    const told = await anna.nextCall({ from: mark })
    assert.equal(headerOf(told.invite, 'Diversion'), undefined)
    told.reject(486)
    await call.ended()
    assert.deepEqual(await kept(call), [])
  })

  test('sent on outside by us: the way before goes along, in both headers, with nothing of other carriers', async () => {
    await change({ forwardAlways: '92025550123' })
    const mark = carrier.incoming.mark()
    const call = await carrier.invite('+15550001000', { headers: [['History-Info', '<sip:+12025550111@other.example?Reason=SIP%3Bcause%3D486>;index=1, <sip:+15550001000@carrier.example>;index=1.1;mp=1']] })
    const there = await carrier.nextCall({ from: mark })
    assert.equal(headerOf(there.invite, 'Diversion'), '<sip:101@127.0.0.1>;reason=unconditional;counter=1, <sip:+12025550111@127.0.0.1>;reason=user-busy;counter=1')
    assert.match(headerOf(there.invite, 'History-Info') ?? '', /^<sip:\+12025550111@127\.0\.0\.1\?\S+>;index=1, <sip:101@127\.0\.0\.1\?\S+>;index=1\.1;mp=1, <sip:2025550123@127\.0\.0\.1>;index=1\.1\.1;mp=1\.1$/)
    there.reject(486)
    await call.ended()
  })

  test('a number that sent the call here is not called by a forward: it would come back', async () => {
    await change({ forwardAlways: `9${MOBILE.slice(2)}` })
    const mark = carrier.incoming.mark()
    const call = await carrier.invite('+15550001000', { headers: [TWICE] })
    assert.equal((await call.ended()).status, 482)
    assert.match((await house.verdict(call)).termination?.explanation ?? '', /101 \(Anna\) forwards all calls to 92025550777, and \+12025550777 has sent this very call on to here/)
    assert.equal(carrier.incoming.mark(), mark)
    // Anybody else reaches it.
    const other = await carrier.invite('+15550001000')
    const there = await carrier.nextCall({ from: mark })
    there.reject(486)
    await other.ended()
  })

  test('nor by follow me, whose own phones ring all the same; nor once more after ten', async () => {
    await change({ followMe: true, followMeTo: [{ target: `9${MOBILE.slice(2)}`, delaySeconds: 0, ringSeconds: 20, confirm: false }] })
    const mark = carrier.incoming.mark()
    await atAnna(TWICE)
    assert.equal(carrier.incoming.mark(), mark)
    await change({ followMe: false, followMeTo: [], forwardAlways: '92025550123' })
    const many = Array.from({ length: 10 }, (_, at) => `<sip:+1202555${1000 + at}@carrier.example>;reason=unconditional`).join(', ')
    const call = await carrier.invite('+15550001000', { headers: [['Diversion', many]] })
    assert.equal((await call.ended()).status, 482)
    assert.match((await house.verdict(call)).termination?.explanation ?? '', /this call was sent on 10 times before it came here/)
  })

  test('an extension of another PBX with the number of one of ours is not taken for it', async () => {
    const [mark, atBen] = [anna.incoming.mark(), ben.incoming.mark()]
    const call = await carrier.invite('+15550001000', { headers: [['Diversion', '<sip:102@branch.example>;reason=user-busy']] })
    const told = await anna.nextCall({ from: mark })
    told.reject(302, [['Contact', `<sip:102@${house.sip.host}>`]])
    const there = await ben.nextCall({ from: atBen })
    assert.match(headerOf(there.invite, 'Diversion') ?? '', /^<sip:101@\S+>;reason=deflection;counter=1, <sip:102@\S+>;reason=user-busy;counter=1$/)
    there.reject(486)
    await call.ended()
  })
})
