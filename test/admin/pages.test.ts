/** Every page, light and dark, at desk and phone width: no serious fault for people who cannot see or use a mouse, nothing wider than the screen, nothing in the console. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { eventually } from '../support/eventually.ts'
import { faults } from './accessibility.ts'
import { launch, openPage, skip, viewports } from './browser.ts'
import { setUpInBrowser, signInInBrowser, startPanelHouse, type PanelHouse } from './panel-house.ts'

const FIRST_LOAD_LIMIT = 300_000

let house: PanelHouse
let browser: Browser
/** Pages with something on them, by name. */
let places: Record<string, string>

before(async () => {
  if (skip) return
  house = await startPanelHouse()
  browser = await launch()
  const { context, page } = await openPage(browser)
  await setUpInBrowser(page, house.setupLink)
  await context.close()
  places = await furnish()
})

after(async () => {
  await browser?.close()
  await house?.close()
})

/** Two phones, a call of the past and one going on. */
async function furnish(): Promise<Record<string, string>> {
  const { desk } = house
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
    emergency: '/emergency', 'phones in an emergency': '/emergency?tab=phones', 'places in an emergency': '/emergency?tab=places', 'networks in an emergency': '/emergency?tab=networks', 'report of an emergency': `/emergency/${help!.id}`, users: '/users', mail: '/mail', backups: '/backups', doctor: '/doctor', configuration: '/configuration', tokens: '/tokens', bans: '/bans', audit: '/audit', 'sip servers': '/sip-servers', 'dial plan': '/dial-plan', phones: '/phones', 'ring groups': '/ring-groups', trunks: '/trunks', 'inbound numbers': '/inbound-numbers', 'blocked callers': '/blocked-callers', 'speed dials': '/speed-dials', contacts: '/contacts', 'outbound routes': '/outbound-routes', attendants: '/attendants', paging: '/paging', 'opening hours': '/hours', parking: '/parking', system: '/system', account: '/account', 'nothing there': '/nowhere', 'PIN sets': '/pin-sets', 'signed calls': '/signed-calls', applications: '/applications', CRM: '/crm', 'logged calls': `/crm/${crm.id}`,
  }
}

async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  const busy = page.locator('[aria-busy=true], .mantine-Skeleton-root')
  while ((await busy.count()) > 0) await busy.first().waitFor({ state: 'detached' })
}

async function isTooWide(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth') as Promise<boolean>
}

/** Changes the colours, and waits until they are those that are seen. */
async function paint(page: Page, scheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme: scheme })
  // The attribute changes some frames before the colours do.
  await eventually(() => page.evaluate(`(() => {
    const sum = (colour) => colour.match(/\\d+/g).slice(0, 3).reduce((all, part) => all + Number(part), 0)
    const { color, backgroundColor } = getComputedStyle(document.body)
    return '${scheme}' === 'dark' ? sum(color) > 400 && sum(backgroundColor) < 150 : sum(color) < 300 && sum(backgroundColor) > 500
  })()`), `the ${scheme} colours`)
  await page.evaluate('new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(seen, 100))))')
}

/** Colours are on their way for a moment after the scheme has changed: what is wrong stays so. */
async function lasting(page: Page, rules?: Parameters<typeof faults>[1]): Promise<string[]> {
  const found = await faults(page, rules)
  if (found.length === 0) return found
  await page.waitForTimeout(1_000)
  return faults(page, rules)
}

/** Colours are all that differs by scheme, the arrangement all that differs by width: each page is loaded once and then changed. */
async function look(page: Page, name: string): Promise<void> {
  const picture = async (mode: string): Promise<void> => {
    if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/${name.replaceAll(' ', '-')}-${mode}.png` })
  }
  await page.setViewportSize(viewports.desk)
  await paint(page, 'light')
  await settled(page)
  await picture('desk-light')
  assert.deepEqual(await lasting(page), [], 'desk width, light')
  assert.equal(await isTooWide(page), false, 'the page is wider than a desk screen')
  await paint(page, 'dark')
  await picture('desk-dark')
  assert.deepEqual(await lasting(page, ['color-contrast']), [], 'desk width, dark')
  await page.setViewportSize(viewports.phone)
  await settled(page)
  await picture('phone-dark')
  assert.deepEqual(await lasting(page), [], 'phone width, dark')
  assert.equal(await isTooWide(page), false, 'the page is wider than a phone')
}

test('pages, at desk and phone width, light and dark', { skip, timeout: 540_000 }, async (t) => {
  const { context, page, complaints } = await openPage(browser)
  await page.goto(house.at('/'))
  await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
  await t.test('sign-in', () => look(page, 'sign-in'))
  await signInInBrowser(page, house.at('/sign-in'))
  for (const [name, path] of Object.entries(places)) {
    await t.test(name, async () => {
      await page.goto(house.at(path))
      await look(page, name)
    })
  }
  for (const size of ['desk', 'phone'] as const) {
    await t.test(`drawers and dialogs, ${size} width`, async () => {
      await page.setViewportSize(viewports[size])
      await paint(page, size === 'desk' ? 'light' : 'dark')
      await page.goto(house.at('/extensions?new=1'))
      await page.getByRole('dialog').getByRole('button', { name: 'Create extension' }).click()
      assert.deepEqual(await faults(page), [], 'the drawer with its complaints')
      await page.goto(house.at(places['extension'] ?? ''))
      await page.getByRole('button', { name: 'Actions for device Phone' }).click()
      assert.deepEqual(await faults(page), [], 'the menu')
      await page.getByRole('menuitem', { name: 'New password' }).click()
      await page.getByRole('dialog').getByText('The old password stops working').waitFor()
      assert.deepEqual(await faults(page), [], 'the question')
      await page.getByRole('button', { name: 'Cancel' }).click()
      await page.goto(house.at(places['past call'] ?? ''))
      await page.getByRole('region', { name: 'Message diagram' }).getByRole('button').first().click()
      await page.getByLabel('Text of the message').waitFor()
      assert.deepEqual(await faults(page), [], 'the message')
      assert.equal(await isTooWide(page), false)
    })
  }
  assert.deepEqual(complaints, [])
  await context.close()
})

test('the first load is small', { skip }, async (t) => {
  const { context, page } = await openPage(browser)
  const sizes: Promise<[string, number]>[] = []
  page.on('response', (response) => {
    const { pathname } = new URL(response.url())
    if (/\.(js|css)$/.test(pathname)) sizes.push(response.body().then((body) => [pathname, gzipSync(body).length]))
  })
  await signInInBrowser(page, house.at('/'))
  await settled(page)
  await page.getByRole('region', { name: 'Latest calls' }).waitFor()
  const loaded = await Promise.all(sizes)
  const total = loaded.reduce((sum, [, size]) => sum + size, 0)
  t.diagnostic(`${Math.round(total / 1000)} kB of scripts and styles, compressed, for sign-in and overview together`)
  assert.ok(loaded.length > 3, 'files were seen')
  assert.ok(total < FIRST_LOAD_LIMIT, loaded.map(([path, size]) => `${path} ${size}`).join('\n'))
  await context.close()
})
