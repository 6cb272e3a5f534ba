/** A caller who called too often is blocked from the page of the call, and hears it the next time; callers are led by their number. */
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

test('an inbound number leads some of its callers elsewhere', { skip, timeout: 120_000 }, async (t) => {
  const { desk, page, complaints } = await enterPanelHouse(t)
  await desk.extension('101', { name: 'Anna' })
  await desk.extension('102', { name: 'Ben' })
  await desk.api.post('/trunks', { name: 'Carrier', host: 'carrier.invalid' })
  await page.goto(new URL('/admin/inbound-numbers', page.url()).href)
  await page.getByRole('button', { name: 'New inbound number' }).first().click()
  const form = page.getByRole('dialog', { name: 'New inbound number' })
  await form.getByRole('textbox', { name: 'Number', exact: true }).fill('+12025550000')
  await form.getByRole('textbox', { name: 'Name', exact: true }).fill('Main line')
  await form.getByRole('combobox', { name: 'Calls go to' }).fill('101')
  await form.getByRole('combobox', { name: 'Calls go to' }).press('Tab')
  await form.getByRole('button', { name: 'Add a caller' }).click()
  await form.getByRole('button', { name: 'Create inbound number' }).click()
  await form.getByText('Say for each rule who calls and where the call goes').waitFor()
  await form.getByRole('textbox', { name: 'Caller 1', exact: true }).fill('2025550123')
  await form.getByRole('combobox', { name: 'Caller 1 goes to' }).fill('102')
  await form.getByRole('combobox', { name: 'Caller 1 goes to' }).press('Tab')
  await form.getByRole('button', { name: 'Create inbound number' }).click()
  await form.getByText('2025550123: Enter the number with its country code').waitFor()
  await form.getByRole('textbox', { name: 'Caller 1', exact: true }).fill('+1 202*')
  if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/by-caller.png` })
  await form.getByRole('button', { name: 'Create inbound number' }).click()
  await page.getByRole('cell', { name: '101, +1202*: 102' }).waitFor()

  await page.goto(new URL('/admin/dial-plan', page.url()).href)
  await page.getByRole('textbox', { name: 'Caller' }).fill('+12025550777')
  await page.getByLabel('Dials').fill('+12025550000')
  await page.getByRole('button', { name: 'Show' }).click()
  await page.getByText('leads callers with +1202* to 102').first().waitFor()
  if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/by-caller-plan.png` })
  // What the server refused is the only thing that went wrong.
  assert.match(complaints.join('\n'), /^422 \S+\/inbound-numbers$/)
})
