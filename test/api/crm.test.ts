/** Calls logged to CRMs, on a real database: each once, to whom the number is of, past a CRM that is away, refuses or forgets to answer. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, suite, test, type TestContext } from 'node:test'
import type { CallView, Termination } from '../../pbx/index.ts'
import { Hubspot, Zendesk } from '../support/crm-servers.ts'
import { eventually } from '../support/eventually.ts'
import { sampleCall } from './fake-samples.ts'
import { errorOf, openGround, type Ground } from './ground.ts'

interface Connection {
  id: string
  version: number
  account: string | null
  refused: string | null
  pausedUntil: string | null
  waiting: number
  failed: number
  lastError: string | null
}
interface Row {
  id: string
  callId: string
  state: string
  recordUrl: string | null
  madeContact: boolean
  why: string | null
  error: string | null
  tries: number
}

const hungUp: Termination = { result: 'answered', reason: 'hung-up', by: 'caller', sipStatus: 200, explanation: 'The call was answered and then hung up.' }
const noAnswer: Termination = { result: 'missed', reason: 'no-answer', by: 'system', sipStatus: 480, explanation: 'The phone rang, and nobody answered in time.' }
const began = Date.parse('2026-11-20T10:00:00.000Z')

suite('calls logged to CRMs', () => {
  let ground: Ground
  let anna: string
  before(async () => {
    ground = await openGround({ webhookTimes: { waits: [50, 100], pollMs: 50 } })
    anna = (await ground.admin.post<{ extension: { id: string } }>('/extensions', { number: '101', name: 'Anna' })).extension.id
  })
  after(() => ground?.close())

  function ended(direction: 'inbound' | 'outbound', number: string, change: Partial<CallView> = {}, tenantId = ground.tenantId): CallView {
    const outside = { number, name: 'ACME & <Sons>', extensionId: null }
    const inside = { number: '101', name: 'Anna', extensionId: anna }
    const [template] = sampleCall(tenantId, {}).legs
    const leg = (role: 'caller' | 'callee', who: { number: string; name: string | null; extensionId: string | null }) => ({ ...template!, ...who, id: randomUUID(), role })
    const termination = change.termination ?? hungUp
    const inbound = direction === 'inbound'
    const call = sampleCall(tenantId, {
      direction, state: 'ended', from: inbound ? outside : inside, to: inbound ? { number: '+12125550100', name: null, extensionId: null } : outside, startedAt: began, answeredAt: began + 5_000, endedAt: began + 65_000,
      legs: [leg('caller', inbound ? outside : inside), { ...leg('callee', inbound ? inside : outside), ...(termination.result !== 'answered' && { answeredAt: null }) }], termination, ...change,
    })
    ground.pbx.emit('call.ended', tenantId, { call })
    return call
  }
  async function hubspot(t: TestContext, input: object = {}): Promise<{ crm: Hubspot; connection: Connection; read(): Promise<Connection>; rows(): Promise<Row[]>; change(input: object): Promise<Connection> }> {
    const crm = new Hubspot()
    const address = await crm.listen()
    const connection = await ground.admin.post<Connection>('/crm-connections', { name: randomUUID(), kind: 'hubspot', address, token: crm.token, ...input })
    // Removed with what waits for it, so that no other test finds it.
    t.after(async () => {
      await ground.admin.send('DELETE', `/crm-connections/${connection.id}`)
      await crm.close()
    })
    const at = `/crm-connections/${connection.id}`
    return { crm, connection, read: () => ground.admin.get<Connection>(at), rows: () => ground.admin.get<Row[]>(`${at}/calls?limit=100&order=asc`), change: (change) => ground.admin.ask('PATCH', at, change) }
  }

  test('a call is on the timeline of whose number it is, however it is written there', async (t) => {
    const { crm, read, rows } = await hubspot(t, { callLinks: true })
    const ada = crm.contact({ lastname: 'Lovelace', phone: '(202) 555-0123' })
    crm.contact({ lastname: 'Else', phone: '+49 202 5550123' })
    const cell = crm.contact({ lastname: 'Desk', mobilephone: '+1 202-555-0123' })
    const call = ground.pbx.addCall(ground.tenantId)
    const { id } = ended('inbound', '+12025550123', { id: call.id, rootId: call.id })
    await eventually(() => crm.calls.length === 1, 'the call')
    const [{ properties, associations, id: there }] = crm.calls as [Hubspot['calls'][number]]
    assert.deepEqual(associations.toSorted(), [ada, cell].toSorted())
    const { hs_call_body: body, ...others } = properties
    assert.deepEqual(others, {
      hs_timestamp: '2026-11-20T10:00:00.000Z', hs_call_title: 'Call from ACME & <Sons> (+12025550123)', hs_call_direction: 'INBOUND', hs_call_duration: '60000', hs_call_status: 'COMPLETED',
      hs_call_from_number: '+12025550123', hs_call_to_number: '+12125550100', hs_call_external_id: id, hs_call_disposition: 'f240bbac-87c9-4f6e-bf70-924b57d47db7',
    })
    assert.match(body ?? '', /^ACME &amp; &lt;Sons&gt; \(\+12025550123\) called Anna \(101\) at \+12125550100\.<br>2026-11-20 10:00 UTC\. They talked for 1 min 0 s\.<br>The call in Dialplane: http:\/\/127\.0\.0\.1:\d+\/admin\/calls\/[0-9a-f-]{36}$/)
    await eventually(async () => (await read()).waiting === 0, 'nothing to wait')
    const [row] = await rows()
    assert.deepEqual([row?.state, row?.tries, row?.callId], ['logged', 1, id])
    assert.match(row?.recordUrl ?? '', new RegExp(`^https://app-eu1\\.hubspot\\.com/contacts/4242/record/0-1/\\d+\\?engagement=${there}$`))
    assert.equal((await read()).account, 'HubSpot account 4242')
    // Told again, as after a restart: there once.
    ended('inbound', '+12025550123', { id: call.id, rootId: call.id })
    ended('outbound', '+12025550123', { termination: noAnswer, answeredAt: null })
    await eventually(() => crm.calls.length === 2, 'the next one')
    const { hs_call_direction, hs_call_status, hs_call_duration, hs_call_to_number, hs_call_from_number } = crm.calls[1]!.properties
    assert.deepEqual([hs_call_direction, hs_call_status, hs_call_duration, hs_call_from_number, hs_call_to_number], ['OUTBOUND', 'NO_ANSWER', '0', '101', '+12025550123'])
    assert.equal((await rows()).length, 2)
    for (const place of [ground.log, await ground.admin.get('/audit?limit=50'), await ground.admin.get('/crm-connections')]) assert.ok(!JSON.stringify(place).includes(crm.token), 'the token is nowhere')
  })

  test('only what is wished for: directions, extensions; nothing inside, hidden, blocked or of the click itself', async (t) => {
    const { crm, rows } = await hubspot(t, { directions: ['inbound'], extensionIds: [anna], unknownCallers: 'create' })
    const other = randomUUID()
    ended('outbound', '+12025550130')
    ended('inbound', '+12025550131', { legs: [], to: { number: '102', name: null, extensionId: other } })
    ended('inbound', 'anonymous')
    ended('inbound', '+12025550132', { direction: 'internal' })
    ended('inbound', '+12025550133', { termination: { ...noAnswer, result: 'refused', reason: 'caller-blocked' } })
    ended('inbound', '+12025550134', { plan: { steps: [{ step: 'Click to dial 101', reason: 'Clicked.' }] } })
    ended('inbound', '+12025550135', {}, randomUUID())
    const { id } = ended('inbound', '+12025550136')
    await eventually(() => crm.calls.length === 1, 'the one')
    assert.deepEqual((await rows()).map(({ callId }) => callId), [id])
    assert.deepEqual(crm.contacts.map(({ properties }) => properties), [{ phone: '+12025550136', lastname: 'ACME & <Sons>' }])
  })

  test('a number of nobody: left out and told, or a contact is made, of several calls one', async (t) => {
    const { crm, change, rows } = await hubspot(t)
    ended('inbound', '+12025550140')
    await eventually(async () => (await rows())[0]?.state === 'left-out', 'it to be left out')
    assert.equal((await rows())[0]?.why, 'No contact in HubSpot has the number +12025550140.')
    assert.equal(crm.calls.length, 0)
    await change({ unknownCallers: 'create' })
    // The search of HubSpot does not find for a while what was made.
    crm.slow = true
    const [left] = await rows()
    assert.deepEqual(await ground.admin.post(`/crm-calls/${left!.id}/replay`), { count: 1 })
    ended('inbound', '2025550140')
    await eventually(() => crm.calls.length === 2, 'both calls')
    assert.equal(crm.contacts.length, 1)
    assert.deepEqual(crm.calls.map(({ associations }) => associations), [[crm.contacts[0]!.id], [crm.contacts[0]!.id]])
    await eventually(async () => (await rows()).filter(({ state }) => state === 'logged').length === 2, 'both to be noted')
    assert.equal((await rows()).filter(({ madeContact }) => madeContact).length, 1)
  })

  test('an answer that gets lost makes no second call and no second contact', async (t) => {
    const { crm, rows } = await hubspot(t, { unknownCallers: 'create' })
    let lost = 0
    crm.meets = ({ path }) => (path === '/crm/v3/objects/calls' && lost++ === 0 ? 'lost' : undefined)
    ended('inbound', '+12025550150')
    await eventually(async () => (await rows())[0]?.state === 'logged', 'it to be noted')
    assert.deepEqual([lost, crm.calls.length, crm.contacts.length], [1, 1, 1])
    assert.equal((await rows())[0]?.recordUrl?.endsWith(`${crm.contacts[0]!.id}?engagement=${crm.calls[0]!.id}`), true)
  })

  test('a CRM that is away: calls wait over a restart; 429 is waited for as it asks', async (t) => {
    const { crm, read, change, rows } = await hubspot(t)
    crm.contact({ phone: '+12025550160' })
    crm.meets = () => ({ status: 503, body: { message: 'maintenance' } })
    for (let count = 0; count < 3; count += 1) ended('inbound', '+12025550160')
    await eventually(async () => { const { waiting, pausedUntil } = await read(); return waiting === 3 && pausedUntil !== null }, 'them to wait')
    assert.match((await read()).lastError ?? '', /^HubSpot answered 503: maintenance/)
    crm.meets = () => ({ status: 429, body: { status: 'error', message: 'You have reached your secondly limit.', errorType: 'RATE_LIMIT' }, headers: { 'Retry-After': '300' } })
    await eventually(async () => /secondly limit/.test((await read()).lastError ?? ''), 'the limit to be met')
    const { pausedUntil } = await read()
    assert.ok(Date.parse(pausedUntil ?? '') - Date.now() > 200_000, `next try ${pausedUntil}`)
    const asked = crm.asked.length
    crm.meets = () => undefined
    await ground.restart()
    ended('inbound', '+12025550160')
    await eventually(async () => (await read()).waiting === 4, 'the next to wait as well')
    assert.equal(crm.asked.length, asked, 'nobody asks before')
    await change({ enabled: true })
    await eventually(() => crm.calls.length === 4, 'all of them')
    await eventually(async () => (await read()).waiting === 0, 'nothing to wait')
    assert.equal(new Set(crm.calls.map(({ properties }) => properties['hs_call_external_id'])).size, 4)
    assert.deepEqual((await rows()).map(({ state }) => state), ['logged', 'logged', 'logged', 'logged'])
  })

  test('a token that is refused is told with the cure, nothing is lost, and a new one logs what waited', async (t) => {
    const { crm, connection, read, change } = await hubspot(t)
    crm.contact({ phone: '+12025550170' })
    crm.token = 'pat-na1-another'
    ended('inbound', '+12025550170')
    ended('inbound', '+12025550170')
    await eventually(async () => (await read()).refused !== null, 'it to be refused')
    const { refused, waiting, failed } = await read()
    assert.match(refused ?? '', /^HubSpot answered 401\. Its token is not valid, or not any more\. Make one in HubSpot.*It says: Authentication credentials not found/)
    assert.deepEqual([waiting, failed], [2, 0])
    const tested = await ground.admin.post<{ account: null; error: string }>(`/crm-connections/${connection.id}/test`)
    assert.match(tested.error, /Its token is not valid/)
    await change({ token: crm.token })
    await eventually(() => crm.calls.length === 2, 'both')
    await eventually(async () => (await read()).refused === null, 'it to be good again')
    assert.deepEqual(await ground.admin.post(`/crm-connections/${connection.id}/test`), { account: 'HubSpot account 4242', error: null })
    crm.meets = ({ path }) => (path.endsWith('/search') ? { status: 403, body: { status: 'error', message: 'This app hasn\'t been granted all required scopes to make this call.', category: 'MISSING_SCOPES' } } : undefined)
    assert.match((await ground.admin.post<{ error: string }>(`/crm-connections/${connection.id}/test`)).error, /crm\.objects\.contacts\.write\. It says: .*required scopes/)
  })

  test('a call that the CRM does not take is put aside, keeps up no other, and is logged by hand', async (t) => {
    const { crm, connection, read, rows } = await hubspot(t)
    crm.contact({ phone: '+12025550180' })
    crm.contact({ phone: '+12025550181' })
    crm.meets = ({ path, body }) => (path === '/crm/v3/objects/calls' && JSON.stringify(body).includes('0180') ? { status: 400, body: { status: 'error', message: 'Property values were not valid', category: 'VALIDATION_ERROR' } } : undefined)
    ended('inbound', '+12025550180')
    ended('inbound', '+12025550181')
    await eventually(() => crm.calls.length === 1, 'the other')
    await eventually(async () => (await read()).failed === 1, 'the one to be put aside')
    const [bad] = await rows()
    assert.deepEqual([bad?.state, bad?.tries, bad?.error], ['failed', 1, 'HubSpot answered 400: Property values were not valid'])
    assert.equal((await read()).pausedUntil, null)
    crm.meets = () => undefined
    assert.deepEqual(await ground.admin.post(`/crm-connections/${connection.id}/replay`), { count: 1 })
    await eventually(() => crm.calls.length === 2, 'it')
    await eventually(async () => (await read()).failed === 0, 'none to be put aside')
  })

  test('a record that somebody names is written into if HubSpot made it since, of this call; the first name stays', async (t) => {
    const { crm, rows } = await hubspot(t)
    crm.contact({ phone: '+12025550185' })
    const [her, colleague] = await Promise.all([ground.person(['user']), ground.person(['user'])])
    const bob = (await ground.admin.post<{ extension: { id: string } }>('/extensions', { number: '102', name: 'Bob' })).extension.id
    await ground.database.system('test', (trx) => trx('extensions').insert([[anna, '101'], [bob, '102']].map(([id, number]) => ({ id, tenant_id: ground.tenantId, number, name: '' }))))
    await ground.admin.ask('PATCH', `/users/${her.id}`, { extensionId: anna })
    await ground.admin.ask('PATCH', `/users/${colleague.id}`, { extensionId: bob })
    const ringing = (): string => {
      const { id, legs } = ground.pbx.addCall(ground.tenantId)
      legs.push({ ...legs[0]!, id: randomUUID(), extensionId: anna }, { ...legs[0]!, id: randomUUID(), extensionId: bob })
      return id
    }
    const body = { hs_call_body: 'Wants a quote' }
    const there = (id: string, more: Partial<Hubspot['calls'][number]> = {}): void => void crm.calls.push({ id, properties: { ...body }, associations: [], found: true, ...more })
    const written = (id: string) => crm.calls.find((call) => call.id === id)!.properties
    let done = 0
    const logged = async (rootId: string): Promise<{ call: string; row: Row }> => {
      const { id: call } = ended('outbound', '+12025550185', { rootId })
      done += 1
      await eventually(async () => (await rows()).filter(({ state }) => state !== 'waiting').length === done, 'the call to be logged')
      return { call, row: (await rows()).find(({ callId }) => callId === call)! }
    }

    const good = ringing()
    there('9001', { properties: { ...body, hs_call_external_id: good } })
    there('9002')
    await her.client.post(`/own/calls/${good}/crm-record`, { recordId: '9001' })
    await her.client.post(`/own/calls/${good}/crm-record`, { recordId: '9001' })
    assert.equal(errorOf(await colleague.client.send('POST', `/own/calls/${good}/crm-record`, { recordId: '9002' })).code, 'conflict')
    const { call } = await logged(good)
    assert.deepEqual([written('9001')['hs_call_external_id'], written('9001')['hs_call_status'], written('9001')['hs_call_body']], [call, 'COMPLETED', 'Wants a quote'])
    assert.deepEqual([written('9002'), crm.calls.length], [body, 2])

    const another = { ...body, hs_call_external_id: randomUUID() }
    there('9003', { createdAt: '2020-01-01T00:00:00Z' })
    there('9004', { properties: { ...another } })
    for (const [recordId, before] of [['9003', body], ['9004', another], ['404', undefined]] as const) {
      const id = ringing()
      await her.client.post(`/own/calls/${id}/crm-record`, { recordId })
      const own = await logged(id)
      assert.equal(own.row.state, 'logged', recordId)
      assert.equal(crm.calls.at(-1)?.properties['hs_call_external_id'], own.call, 'one of its own')
      if (before) assert.deepEqual(written(recordId), before, 'not touched')
    }

    const id = ringing()
    there('9005', { archived: true })
    await her.client.post(`/own/calls/${id}/crm-record`, { recordId: '9005' })
    const { row: { state, why } } = await logged(id)
    assert.deepEqual([state, why], ['left-out', 'The record that HubSpot made of the call was removed there.'])
  })

  test('a token goes to the address it was entered for, encrypted; another tenant sees nothing', async (t) => {
    const { crm, connection } = await hubspot(t)
    const change = async (input: object) => errorOf(await ground.admin.send('PATCH', `/crm-connections/${connection.id}`, input)).details
    const elsewhere = new Hubspot()
    const address = await elsewhere.listen()
    t.after(() => elsewhere.close())
    assert.deepEqual(await change({ address }), [{ field: 'token', message: 'Enter the token as well: it is sent to no other address than it was entered for.' }])
    assert.equal((await change({ address: 'http://8.8.8.8', token: crm.token }))[0]?.field, 'address')
    assert.match((await change({ address: 'https://10.0.0.1', token: crm.token }))[0]?.message ?? '', /connections to CRMs reach nothing.*WEBHOOK_NETWORKS/)
    assert.match((await change({ address: 'https://company.zendesk.com/api', token: crm.token }))[0]?.message ?? '', /without what comes after/)
    assert.equal((await change({ extensionIds: [randomUUID()] }))[0]?.field, 'extensionIds')
    assert.equal(elsewhere.asked.length, 0)
    const { client } = await ground.stranger()
    assert.equal((await client.send('GET', `/crm-connections/${connection.id}`)).status, 404)
    assert.deepEqual(await client.get('/crm-connections'), [])
    const { client: blind } = await ground.program(['webhooks.read', 'webhooks.write'])
    assert.equal((await blind.send('GET', `/crm-connections/${connection.id}/calls`)).status, 403)
    assert.equal((await blind.send('POST', '/crm-connections', { name: 'Mine', kind: 'hubspot', token: crm.token })).status, 403)
  })

  test('Zendesk: a ticket with an internal note of whose number it is, once', async (t) => {
    const crm = new Zendesk()
    const address = await crm.listen()
    const connection = await ground.admin.post<Connection>('/crm-connections', { name: 'Zendesk', kind: 'zendesk', address, email: crm.agent, token: crm.token })
    t.after(async () => {
      await ground.admin.send('DELETE', `/crm-connections/${connection.id}`)
      await crm.close()
    })
    const at = `/crm-connections/${connection.id}`
    const rows = (): Promise<Row[]> => ground.admin.get(`${at}/calls?order=asc`)
    assert.deepEqual(await ground.admin.post(`${at}/test`), { account: '127.0.0.1', error: null })
    crm.user('An agent', '+12025550190', 'agent')
    const grace = crm.user('Grace', '(202) 555-0190')
    let lost = 0
    crm.meets = ({ method, path }) => (method === 'POST' && path === '/api/v2/tickets.json' && lost++ === 0 ? 'lost' : undefined)
    const { id } = ended('inbound', '+12025550190', { termination: noAnswer, answeredAt: null })
    await eventually(async () => (await rows())[0]?.state === 'logged', 'the ticket')
    assert.deepEqual([lost, crm.tickets.length], [1, 1])
    const [{ id: ticket, ...others }] = crm.tickets as [Zendesk['tickets'][number]]
    assert.deepEqual(others, {
      subject: 'Missed call from ACME & <Sons> (+12025550190)', requester_id: grace, external_id: id, tags: ['dialplane', 'phone_call', 'phone_inbound'],
      comment: { public: false, body: 'ACME & <Sons> (+12025550190) called +12125550100.\n2026-11-20 10:00 UTC. Not answered.\nThe phone rang, and nobody answered in time.' },
    })
    assert.equal((await rows())[0]?.recordUrl, `${address}/agent/tickets/${ticket}`)
    // Found by the ticket's external id when it is wished for once more.
    await ground.admin.post(`/crm-calls/${(await rows())[0]!.id}/replay`)
    await eventually(async () => (await rows())[0]?.state === 'logged', 'it to be found')
    assert.equal(crm.tickets.length, 1)

    await ground.admin.ask('PATCH', at, { unknownCallers: 'create', email: null })
    ended('outbound', '+4930231251230')
    ended('outbound', '+4930231251230')
    await eventually(() => crm.tickets.length === 3, 'both tickets')
    assert.deepEqual(crm.users.filter(({ phone }) => phone === '+4930231251230').map(({ name, external_id }) => [name, external_id]), [['ACME & <Sons>', 'dialplane:+4930231251230']])
    crm.role = 'end-user'
    assert.match((await ground.admin.post<{ error: string }>(`${at}/test`)).error, /must be an agent/)
    crm.token = 'another'
    assert.match((await ground.admin.post<{ error: string }>(`${at}/test`)).error, /401\. Its OAuth token is not valid.*It says: Couldn't authenticate you/)
  })
})
