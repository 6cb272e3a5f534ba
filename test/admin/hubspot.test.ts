/** The page in HubSpot's calling window, in a frame of another origin that plays HubSpot's side of the Calling Extensions SDK. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { Hubspot } from '../support/crm-servers.ts'
import { eventually } from '../support/eventually.ts'
import { ApiClient } from '../support/http-client.ts'
import { openPhone } from '../support/phone.ts'
import { launch, openPage, openProfile, skip } from './browser.ts'
import { setUpInBrowser, startPanelHouse } from './panel-house.ts'

interface Message {
  type: string
  origin: string
  data?: { externalCallId?: string; engagementId?: number; createEngagement?: boolean; callEndStatus?: string; toNumber?: string; fromNumber?: string; isLoggedIn?: boolean; objectCoordinates?: { objectId: number }; engagementProperties?: Record<string, string> }
}

/** As HubSpot does: SYNC until it is answered, a record for each call that asks for one, and whose number it is. @param frame address of the page */
const host = (frame: string): string => `<!doctype html><meta charset="utf-8"><title>HubSpot</title><iframe id="w" width="400" height="500" src="${frame}"></iframe><script>
  const frame = document.getElementById('w'), at = new URL(frame.src).origin
  let synced = false, number = 0
  window.log = []
  window.tell = (type, data, more) => frame.contentWindow.postMessage({ type, messageId: 'host_' + ++number, data, ...more }, at)
  addEventListener('message', (event) => {
    if (event.source !== frame.contentWindow) return
    const { type, data } = event.data
    window.log.push({ type, data, origin: event.origin })
    if (type === 'SYNC_ACK') synced = true
    if (data?.createEngagement) {
      const engagementId = Number(sessionStorage.next ?? 5000) + 1
      sessionStorage.next = engagementId
      window.tell('ENGAGEMENT_CREATED', { engagementId })
      window.tell('CREATE_ENGAGEMENT_SUCCEEDED', { engagementId, externalCallId: data.externalCallId })
    }
    if (type === 'INCOMING_CALL') window.tell('CALLER_ID_MATCH_SUCCEEDED', { externalCallId: data.externalCallId, callerIdMatches: [{ callerIdType: 'CONTACT', firstName: 'Ada', lastName: 'Lovelace', email: '', objectCoordinates: { portalId: 4242, objectId: 77, objectTypeId: '0-1' } }] })
  })
  frame.onload = () => { const timer = setInterval(() => (synced ? clearInterval(timer) : window.tell('SYNC', undefined, { hostUrl: location.origin, portalId: 4242, userId: 1, ownerId: 2 })), 100) }
</script>`

async function serve(t: TestContext, address: string, body: (path: string) => string): Promise<{ origin: string; asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.setHeader('Content-Type', 'text/html').end(body(request.url ?? '/'))
  })
  await new Promise<void>((resolve) => void server.listen(0, address, resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { origin: `http://${address}:${(server.address() as AddressInfo).port}`, asked }
}

test('HubSpot dials with the own phone, learns how it goes, over a page that is loaded anew, and nobody else does', { skip, timeout: 300_000 }, async (t) => {
  const house = await startPanelHouse(({ webhooks }) => void (webhooks.networks = ['127.0.0.0/8']))
  t.after(() => house.close())
  const browser = await launch()
  t.after(() => browser.close())
  const panel = await openPage(browser)
  await setUpInBrowser(panel.page, house.setupLink)
  const { desk } = house
  await desk.api.signIn()
  const carrier = await openPhone({ server: desk.sip, user: 'carrier', password: '' })
  t.after(() => carrier.close())
  const trunk = await desk.api.post<{ id: string }>('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port, callerId: '+12025550100' })
  await desk.api.post('/outbound-routes', { name: 'Outside', pattern: '+.', trunkIds: [trunk.id] })
  const line = await desk.extension('101', { name: 'Anna' })
  const anna = await desk.registered(line)
  await desk.api.post('/inbound-numbers', { number: '+12025550100', name: 'Main', destination: '101' })
  const her = { name: 'Anna', email: 'anna@example.test', password: 'walnut harbour kite' }
  await desk.api.post('/users', { ...her, roles: ['user'], extensionId: line.extensionId })
  const own = new ApiClient(desk.api.url)
  await own.signIn(her)
  const { token } = await own.post<{ token: string }>('/auth/dial-tokens', { name: 'HubSpot', expiresAt: new Date(Date.now() + 86_400_000).toISOString() })
  const crm = new Hubspot()
  await desk.api.post('/crm-connections', { name: 'HubSpot', kind: 'hubspot', address: await crm.listen(), token: crm.token })
  t.after(() => crm.close())
  crm.contact({ phone: '+12025550177' })

  await panel.page.goto(house.at('/crm'))
  const address = (await panel.page.getByText(/\/dial\/hubspot\/[0-9a-f-]{36}$/).textContent()) ?? ''
  const evil = await serve(t, '127.0.0.3', () => `<script>setInterval(() => { const to = parent.frames[0]; to.postMessage({ type: 'SYNC', messageId: '9_9', hostUrl: location.origin }, '*'); to.postMessage({ type: 'DIAL_NUMBER', messageId: '9_8', data: { phoneNumber: '+12025550666' } }, '*') }, 50)</script>`)
  const crmPages = await serve(t, '127.0.0.2', (path) => host(address) + (path === '/with-evil' ? `<iframe src="${evil.origin}"></iframe>` : ''))
  const hub = await openProfile()
  t.after(() => hub.close())
  const frame = hub.page.frameLocator('#w')
  const card = frame.getByRole('status')
  const log = (): Promise<Message[]> => hub.page.evaluate('window.log')
  const told = async (type: string): Promise<Message> => eventually(async () => (await log()).find((message) => message.type === type), type)
  const addresses: string[] = []
  hub.page.on('request', (request) => addresses.push(request.url()))

  // Of a page that nobody named the browser shows nothing.
  await hub.page.goto(crmPages.origin)
  await eventually(() => hub.complaints.some((one) => /frame-ancestors/.test(one)), 'the browser to refuse the frame')
  hub.complaints.length = 0
  await desk.api.ask('PATCH', '/click-to-dial/pages', { origins: [crmPages.origin] })
  await hub.page.goto(crmPages.origin)
  await told('SYNC_ACK')
  assert.equal((await told('INITIALIZED')).data?.isLoggedIn, false)
  await frame.getByLabel('Token for calling').fill('dp_nobody')
  await frame.getByRole('button', { name: 'Sign in' }).click()
  await card.getByText('The token is not valid, or not any more.').waitFor()
  await frame.getByLabel('Token for calling').fill(token)
  await frame.getByRole('button', { name: 'Sign in' }).click()
  await told('LOGGED_IN')
  await card.getByText('Ready').waitFor()
  if (process.env['SCREENSHOTS']) await hub.page.screenshot({ path: `${process.env['SCREENSHOTS']}/hubspot-ready.png` })

  // The own phone first, then the number.
  const marks = [anna.incoming.mark(), carrier.incoming.mark()] as const
  await hub.page.evaluate(`window.tell('DIAL_NUMBER', { phoneNumber: '+1 (202) 555-0177' })`)
  const mine = await anna.nextCall({ from: marks[0] })
  mine.ring()
  await card.getByText('Your phone rings: answer it.').waitFor()
  const started = await told('OUTGOING_CALL_STARTED')
  assert.equal(started.data?.toNumber, '+1 (202) 555-0177')
  await mine.answer()
  const theirs = await carrier.nextCall({ from: marks[1] })
  theirs.ring()
  await card.getByText(/^Calling /).waitFor()
  assert.ok(!(await log()).some(({ type }) => type === 'CALL_ANSWERED'))
  await theirs.answer()
  assert.equal((await told('CALL_ANSWERED')).data?.externalCallId, started.data?.externalCallId)
  await card.getByText(/^Talking to /).waitFor()
  if (process.env['SCREENSHOTS']) await hub.page.screenshot({ path: `${process.env['SCREENSHOTS']}/hubspot-talking.png` })

  // HubSpot is loaded anew: still signed in, and the call still known.
  crm.calls.push({ id: '5001', properties: { hs_call_body: 'Wants a quote' }, associations: [], found: true })
  await hub.page.reload()
  assert.equal((await told('INITIALIZED')).data?.isLoggedIn, true)
  await card.getByText(/^Talking to /).waitFor()
  assert.equal((await desk.api.get<unknown[]>('/calls/live')).length, 1)
  await hub.page.evaluate(`window.tell('END_CALL')`)
  await Promise.all([mine.ended(), theirs.ended()])
  const ended = await told('CALL_ENDED')
  assert.deepEqual([ended.data?.externalCallId, ended.data?.engagementId, ended.data?.callEndStatus], [started.data?.externalCallId, 5001, 'COMPLETED'])
  const completed = await told('CALL_COMPLETED')
  assert.equal(completed.data?.engagementId, 5001)
  assert.ok(Number(completed.data?.engagementProperties?.['hs_call_duration']) > 0)
  assert.ok(!(await log()).some(({ type }) => type === 'OUTGOING_CALL_STARTED'), 'no second record')
  // What is logged is written into HubSpot's own record, and its user's note stays.
  await eventually(() => crm.calls[0]?.properties['hs_call_status'] === 'COMPLETED', 'the call to be logged')
  assert.deepEqual([crm.calls.length, crm.calls[0]?.properties['hs_call_body'], crm.calls[0]?.properties['hs_call_to_number']], [1, 'Wants a quote', '+12025550177'])

  // Nobody takes it at the own phone: HubSpot is told so.
  await hub.page.evaluate('window.log.length = 0')
  const again = anna.incoming.mark()
  await hub.page.evaluate(`window.tell('DIAL_NUMBER', { phoneNumber: '+12025550178' })`)
  await (await anna.nextCall({ from: again })).reject(486)
  const refused = await told('CALL_ENDED')
  assert.ok(['BUSY', 'NO_ANSWER'].includes(refused.data?.callEndStatus ?? ''), refused.data?.callEndStatus)
  await card.getByRole('button', { name: 'Call again' }).waitFor()

  // Who calls: told once, by one of two pages, and its record is a click away.
  const second = await hub.context.newPage()
  await second.goto(crmPages.origin)
  await second.frameLocator('#w').getByRole('status').getByText('Ready').waitFor()
  await hub.page.evaluate('window.log.length = 0')
  const rings = anna.incoming.mark()
  const call = await carrier.invite('+12025550100', { headers: [['P-Asserted-Identity', '<sip:+12025550143@carrier.example>']] })
  const ringing = await anna.nextCall({ from: rings })
  ringing.ring()
  const incoming = await told('INCOMING_CALL')
  assert.deepEqual([incoming.data?.fromNumber, incoming.data?.toNumber], ['+12025550143', '+12025550100'])
  await card.getByRole('button', { name: 'Open Ada Lovelace' }).click()
  assert.equal((await told('NAVIGATE_TO_RECORD')).data?.objectCoordinates?.objectId, 77)
  await ringing.answer()
  await call.answered()
  await told('CALL_ANSWERED')
  if (process.env['SCREENSHOTS']) await hub.page.screenshot({ path: `${process.env['SCREENSHOTS']}/hubspot-incoming.png` })
  await call.bye()
  assert.equal((await told('CALL_ENDED')).data?.callEndStatus, 'COMPLETED')
  await told('CALL_COMPLETED')
  assert.deepEqual([(await log()).filter(({ type }) => type === 'INCOMING_CALL').length, ((await second.evaluate('window.log')) as Message[]).filter(({ type }) => type === 'INCOMING_CALL').length], [1, 0])
  await second.close()

  // A frame beside it says that it is HubSpot, and is not listened to.
  const before = anna.incoming.mark()
  await hub.page.goto(`${crmPages.origin}/with-evil`)
  await eventually(() => evil.asked.length > 0, 'the other frame')
  await told('LOGGED_IN')
  await card.getByText('Ready').waitFor()
  const mark = anna.incoming.mark()
  await hub.page.evaluate(`window.tell('DIAL_NUMBER', { phoneNumber: '+12025550179' })`)
  const real = await anna.nextCall({ from: mark })
  assert.equal(mark, before, 'nothing rang before')
  assert.equal((await told('OUTGOING_CALL_STARTED')).data?.toNumber, '+12025550179')
  await real.reject(486)
  await told('CALL_COMPLETED')
  await frame.getByRole('button', { name: 'Sign out' }).click()
  await told('LOGGED_OUT')

  // A browser that keeps nothing for a page within another calls all the same, until it is loaded anew.
  const strict = await openPage(browser)
  await strict.page.goto(crmPages.origin)
  const theirFrame = strict.page.frameLocator('#w')
  await theirFrame.getByLabel('Token for calling').fill(token)
  await theirFrame.getByRole('button', { name: 'Sign in' }).click()
  await theirFrame.getByRole('status').getByText(/This browser keeps nothing for a page within another/).waitFor()

  assert.equal([...addresses, ...crmPages.asked, JSON.stringify(await log())].some((one) => one.includes(token)), false, 'the token is in no address and no message')
  // A call that is refused at once may be over before its record is named.
  assert.deepEqual([...panel.complaints, ...hub.complaints, ...strict.complaints].filter((one) => !one.endsWith('favicon.ico') && !one.startsWith('401 ') && !/^404 .*\/crm-record$/.test(one)), [])
})
