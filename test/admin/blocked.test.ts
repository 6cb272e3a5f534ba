/** A caller who called too often is blocked from the page of the call, and hears it the next time. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../support/eventually.ts'
import { openPhone } from '../support/phone.ts'
import { skip } from './browser.ts'
import { enterPanelHouse } from './panel-house.ts'

test('the page of a call blocks its caller; an exception is made and taken back', { skip, timeout: 120_000 }, async (t) => {
  const { desk, page, complaints } = await enterPanelHouse(t)
  const carrier = await openPhone({ server: desk.sip, user: 'carrier', password: '' })
  t.after(() => carrier.close())
  await desk.extension('101', { name: 'Anna' })
  await desk.api.post('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port })
  await desk.api.post('/inbound-numbers', { number: '+12025550000', name: 'Main', destination: '101' })
  const ring = async (): Promise<number> => (await (await carrier.invite('+12025550000', { headers: [['P-Asserted-Identity', '<sip:+19005550100@carrier.example>']] })).ended()).status
  assert.equal(await ring(), 480)

  const call = await eventually(async () => (await desk.history())[0], 'the call in the history')
  await page.goto(new URL(`/admin/calls/${call.id}`, page.url()).href)
  await page.getByRole('link', { name: 'Block this caller' }).click()
  const form = page.getByRole('dialog', { name: 'Block a caller' })
  assert.equal(await form.getByLabel('Caller').inputValue(), '+19005550100')
  await form.getByRole('button', { name: 'Create rule' }).click()
  await form.getByText('Say why, such as “Calls every night”.').waitFor()
  await form.getByLabel('Why').fill('Calls every night')
  await form.getByRole('button', { name: 'Create rule' }).click()
  await page.getByText('The rule for +19005550100 is saved.').waitFor()
  if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/blocked.png` })
  assert.equal(await ring(), 603)

  await page.getByRole('button', { name: 'Actions for the rule for +19005550100' }).click()
  await page.getByRole('menuitem', { name: 'Edit' }).click()
  await page.getByRole('combobox', { name: 'What happens' }).click()
  await page.getByRole('option', { name: 'The call is put through: an exception' }).click()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('cell', { name: 'The call is put through: an exception' }).waitFor()
  assert.equal(await ring(), 480)
  await page.getByRole('button', { name: 'Actions for the rule for +19005550100' }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await page.getByRole('button', { name: 'Delete rule' }).click()
  await page.getByText('Nobody is blocked').waitFor()
  assert.deepEqual(complaints, [])
})
