/** A configuration file is looked at, applied, and exported again from the panel. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { skip } from './browser.ts'
import { enterPanelHouse } from './panel-house.ts'

test('a file is compared, its problem named, applied with the passwords of new phones, and exported', { skip, timeout: 240_000 }, async (t) => {
  const { page, complaints, desk } = await enterPanelHouse(t)
  await desk.api.signIn()
  await desk.api.post('/extensions', { number: '101', name: 'Anna' })
  const shot = async (name: string): Promise<unknown> => process.env['SCREENSHOTS'] && page.screenshot({ path: `${process.env['SCREENSHOTS']}/configuration-${name}.png`, fullPage: true })
  await page.getByRole('link', { name: 'Configuration' }).click()
  const file = page.getByRole('textbox', { name: 'File' })
  const compare = page.getByRole('button', { name: 'What would change?' })
  await file.fill('dialplane: 1\nextensions:\n  - number: "101"\n    ringSeconds: soon\n')
  await compare.click()
  await page.getByText('The file has a problem').waitFor()
  await shot('problem')
  await file.fill('dialplane: 1\nextensions:\n  - number: 101\n    name: Anna Berg\n  - number: 102\n    name: Ben\n    forwardBusy: 900\nringGroups:\n  - number: 900\n    name: Sales\n    members: [{ extension: 101, delaySeconds: 0 }]\n')
  await compare.click()
  const changes = page.getByRole('table', { name: 'Changes' })
  await changes.getByText('101 Anna Berg').waitFor()
  assert.equal(await changes.getByRole('row').count(), 4)
  await shot('plan')
  await page.getByRole('button', { name: 'Apply', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Apply' }).click()
  await page.getByText('2 made, 1 changed, 0 removed.').waitFor()
  await page.getByRole('table', { name: 'Passwords of new phones' }).getByText('102 Ben').waitFor()
  await page.setViewportSize({ width: 390, height: 844 })
  await shot('applied-phone')
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Export' }).click()])
  assert.match(await readFile(await download.path(), 'utf8'), /members:\n +- extension: "101"/)
  assert.deepEqual(complaints, [])
})
