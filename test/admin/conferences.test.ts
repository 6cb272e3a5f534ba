/** A conference from the panel: the room is made, phones come in, one is muted and removed, the room is ended. */
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

test('a room is made, watched and led', { skip, timeout: 120_000 }, async () => {
  const { page, context, complaints } = await openPage(browser)
  await setUpInBrowser(page, house.setupLink)
  await house.desk.api.signIn()
  await page.getByRole('link', { name: 'Conference rooms' }).click()
  await page.getByRole('button', { name: 'New room' }).first().click()
  const form = page.getByRole('dialog')
  await form.getByRole('button', { name: 'Create room' }).click()
  await form.getByText('Use 2 to 15 digits').waitFor()
  await form.getByLabel('Number').fill('600')
  await form.getByLabel('Name').fill('Monday meeting')
  await form.getByLabel('PIN', { exact: true }).fill('12')
  await form.getByRole('button', { name: 'Create room' }).click()
  await form.getByText('A PIN has 4 to 12 digits').waitFor()
  await form.getByLabel('PIN', { exact: true }).fill('1234')
  await form.getByRole('button', { name: 'Create room' }).click()
  await form.waitFor({ state: 'detached' })
  await page.getByRole('link', { name: '600' }).click()
  await page.getByText('Nobody is in it').waitFor()

  const calls = []
  for (const number of ['201', '202']) {
    const phone = await house.desk.registered(await house.desk.extension(number, { name: number === '201' ? 'Ada' : 'Grace' }))
    const call = await phone.invite('600')
    await call.answered()
    call.audio.play(number === '201' ? 500 : 1100)
    await call.audio.press('1234#')
    calls.push(call)
  }
  await page.getByRole('row', { name: /Grace/ }).waitFor()
  if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/conference.png` })
  await calls[1]!.audio.hears(500)
  await page.getByRole('button', { name: 'Mute 201 Ada' }).or(page.getByRole('button', { name: 'Mute Ada' })).first().click()
  await page.getByRole('row', { name: /Ada.*Muted/ }).waitFor()
  await calls[1]!.audio.hearsNothing()
  await page.getByRole('button', { name: 'Lock' }).click()
  await page.getByText('Locked').waitFor()
  await page.getByRole('button', { name: /Remove .*Ada/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await page.getByRole('row', { name: /Ada/ }).waitFor({ state: 'detached' })
  await calls[0]!.ended(20_000)
  await page.getByRole('button', { name: 'End', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'End conference' }).click()
  await page.getByText('Nobody is in it').waitFor()
  await calls[1]!.ended(20_000)
  await page.getByRole('button', { name: 'Edit' }).click()
  await form.getByRole('button', { name: 'Remove the PIN' }).click()
  if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/conference-form.png` })
  await form.getByRole('button', { name: 'Save' }).click()
  await form.waitFor({ state: 'detached' })
  const [room] = await house.desk.api.get<{ hasPin: boolean }[]>('/conferences')
  assert.equal(room?.hasPin, false)
  await page.getByRole('link', { name: 'Conference rooms' }).first().click()
  await page.getByRole('row', { name: /Monday meeting/ }).waitFor()
  if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/conferences.png` })
  assert.deepEqual(complaints, [])
  await context.close()
})
