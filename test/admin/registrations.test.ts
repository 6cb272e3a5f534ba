/** The page of registered phones: ways, proxies, and what becomes of one phone too many. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { Line } from '../support/desk.ts'
import { launch, openPage, skip } from './browser.ts'
import { setUpInBrowser, startPanelHouse, type PanelHouse } from './panel-house.ts'

let house: PanelHouse
let browser: Browser
let page: Page
let line: Line

before(async () => {
  if (skip) return
  house = await startPanelHouse()
  browser = await launch()
  ;({ page } = await openPage(browser))
  await setUpInBrowser(page, house.setupLink)
  await house.desk.api.signIn()
  line = await house.desk.extension('201', { name: 'Ann' })
})

after(async () => {
  await browser?.close()
  await house?.close()
})

test('the ways to a phone and the proxies between are shown, and found', { skip }, async () => {
  const instance = '+sip.instance="<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>"'
  for (const [id, transport] of [[1, 'udp'], [2, 'tcp']] as const) {
    const phone = await house.desk.phone(line, { transport })
    assert.equal((await phone.register({ contact: `${phone.contact};reg-id=${id};${instance}`, headers: [['Supported', 'outbound']] })).status, 200)
  }
  const behind = await house.desk.phone(line)
  assert.equal((await behind.register({ headers: [['Path', '<sip:in@edge.example.com:5080;lr>']] })).status, 200)

  await page.goto(house.at('/registrations'))
  await page.getByText('way 1').waitFor()
  await page.getByText('way 2').waitFor()
  await page.getByText('through edge.example.com:5080').waitFor()
  if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/registrations.png` })
  await page.getByLabel('Search phones').fill('edge.example')
  await page.getByText('way 1').waitFor({ state: 'detached' })
  await page.getByText('through edge.example.com:5080').waitFor()
  assert.match((await page.getByText('through edge.example.com:5080').getAttribute('title')) ?? '', /Path: <sip:in@edge\.example\.com:5080;lr>/)
})

test('an administrator says that one phone more is refused', { skip }, async () => {
  await page.goto(house.at(`/extensions/${line.extensionId}`))
  await page.getByRole('button', { name: 'Edit' }).click()
  await page.getByRole('textbox', { name: 'Phones at once' }).fill('2')
  await page.getByRole('combobox', { name: 'One phone more than that' }).click()
  await page.getByRole('option', { name: 'It is refused' }).click()
  if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/extension-form.png` })
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Up to 2, more are refused').waitFor()
  const another = await house.desk.phone(line)
  assert.equal((await another.register()).status, 403)
})
