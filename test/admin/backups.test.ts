/** Everything is backed up from the panel, restored to try it, and scheduled. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openBackup } from '../../config/backup/open.ts'
import { skip } from './browser.ts'
import { enterPanelHouse } from './panel-house.ts'

test('a recovery key is made, a backup with it, tried out, downloaded, and one scheduled for each night', { skip, timeout: 240_000 }, async (t) => {
  const { page, complaints } = await enterPanelHouse(t)
  const shot = async (name: string): Promise<unknown> => process.env['SCREENSHOTS'] && page.screenshot({ path: `${process.env['SCREENSHOTS']}/backups-${name}.png` })
  await page.getByRole('link', { name: 'Backups' }).click()
  await page.getByText('No backup is made before there is a recovery key').waitFor()
  await shot('empty')
  await page.getByRole('button', { name: 'Set a recovery key' }).click()
  await page.getByRole('dialog', { name: 'Key of the backups' }).getByRole('button', { name: 'Make a recovery key' }).click()
  const shown = page.getByRole('dialog', { name: 'Recovery key' })
  const key = (await shown.getByText(/^DP-/).textContent()) ?? ''
  await shot('key')
  await shown.getByRole('button', { name: 'I have kept it' }).click()

  await page.getByRole('button', { name: 'Back up now' }).click()
  await page.getByRole('cell', { name: 'Restored to try it' }).waitFor()
  await page.getByRole('button', { name: 'Schedule' }).click()
  const form = page.getByRole('dialog', { name: 'Schedule of backups' })
  await form.getByRole('checkbox', { name: 'Make backups by schedule' }).check()
  await form.getByRole('textbox', { name: 'At' }).fill('03:15')
  await form.getByText('Sun', { exact: true }).click()
  await shot('schedule')
  await form.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Mon, Tue, Wed, Thu, Fri, Sat at 03:15').waitFor()
  await shot('made')

  await page.getByRole('button', { name: /Actions for dialplane-/ }).click()
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'Download' }).click()])
  const backup = await openBackup(await file.path(), key)
  assert.match(backup.header.createdAt, /^20/)
  await backup.close()
  await page.setViewportSize({ width: 390, height: 844 })
  await shot('phone')
  assert.deepEqual(complaints, [])
})
