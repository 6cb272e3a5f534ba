/** PINs for outbound routes: a set is made, chosen in a route, kept while it is used, and one of its PINs replaced. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { skip } from './browser.ts'
import { enterPanelHouse } from './panel-house.ts'

test('a PIN set is made, asked for by a route, and changed without showing a PIN', { skip, timeout: 180_000 }, async (t) => {
  const { desk, page, complaints } = await enterPanelHouse(t)
  const trunk = await desk.api.post<{ id: string }>('/trunks', { name: 'Carrier', host: 'carrier.invalid' })
  await desk.api.post('/outbound-routes', { name: 'Abroad', pattern: '00.', trunkIds: [trunk.id] })
  const shot = async (name: string): Promise<void> => { if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/${name}.png` }) }

  await page.getByRole('link', { name: 'PIN sets' }).click()
  await page.getByRole('button', { name: 'New PIN set' }).first().click()
  const form = page.getByRole('dialog', { name: 'New PIN set' })
  await form.getByRole('textbox', { name: 'Name' }).fill('Abroad')
  await form.getByRole('textbox', { name: 'Whose PIN 1 is' }).fill('Sales')
  await form.getByRole('button', { name: 'Create PIN set' }).click()
  await form.getByText('Enter a PIN for each that is new.').waitFor()
  await form.getByRole('textbox', { name: 'PIN 1', exact: true }).fill('1234')
  await form.getByRole('button', { name: 'Create PIN set' }).click()
  await form.getByText(/Sales: A row of digits/).waitFor()
  await form.getByRole('textbox', { name: 'PIN 1', exact: true }).fill('4711')
  await form.getByRole('button', { name: 'Add a PIN' }).click()
  await form.getByRole('textbox', { name: 'Whose PIN 2 is' }).fill('Front desk')
  await form.getByRole('textbox', { name: 'PIN 2', exact: true }).fill('90210')
  await shot('pin-set-form')
  await form.getByRole('button', { name: 'Create PIN set' }).click()
  await page.getByRole('cell', { name: 'Sales, Front desk' }).waitFor()

  await page.getByRole('link', { name: 'Outbound routes' }).click()
  await page.getByRole('button', { name: 'Actions for outbound route Abroad' }).click()
  await page.getByRole('menuitem', { name: 'Edit' }).click()
  await page.getByRole('combobox', { name: 'Ask for a PIN of' }).click()
  await page.getByRole('option', { name: 'Abroad' }).click()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('cell', { name: 'Everybody, with a PIN of Abroad' }).waitFor()

  await page.getByRole('link', { name: 'PIN sets' }).click()
  await page.getByRole('button', { name: 'Actions for PIN set Abroad' }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await page.getByRole('button', { name: 'Delete PIN set' }).click()
  await page.getByText('The outbound route Abroad asks for these PINs. Change that first.').waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Actions for PIN set Abroad' }).click()
  await page.getByRole('menuitem', { name: 'Edit' }).click()
  const edit = page.getByRole('dialog', { name: 'Edit PIN set Abroad' })
  await edit.getByRole('button', { name: 'Take PIN 1 out' }).click()
  assert.equal(await edit.getByRole('textbox', { name: 'PIN 1', exact: true }).inputValue(), '', 'no PIN is shown')
  await edit.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('cell', { name: 'Front desk', exact: true }).waitFor()
  await shot('pin-sets')
  await page.setViewportSize({ width: 390, height: 800 })
  await shot('pin-sets-phone')
  // A PIN that anybody guesses, and a set that is in use.
  assert.deepEqual(complaints.map((one) => one.slice(0, 4)), ['422 ', '409 '])
})
