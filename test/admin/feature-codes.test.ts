/** The table of feature codes in the panel: another code, a conflict told at the field, switched off, and back. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { skip } from './browser.ts'
import { enterPanelHouse } from './panel-house.ts'

test('a feature code is changed, switched off and restored; other pages name the new one', { skip, timeout: 120_000 }, async (t) => {
  const { desk, page, complaints } = await enterPanelHouse(t)
  await desk.extension('101', { name: 'Anna' })
  await page.getByRole('link', { name: 'Dial plan' }).click()
  const row = page.getByRole('row').filter({ hasText: 'Listen to your own voicemail' })
  await row.getByRole('button').click()
  const drawer = page.getByRole('dialog', { name: 'Change a feature code' })
  await drawer.getByLabel('Code').fill('*98')
  await drawer.getByRole('button', { name: 'Save' }).click()
  await drawer.getByText(/\*98 means something else already/).first().waitFor()
  await drawer.getByLabel('Code').fill('*60')
  if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/feature-code.png` })
  await drawer.getByRole('button', { name: 'Save' }).click()
  await row.getByText('*60').waitFor()
  await row.getByText('(customarily *97)').waitFor()
  if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/feature-codes.png`, fullPage: true })
  await page.getByRole('link', { name: 'Voicemail' }).click()
  await page.getByText(/On the phone, \*60 plays your own messages, \*98 those of any mailbox/).waitFor()
  await page.getByRole('link', { name: 'Dial plan' }).click()
  await row.getByRole('button').click()
  await drawer.getByLabel('Turned on').uncheck()
  await drawer.getByRole('button', { name: 'Save' }).click()
  await row.getByText('Turned off').waitFor()
  await row.getByRole('button').click()
  await drawer.getByRole('button', { name: 'Back to *97' }).click()
  await row.getByText('*97', { exact: true }).waitFor()
  assert.deepEqual((await desk.api.get<{ code: string; customary: string; enabled: boolean }[]>('/feature-codes')).filter(({ code, customary, enabled }) => code !== customary || !enabled), [])
  // The browser tells of the refusal, too.
  assert.deepEqual(complaints.filter((text) => !/422/.test(text)), [])
})
