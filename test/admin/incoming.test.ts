/** Who calls one's own phone pops up, with the records of the caller; never at anybody else's. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { eventually } from '../support/eventually.ts'
import { ApiClient } from '../support/http-client.ts'
import { openPhone } from '../support/phone.ts'
import { launch, openPage, skip, viewports } from './browser.ts'
import { setUpInBrowser, startPanelHouse } from './panel-house.ts'

interface Incoming { id: string; state: string; number: string; dialled: string; contacts: { sure: boolean; contact: { name: string; recordUrl: string | null } }[] }
const PASSWORD = 'correct horse battery'

test('a caller pops up at whom he rings, with the records of the contacts; one who answers keeps it, others lose it', { skip, timeout: 180_000 }, async (t) => {
  const house = await startPanelHouse()
  t.after(() => house.close())
  const browser = await launch()
  t.after(() => browser.close())
  const { desk } = house
  const first = await openPage(browser)
  await setUpInBrowser(first.page, house.setupLink)
  await desk.api.signIn()
  const carrier = await openPhone({ server: desk.sip, user: 'carrier', password: '' })
  t.after(() => carrier.close())
  await desk.api.post('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port, callerId: '+12025550000' })
  await desk.api.ask('PATCH', '/contacts/settings', { recordUrl: 'https://crm.example/search?q={digits}' })
  for (const [name, number] of [['Bob Miller', '(202) 555-0143'], ['Eve Miller', '+1 202 555 0143']] as const) await desk.api.post('/contacts', { name, company: 'Acme', numbers: [{ number, label: '' }] })
  const people = await Promise.all((['101', '102', '103'] as const).map(async (number) => {
    const line = await desk.extension(number, { name: `Person ${number}` })
    const phone = await desk.registered(line)
    const email = `p${number}@example.com`
    await desk.api.post('/users', { name: `Person ${number}`, email, password: PASSWORD, roles: ['user'], extensionId: line.extensionId })
    const api = new ApiClient(house.dialplane.api.url)
    await api.signIn({ name: '', email, password: PASSWORD })
    return { line, phone, email, incoming: () => api.get<Incoming[]>('/own/incoming') }
  }))
  const [anna, ben, carl] = people as [(typeof people)[number], (typeof people)[number], (typeof people)[number]]
  await desk.api.post('/ring-groups', { number: '200', name: 'Sales', members: [anna, ben].map(({ line }) => ({ extensionId: line.extensionId, delaySeconds: 0 })) })
  await desk.api.post('/inbound-numbers', { number: '+12025550100', name: 'Main', destination: '200' })

  const enter = async (email: string): Promise<{ page: Page; complaints: string[] }> => {
    const opened = await openPage(browser)
    await opened.page.goto(house.at('/calls'))
    await opened.page.getByLabel('E-mail').fill(email)
    await opened.page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
    await opened.page.getByRole('button', { name: 'Sign in' }).click()
    await opened.page.getByRole('heading', { level: 1, name: 'Live calls' }).waitFor()
    return opened
  }
  const [hers, his, carls] = [await enter(anna.email), await enter(ben.email), await enter(carl.email)]
  const cards = (page: Page) => page.getByRole('region', { name: 'Incoming calls' })

  const marks = [anna.phone.incoming.mark(), ben.phone.incoming.mark()] as const
  const call = await carrier.invite('+12025550100', { headers: [['P-Asserted-Identity', '<sip:+12025550143@carrier.example>']] })
  const ringing = await anna.phone.nextCall({ from: marks[0] })
  const other = await ben.phone.nextCall({ from: marks[1] })
  for (const each of [ringing, other]) each.ring()
  for (const { page } of [hers, his]) {
    await cards(page).getByText('Calls you').waitFor()
    await cards(page).getByText('One of these has this number:').waitFor()
    await cards(page).getByText('Eve Miller, Acme').waitFor()
  }
  assert.equal(await cards(hers.page).getByRole('link', { name: 'Open record' }).first().getAttribute('href'), 'https://crm.example/search?q=12025550143')
  if (process.env['SCREENSHOTS']) await hers.page.screenshot({ path: `${process.env['SCREENSHOTS']}/incoming.png` })
  const [told] = await anna.incoming()
  assert.deepEqual([told?.state, told?.number, told?.dialled, told?.contacts.map(({ contact }) => contact.name)], ['rings', '+12025550143', '+12025550100', ['Bob Miller', 'Eve Miller']])
  assert.deepEqual(await carl.incoming(), [], 'it rings no phone of Carl')

  await ringing.answer()
  await call.answered()
  await cards(hers.page).getByText('You are talking').waitFor()
  await cards(his.page).waitFor({ state: 'hidden' })
  assert.deepEqual([await ben.incoming(), (await anna.incoming()).map(({ state }) => state)], [[], ['answered']])
  await hers.page.setViewportSize(viewports.phone)
  if (process.env['SCREENSHOTS']) await hers.page.screenshot({ path: `${process.env['SCREENSHOTS']}/incoming-phone.png` })
  await hers.page.setViewportSize(viewports.desk)
  await call.bye()
  await cards(hers.page).waitFor({ state: 'hidden' })

  // Somebody whom nobody knows, who is added while it rings.
  const mark = anna.phone.incoming.mark()
  const stranger = await carrier.invite('+12025550100', { headers: [['P-Asserted-Identity', '<sip:+12025550177@carrier.example>']] })
  ;(await anna.phone.nextCall({ from: mark })).ring()
  await cards(hers.page).getByText('Nobody in the contacts has this number.').waitFor()
  await cards(hers.page).getByRole('link', { name: 'Add' }).click()
  assert.equal(await hers.page.getByRole('dialog', { name: 'New contact' }).getByRole('textbox', { name: /^Number/ }).first().inputValue(), '+12025550177')
  await hers.page.keyboard.press('Escape')
  await cards(hers.page).getByRole('button', { name: 'Put away' }).click()
  await cards(hers.page).waitFor({ state: 'hidden' })
  await stranger.cancel()
  // A colleague needs no record.
  const next = anna.phone.incoming.mark()
  const inside = await carl.phone.invite('101')
  ;(await anna.phone.nextCall({ from: next })).ring()
  await cards(hers.page).getByText('Person 103').waitFor()
  assert.equal(await cards(hers.page).getByRole('link').count(), 0)
  assert.equal(await cards(carls.page).count(), 0, 'who calls is told nothing')
  await inside.cancel()
  await eventually(async () => (await anna.incoming()).length === 0, 'the call to be over')
  assert.deepEqual([...hers.complaints, ...his.complaints, ...carls.complaints].filter((one) => !one.startsWith('401')), [])
})
