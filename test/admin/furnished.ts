/** A house with something on each page. */
import assert from 'node:assert/strict'
import type { Browser, Page } from 'playwright-core'
import type { Desk } from '../support/desk.ts'
import { eventually } from '../support/eventually.ts'
import { launch, openPage } from './browser.ts'
import { setUpInBrowser, startPanelHouse, type PanelHouse } from './panel-house.ts'

export interface Furnished {
  house: PanelHouse
  browser: Browser
  /** Pages with something on them, by name. */
  places: Record<string, string>
}

/** A house that was set up in a browser, with something on each page. Whoever asked closes both. */
export async function openFurnished(): Promise<Furnished> {
  const house = await startPanelHouse()
  const browser = await launch()
  const { context, page } = await openPage(browser)
  await setUpInBrowser(page, house.setupLink)
  await context.close()
  return { house, browser, places: await furnish(house.desk) }
}

/** Two phones, a call of the past and one going on, and one of everything else. @returns the pages that show it, by name */
async function furnish(desk: Desk): Promise<Record<string, string>> {
  await desk.api.signIn()
  const { alice, bob, lines } = await desk.pair('201', '202')
  const past = await alice.invite('202')
  await (await bob.nextCall()).answer()
  await past.answered()
  await past.bye()
  const mark = bob.incoming.mark()
  const going = await alice.invite('202')
  await (await bob.nextCall({ from: mark })).answer()
  await going.answered()
  await desk.api.post('/tokens', { name: 'Backup', permissions: ['calls.read'] })
  for (const name of ['localhost:5060', 'nowhere.invalid']) await desk.api.get(`/sip/targets?name=${name}`)
  const room = await desk.api.post<{ id: string }>('/conferences', { number: '600', name: 'Monday meeting', pin: '1234', moderatorPin: '98765' })
  const conferring = await (await desk.registered(await desk.extension('203'))).invite('600')
  await conferring.answered()
  await conferring.audio.press('98765#')
  await eventually(async () => (await desk.api.get<unknown[]>('/conferences/live')).length === 1, 'the conference')
  const trunk = await desk.api.post<{ id: string }>('/trunks', { name: 'Carrier', host: 'sip.carrier.invalid', username: 'acme', password: 'not the right one', register: true, callerId: '+12025550100' })
  await desk.api.post('/contacts', { name: 'Ada Lovelace', company: 'Analytical Engines', email: 'ada@example.com', tags: ['vip'], numbers: [{ label: 'Desk', number: '(212) 555/0123' }] })
  await desk.api.post('/wake-ups', { extensionId: lines[0].extensionId, time: '06:45', repeats: 'daily' })
  await desk.api.post('/speed-dials', { number: '01', name: 'Head office', target: '92025550123' })
  await desk.api.post('/blocked-callers', { number: '+1900*', name: 'Premium numbers that call back', action: 'busy' })
  await desk.api.post('/inbound-numbers', { number: '+12025550100', name: 'Main line', destination: '201', byCaller: [{ caller: '+1303*', destination: '202' }] })
  const pins = await desk.api.post<{ id: string }>('/pin-sets', { name: 'Abroad', pins: [{ label: 'Front desk', pin: '4711' }] })
  await desk.api.post('/outbound-routes', { name: 'Outside with 9', pattern: '9.', strip: 1, trunkIds: [trunk.id], pinSetId: pins.id })
  await desk.api.send('PUT', '/mail/settings', { host: 'smtp.example.invalid', port: 587, security: 'starttls', username: 'acme', password: 'not the right one', sender: 'phones@example.com', senderName: 'Acme' })
  await desk.api.post('/phones', { name: 'Reception', vendor: 'yealink', model: 'T46U', mac: '80:5e:c0:12:34:56', lines: [lines[0].extensionId] })
  await desk.api.post('/attendants', { number: '700', name: 'Main menu', greeting: 'Welcome.', keys: { 1: '201' } })
  await desk.api.post('/schedules', { number: '500', name: 'Office', open: '700', closed: '202', hours: [{ days: [1, 2, 3, 4, 5], from: '09:00', to: '17:30' }] })
  const site = await desk.api.post<{ id: string }>('/emergency/sites', { name: 'Headquarters', houseNumber: '12', street: 'Main Street', city: 'Springfield', state: 'IL', postalCode: '62701' })
  await desk.api.post('/emergency/sites', { name: 'Warehouse', city: 'Springfield' })
  const place = await desk.api.post<{ id: string }>('/emergency/locations', { siteId: site.id, name: 'Headquarters, 3rd floor', floor: '3', room: '312' })
  await desk.api.post('/emergency/networks', { kind: 'network', value: '127.0.0.0/8', locationId: place.id })
  await desk.api.send('PATCH', '/emergency/settings', { locationId: place.id, mailTo: ['security@example.com'] })
  await desk.api.send('PUT', `/shared-phones/${lines[1].deviceId}`, { calls: 'internal', hours: 9, at: '18:30' })
  const crm = await desk.api.post<{ id: string }>('/crm-connections', { name: 'Sales', kind: 'hubspot', token: 'pat-na1-made-up', enabled: false })
  const test933 = await alice.invite('933')
  await test933.answered()
  await test933.bye()
  const [help] = await eventually(async () => { const all = await desk.api.get<{ id: string }[]>('/emergency/calls'); return all.length > 0 && all }, 'the test of a call for help')
  const history = (await desk.history()).filter(({ to }) => to.number === '202')
  const live = await desk.liveCalls()
  assert.equal(history.length, 1)
  assert.equal(live.length, 2)
  return {
    overview: '/', extensions: '/extensions', extension: `/extensions/${lines[0].extensionId}`, registrations: '/registrations', 'conference rooms': '/conferences', 'conference room': `/conferences/${room.id}`,
    'live calls': '/calls', 'live call': `/calls/${live[0]?.id}`, 'past call': `/calls/${history[0]?.id}`, history: '/history', 'click to dial': '/call?to=%2B12025550123', recordings: '/recordings', prompts: '/prompts', voicemail: '/voicemail', mailboxes: '/voicemail?tab=mailboxes',
    emergency: '/emergency', 'phones in an emergency': '/emergency?tab=phones', 'places in an emergency': '/emergency?tab=places', 'networks in an emergency': '/emergency?tab=networks', 'report of an emergency': `/emergency/${help!.id}`, users: '/users', mail: '/mail', backups: '/backups', doctor: '/doctor', configuration: '/configuration', tokens: '/tokens', bans: '/bans', audit: '/audit', 'sip servers': '/sip-servers', 'dial plan': '/dial-plan', phones: '/phones', 'shared phones': '/shared-phones', 'ring groups': '/ring-groups', trunks: '/trunks', 'inbound numbers': '/inbound-numbers', 'blocked callers': '/blocked-callers', 'speed dials': '/speed-dials', 'wake-up calls': '/wake-ups', contacts: '/contacts', 'outbound routes': '/outbound-routes', attendants: '/attendants', paging: '/paging', 'opening hours': '/hours', parking: '/parking', system: '/system', account: '/account', 'nothing there': '/nowhere', 'PIN sets': '/pin-sets', 'signed calls': '/signed-calls', applications: '/applications', CRM: '/crm', 'logged calls': `/crm/${crm.id}`,
  }
}

/** Waits until nothing on the page is still being read. */
export async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  const busy = page.locator('[aria-busy=true], .mantine-Skeleton-root')
  while ((await busy.count()) > 0) await busy.first().waitFor({ state: 'detached' })
}

export async function isTooWide(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth') as Promise<boolean>
}
