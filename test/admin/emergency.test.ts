/** Emergency in the panel: a place set up from the screens, a call for help that everybody sees, acknowledged, and its report. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openPhone } from '../support/phone.ts'
import { skip } from './browser.ts'
import { enterPanelHouse } from './panel-house.ts'

test('a site, a place and who is told; a call for help alarms, is acknowledged and printed', { skip, timeout: 120_000 }, async (t) => {
  const { desk, page, complaints } = await enterPanelHouse(t)
  const phone = await desk.registered(await desk.extension('101', { name: 'Anna' }))
  const carrier = await openPhone({ server: desk.sip, user: 'carrier', password: '' })
  t.after(() => carrier.close())
  const shot = async (name: string): Promise<void> => {
    if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/${name}.png` })
  }
  const dialog = page.getByRole('dialog')

  await page.getByRole('link', { name: 'Emergency' }).click()
  await page.getByText('No trunk carries calls to the emergency services').waitFor()
  await shot('emergency-empty')
  await page.getByRole('tab', { name: 'Places' }).click()
  await page.getByRole('button', { name: 'New site' }).click()
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Headquarters')
  await dialog.getByRole('textbox', { name: 'Street' }).fill('Main Street')
  await dialog.getByRole('button', { name: 'Create site' }).click()
  await page.getByText(/an ambulance would miss something\. The house number is missing/).waitFor()
  await page.getByRole('button', { name: 'Dismiss' }).click()
  await page.getByRole('button', { name: 'Actions for Headquarters' }).click()
  await page.getByRole('menuitem', { name: 'Edit' }).click()
  for (const [label, value] of [['House number', '12'], ['City', 'Springfield'], ['State', 'il'], ['ZIP or postal code', '62701']] as const) await dialog.getByRole('textbox', { name: label }).fill(value)
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('row', { name: /12 Main Street, Springfield, IL 62701.*Complete/ }).waitFor()
  await page.getByRole('button', { name: 'New place' }).click()
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('3rd floor')
  await dialog.getByRole('textbox', { name: 'Floor' }).fill('3')
  await dialog.getByRole('button', { name: 'Create place' }).click()
  await page.getByRole('row', { name: /3rd floor.*Headquarters.*Floor 3/ }).waitFor()
  await page.getByRole('button', { name: 'Who is told' }).click()
  await dialog.getByRole('combobox', { name: 'Default place' }).or(dialog.getByRole('textbox', { name: 'Default place' })).first().click()
  await page.getByRole('option', { name: '3rd floor' }).click()
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.waitFor({ state: 'hidden' })
  await page.getByRole('tab', { name: 'Phones' }).click()
  await page.getByRole('row', { name: /101 Anna.*12 Main Street, Springfield, IL 62701; floor 3.*Default/ }).waitFor()
  await desk.api.post('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port, emergency: true })

  const call = await phone.invite('911')
  const there = await carrier.nextCall()
  const alarm = page.getByRole('alert').filter({ hasText: 'Anna calls for help' })
  await alarm.getByText(/Help comes to 12 Main Street, Springfield, IL 62701, US; floor 3/).waitFor()
  await shot('emergency-alarm')
  await there.answer()
  await call.answered()
  await alarm.click()
  await page.getByRole('heading', { level: 1, name: /Call for help of/ }).waitFor()
  await page.getByRole('button', { name: 'Acknowledge' }).click()
  await dialog.getByRole('textbox', { name: 'Note' }).fill('I go there.')
  await dialog.getByRole('button', { name: 'I look after it' }).click()
  await page.getByText(/Acknowledged by .*“I go there\.”/).waitFor()
  await call.bye()
  await page.getByRole('row', { name: /Carrier.*Answered/ }).waitFor()
  await shot('emergency-report')
  assert.deepEqual(complaints, [])
})
