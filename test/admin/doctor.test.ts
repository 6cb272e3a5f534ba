/** The doctor looks at everything on a click, and the text for support is downloaded. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { skip } from './browser.ts'
import { enterPanelHouse } from './panel-house.ts'

test('everything is looked at, each with a state and a sentence, and written down for support', { skip, timeout: 240_000 }, async (t) => {
  const { page, complaints } = await enterPanelHouse(t)
  const shot = async (name: string): Promise<unknown> => process.env['SCREENSHOTS'] && page.screenshot({ path: `${process.env['SCREENSHOTS']}/doctor-${name}.png`, fullPage: true })
  await page.getByRole('link', { name: 'Doctor' }).click()
  await page.getByRole('button', { name: 'Look at everything' }).click()
  const findings = page.getByRole('region', { name: 'Findings' })
  await findings.getByText(/Two phones of our own heard each other/).waitFor()
  await findings.getByText('No mail server is set up').waitFor()
  await findings.getByText(/PostgreSQL \d+/).first().waitFor()
  await page.getByText('Nothing is wrong').waitFor()
  await shot('found')
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Text for support' }).click()])
  assert.match(await readFile(await download.path(), 'utf8'), /==== Doctor[^]*==== Settings/)
  await page.setViewportSize({ width: 390, height: 844 })
  await shot('phone')
  assert.deepEqual(complaints, [])
})
