/** Phones publish what their users do (RFC 3903); watchers are told of it beside what the house knows. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { startBaresip } from '../support/baresip.ts'
import type { Line } from '../support/desk.ts'
import { eventually } from '../support/eventually.ts'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, type Phone, type SipMessage } from '../support/phone.ts'

const document = (basic: string, activity: string, note: string): string =>
  `<?xml version="1.0"?><presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:d="urn:ietf:params:xml:ns:pidf:data-model" xmlns:r="urn:ietf:params:xml:ns:pidf:rpid" entity="sip:x@y"><tuple id="1"><status><basic>${basic}</basic></status></tuple><d:person id="2"><r:activities><r:${activity}/></r:activities><d:note>${note}</d:note></d:person></presence>`

let next = 600

suite('published presence', () => {
  let house: House
  let watcher: Phone
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    watcher = await house.registered(await house.extension('599'))
  })
  after(() => house?.close())

  const person = async (): Promise<{ line: Line; phone: Phone }> => {
    const line = await house.extension(String(next++))
    return { line, phone: await house.registered(line) }
  }
  /** What the watcher is told of this number, one after the other. */
  async function watch(number: string): Promise<(fits: RegExp, ms?: number) => Promise<SipMessage>> {
    const answer = await watcher.subscribe('presence', { expires: 600, uri: `sip:${number}@${house.sip.host}:${house.sip.port}` })
    assert.equal(answer.status, 200)
    const callId = headerOf(answer, 'Call-ID')
    let from = 0
    return async (fits, ms) => {
      const notify = await watcher.received.until((message) => message.method === 'NOTIFY' && headerOf(message, 'Call-ID') === callId && fits.test(message.body), `a NOTIFY with ${fits}`, { from, ...(ms !== undefined && { ms }) })
      from = watcher.received.entries.indexOf(notify) + 1
      return notify
    }
  }
  const publish = (phone: Phone, number: string, body: string, headers: [string, string][] = []): Promise<SipMessage> =>
    phone.request('PUBLISH', `sip:${number}@${house.sip.host}:${house.sip.port}`, [['Event', 'presence'], ...(body === '' ? [] : [['Content-Type', 'application/pidf+xml'] as [string, string]]), ...headers], body)

  test('what a phone says is told beside what the house knows, and goes with its end', async () => {
    const { line, phone } = await person()
    const told = await watch(line.number)
    await told(/<basic>open[^]*<dm:note>Available/)
    const created = await publish(phone, line.number, document('open', 'meeting', 'Until 3 &amp; no longer'))
    assert.equal(created.status, 200)
    await told(/<basic>open[^]*<note>Available<\/note>[^]*<rpid:meeting\/>[^]*<dm:note>Until 3 &#38; no longer</)
    const call = await watcher.invite(line.number)
    await (await phone.nextCall()).answer()
    await call.answered()
    await told(/<note>On the phone<\/note>[^]*<rpid:on-the-phone\/><rpid:meeting\/>[^]*Until 3/)
    await call.bye()
    await told(/<note>Available<\/note>/)
    const changed = await publish(phone, line.number, document('closed', 'away', 'Gone'), [['SIP-If-Match', headerOf(created, 'SIP-ETag') ?? '']])
    assert.equal(changed.status, 200)
    await told(/<basic>closed[^]*<rpid:away\/>[^]*Gone/)
    assert.equal((await publish(phone, line.number, '', [['SIP-If-Match', headerOf(created, 'SIP-ETag') ?? '']])).status, 412)
    const removed = await publish(phone, line.number, '', [['SIP-If-Match', headerOf(changed, 'SIP-ETag') ?? ''], ['Expires', '0']])
    assert.deepEqual([removed.status, headerOf(removed, 'Expires')], [200, '0'])
    await told(/<basic>open[^]*<dm:note>Available/)
    // Nobody is called who is registered nowhere, whatever was published.
    await publish(phone, line.number, document('open', 'working', 'Here'))
    await told(/<basic>open[^]*Here/)
    await phone.unregister()
    await told(/<basic>closed[^]*<note>Not reachable/)
  })

  test('refused: another’s presence, other packages, kinds and times, a wrong password', async () => {
    const [{ line, phone }, other] = [await person(), await person()]
    const body = document('open', 'busy', 'x')
    assert.equal((await publish(phone, other.line.number, body)).status, 403)
    const uri = `sip:${line.number}@${house.sip.host}:${house.sip.port}`
    const bad = await phone.request('PUBLISH', uri, [['Event', 'dialog'], ['Content-Type', 'application/dialog-info+xml']], '<x/>')
    assert.deepEqual([bad.status, headerOf(bad, 'Allow-Events')], [489, 'presence'])
    assert.equal((await phone.request('PUBLISH', uri, [['Content-Type', 'application/pidf+xml']], body)).status, 489)
    const kind = await phone.request('PUBLISH', uri, [['Event', 'presence'], ['Content-Type', 'text/plain']], 'x')
    assert.deepEqual([kind.status, headerOf(kind, 'Accept')], [415, 'application/pidf+xml'])
    const brief = await publish(phone, line.number, body, [['Expires', '1']])
    assert.deepEqual([brief.status, headerOf(brief, 'Min-Expires')], [423, String(house.settings.registrar.expiresMin)])
    assert.equal((await publish(phone, line.number, '<presence>')).status, 400)
    assert.equal((await publish(phone, line.number, '')).status, 400)
    const stranger = await house.phone({ user: line.user, password: 'not this one' })
    assert.equal((await publish(stranger, line.number, body)).status, 401)
    const told = await watch(line.number)
    await told(/<dm:note>Available/)
  })

  test('baresip publishes that it is there, and that it is not', async () => {
    const line = await house.extension(String(next++))
    const told = await watch(line.number)
    await told(/<basic>closed/)
    const bare = await startBaresip({ server: house.sip, line, transport: 'udp', tone: 440, answers: false, publishes: true })
    try {
      await house.event('registration.changed', ({ data }) => data.registration.extensionNumber === line.number)
      await told(/<basic>open/)
      // What it is told to say while its first PUBLISH is on its way it keeps to itself.
      await eventually(async () => {
        await bare.show(true)
        await bare.show(false)
        return told(/<basic>closed[^]*<note>Available/, 1_000).then(() => true, () => false)
      }, 'baresip to say that it is not there')
      await bare.show(true)
      await told(/<basic>open[^]*<note>Available/)
    } finally {
      await bare.stop()
    }
  })
})
