/** A contact is added, found, changed and imported in the panel. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faults } from './accessibility.ts'
import { skip } from './browser.ts'
import { enterPanelHouse } from './panel-house.ts'

test('contacts', { skip, timeout: 120_000 }, async (t) => {
  const { page, complaints } = await enterPanelHouse(t)
  const picture = async (name: string): Promise<void> => {
    if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/contacts-${name}.png` })
  }
  await page.goto(new URL('/admin/contacts?number=%28212%29%20555%2F0123', page.url()).href)
  const form = page.getByRole('dialog', { name: 'New contact' })
  assert.equal(await form.getByLabel('Number 1', { exact: true }).inputValue(), '(212) 555/0123')
  await form.getByRole('button', { name: 'Create contact' }).click()
  await form.getByText('Enter a name.').waitFor()
  await form.getByLabel('Name').fill('Ada Lovelace')
  await form.getByLabel('Company').fill('Analytical Engines')
  await form.getByLabel('Kind of number 1').fill('Desk')
  await picture('form')
  assert.deepEqual(await faults(page), [])
  await form.getByRole('button', { name: 'Create contact' }).click()
  await page.getByText('Ada Lovelace is saved.').waitFor()
  await page.getByRole('cell', { name: '+12125550123 Desk' }).waitFor()

  await page.getByRole('button', { name: 'Settings' }).click()
  const settings = page.getByRole('dialog', { name: 'How contacts are used' })
  await settings.getByLabel('Address of records in the CRM').fill('https://crm.example/{nothing}')
  await settings.getByRole('button', { name: 'Save' }).click()
  await settings.getByText('and nothing else in braces').waitFor()
  await settings.getByLabel('Address of records in the CRM').fill('https://crm.example/find?phone={number}')
  await picture('settings')
  await settings.getByRole('button', { name: 'Save' }).click()
  await page.getByText('It is saved.').waitFor()
  assert.equal(await page.getByRole('link', { name: 'Open Ada Lovelace in the CRM' }).getAttribute('href'), 'https://crm.example/find?phone=%2B12125550123')

  await page.getByRole('button', { name: 'Import' }).click()
  const importing = page.getByRole('dialog', { name: 'Import contacts' })
  const choose = (csv: string): Promise<void> => importing.locator('input[type=file]').setInputFiles({ name: 'contacts.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) })
  await choose('name,email\nBen,nobody\n')
  await importing.getByText('email').first().waitFor()
  await choose('name,number1,tags\nBen Carter,+1 303 555 0100,vip\nAda Lovelace,+1 212 555 0123,vip\n')
  await importing.getByText('1 new, 1 changed, 0 as they are.').waitFor()
  await importing.getByRole('button', { name: 'Import 2 contacts' }).click()
  await page.getByRole('cell', { name: /^Ben Carter/ }).waitFor()
  await page.getByRole('searchbox', { name: 'Search names and numbers' }).fill('303-555')
  await page.getByRole('cell', { name: /^Ada Lovelace/ }).waitFor({ state: 'detached' })
  await page.getByRole('cell', { name: /^Ben Carter/ }).waitFor()
  await page.getByRole('searchbox', { name: 'Search names and numbers' }).fill('')
  await page.getByRole('cell', { name: /^Ada Lovelace/ }).waitFor()
  await page.getByRole('cell', { name: '+12125550123 Desk' }).waitFor()
  await page.getByRole('cell', { name: 'Analytical Engines' }).waitFor()
  await picture('desk')
  await page.setViewportSize({ width: 390, height: 844 })
  await page.getByText('Ben Carter').first().waitFor()
  await picture('phone')
  assert.deepEqual(await faults(page), [])
  assert.equal(await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth'), false)
  // The one address that was refused on purpose.
  assert.deepEqual(complaints.map((one) => one.replace(/ .*\/api/, ' /api')), ['400 /api/v1/contacts/settings'])
})
