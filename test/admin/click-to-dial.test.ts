/** Numbers on somebody else's web page are clickable, open the panel, and are called with one's own phone. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { ApiClient } from '../support/http-client.ts'
import { headerOf } from '../support/phone.ts'
import { launch, openPage, skip } from './browser.ts'
import { setUpInBrowser, startPanelHouse } from './panel-house.ts'

const page = (panel: string): string => `<!doctype html><meta charset="utf-8"><title>CRM</title>
<p id="one">Call Ben at +1 (202) 555-0123 or 030/1234567 today.</p>
<p id="none">Order 2026-11-26, 12.05.2026, EUR 1234567.89, item A1234567, ip 192.168.100.200, v1.2.3456789, 123 456.</p>
<p id="tel"><a href="tel:102">Ben</a></p><textarea id="text">+1 202 555 0199</textarea>
<script src="${panel}dial.js" defer></script>`

const clerk = { name: 'Anna', email: 'anna@example.test', password: 'walnut harbour kite' }

test('a page of others', { skip, timeout: 180_000 }, async (t) => {
  const house = await startPanelHouse()
  t.after(() => house.close())
  const browser = await launch()
  t.after(() => browser.close())
  const { page: panel, context, complaints } = await openPage(browser)
  await setUpInBrowser(panel, house.setupLink)
  const { desk } = house
  await desk.api.signIn()
  const anna101 = await desk.extension('101', { name: 'Anna' })
  const [anna, ben] = [await desk.registered(anna101), await desk.registered(await desk.extension('102', { name: 'Ben' }))]
  await panel.goto(house.at('/extensions'))
  await panel.getByRole('link', { name: '101' }).first().click()
  await panel.getByText('All of its phones ring first.').waitFor()
  await panel.getByRole('button', { name: 'Change click to dial' }).click()
  await panel.getByRole('textbox', { name: 'Before the name' }).fill('Click:')
  await panel.getByRole('button', { name: 'Save' }).click()
  await panel.getByText('They show “Click:” before the name of who will be called.').waitFor()
  if (process.env['SCREENSHOTS']) await panel.screenshot({ path: `${process.env['SCREENSHOTS']}/click-to-dial-extension.png`, fullPage: true })
  await panel.goto(house.at('/users'))
  await panel.getByRole('button', { name: /^Actions for / }).first().click()
  await panel.getByRole('menuitem', { name: 'Edit' }).click()
  await panel.getByRole('combobox', { name: 'Own extension' }).fill('101')
  await panel.getByRole('option', { name: '101 Anna' }).click()
  await panel.getByRole('button', { name: 'Save' }).click()
  await panel.getByText('is saved.').first().waitFor()
  await panel.goto(house.at('/account'))
  await panel.getByRole('button', { name: 'New token for calling' }).click()
  await panel.getByRole('textbox', { name: 'Name' }).fill('CRM')
  await panel.getByRole('button', { name: 'Create token' }).click()
  const program = new ApiClient(desk.api.url)
  program.bearer = (await panel.getByText(/^dp_/).textContent()) ?? ''
  assert.deepEqual(await program.get('/own/calls'), [])
  await panel.getByRole('button', { name: 'Done' }).click()
  await panel.getByRole('button', { name: 'Revoke CRM' }).waitFor()
  const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  assert.deepEqual(await panel.evaluate(`if (!window.axe) { ${axe} } axe.run(document).then(({ violations }) => violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id }) => id))`), [])
  if (process.env['SCREENSHOTS']) await panel.screenshot({ path: `${process.env['SCREENSHOTS']}/click-to-dial-tokens.png`, fullPage: true })
  const crm = createServer((_request, response) => void response.setHeader('Content-Type', 'text/html').end(page(house.at('/'))))
  await new Promise<void>((resolve) => void crm.listen(0, '127.0.0.2', resolve))
  t.after(() => void crm.close())

  const theirs = await context.newPage()
  await theirs.goto(`http://127.0.0.2:${(crm.address() as AddressInfo).port}/`)
  await theirs.locator('#one a').first().waitFor()
  assert.deepEqual(await theirs.locator('#one a').evaluateAll((all) => all.map((one) => one.getAttribute('href'))), ['tel:+12025550123', 'tel:0301234567'])
  assert.equal(await theirs.locator('#none a').count(), 0, await theirs.locator('#none').innerHTML())
  await theirs.evaluate(`document.body.append(Object.assign(document.createElement('p'), { id: 'late', textContent: 'or 202-555-0177' }))`)
  await theirs.locator('#late a').waitFor()

  // Whoever calls is no administrator: the own phone is all there is.
  await desk.api.post('/users', { ...clerk, roles: ['user'], extensionId: anna101.extensionId })
  const hers = new ApiClient(desk.api.url)
  await hers.signIn(clerk)
  const [name = '', value = ''] = (hers.cookie ?? '').split('=')
  await context.addCookies([{ name, value, url: desk.api.url, httpOnly: true, sameSite: 'Strict' }])
  const opening = context.waitForEvent('page')
  await theirs.locator('#tel a').click()
  const window = await opening
  await window.getByRole('heading', { level: 1, name: 'Click to dial' }).waitFor()
  assert.equal(await window.getByLabel('Number').first().inputValue(), '102')
  if (process.env['SCREENSHOTS']) await window.screenshot({ path: `${process.env['SCREENSHOTS']}/click-to-dial.png` })
  assert.equal(await window.getByRole('combobox', { name: 'My phone' }).count(), 0)
  await window.getByRole('button', { name: 'Call', exact: true }).click()
  const own = await anna.nextCall()
  assert.match(headerOf(own.invite, 'From') ?? '', /"Click: Ben"/)
  await window.getByText('Your phone rings: answer it.').waitFor()
  await own.answer()
  const other = await ben.nextCall()
  other.ring()
  await window.getByText('Calling Ben.').waitFor()
  await other.answer()
  await window.getByText('Talking to Ben.').waitFor()
  if (process.env['SCREENSHOTS']) await window.screenshot({ path: `${process.env['SCREENSHOTS']}/click-to-dial-talking.png` })
  await window.getByRole('button', { name: 'Hang up' }).click()
  await Promise.all([own.ended(), other.ended()])
  await window.getByText(/The call is over\. .+/).waitFor()
  assert.deepEqual(complaints, [])
})
