/** Listening in on a call, and transferring it, from the list of live calls. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { launch, openPage, skip } from './browser.ts'
import { setUpInBrowser, startPanelHouse, type PanelHouse } from './panel-house.ts'

let house: PanelHouse
let browser: Browser

before(async () => {
  if (skip) return
  house = await startPanelHouse()
  browser = await launch()
})

after(async () => {
  await browser?.close()
  await house?.close()
})

test('a supervisor is rung and hears the call; the caller is transferred to a third phone', { skip, timeout: 120_000 }, async () => {
  const { page, context, complaints } = await openPage(browser)
  await setUpInBrowser(page, house.setupLink)
  const { desk } = house
  await desk.api.signIn()
  const { alice, bob } = await desk.pair('201', '202')
  const supervisor = await desk.extension('250', { name: 'Boss' })
  const boss = await desk.registered(supervisor)
  const asking = await alice.invite('202')
  const answering = await bob.nextCall()
  await answering.answer()
  await asking.answered()
  asking.audio.play(500)
  answering.audio.play(1100)
  await page.getByRole('link', { name: /^Live calls/ }).click()
  await page.getByRole('button', { name: 'Listen in' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Phone to ring').first().click()
  await page.getByRole('option', { name: '250 Boss' }).click()
  if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/supervise.png` })
  await dialog.getByRole('button', { name: 'Ring it' }).click()
  const heard = await boss.nextCall()
  await heard.answer()
  heard.audio.play(0)
  await heard.audio.hearsTogether([500, 1100])
  await page.getByRole('row', { name: /Listen to/ }).waitFor()
  if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/supervised.png` })
  await heard.bye()
  const carol = await desk.registered(await desk.extension('203', { name: 'Carol' }))
  await page.getByRole('button', { name: 'Transfer' }).click()
  await dialog.getByLabel('To').fill('203')
  if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/transfer.png` })
  await dialog.getByRole('button', { name: 'Transfer' }).click()
  const third = await carol.nextCall()
  await third.answer()
  third.audio.play(1700)
  await answering.ended()
  await asking.audio.hears(1700)
  await asking.bye()
  await page.getByText('Nobody is on the phone').waitFor()

  await page.goto(new URL(`/admin/extensions/${supervisor.extensionId}`, page.url()).href)
  await page.getByRole('region', { name: 'Call handling' }).getByRole('button', { name: 'Change' }).click()
  const handling = page.getByRole('dialog', { name: 'Call handling of 250' })
  const field = handling.getByRole('combobox', { name: 'Supervises' }).or(handling.getByRole('textbox', { name: 'Supervises' }))
  await field.fill('sales')
  await field.press('Enter')
  await handling.getByRole('button', { name: 'Save' }).click()
  await handling.getByText('sales is no number inside').waitFor()
  await field.press('Backspace')
  await field.fill('2xx')
  await field.press('Enter')
  if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/supervises.png` })
  await handling.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Its phones may listen to the calls of 2XX.').waitFor()
  assert.deepEqual(complaints, [])
  await context.close()
})
