/** A ring group that greets with a recording: chosen in the form, heard there, and taken away again. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wavHeader } from '../../media/embedded/worker/wav.ts'
import { sine } from '../support/tone.ts'
import { skip } from './browser.ts'
import { enterPanelHouse } from './panel-house.ts'

test('a ring group is given a recording, and speaks its text again', { skip, timeout: 180_000 }, async (t) => {
  const { desk, page, complaints } = await enterPanelHouse(t)
  const group = await desk.api.post<{ id: string }>('/ring-groups', { number: '600', name: 'Sales', greeting: 'Welcome to sales.' })
  const seconds = async (): Promise<number | null> => (await desk.api.get<{ recordingSeconds: number | null }>(`/ring-groups/${group.id}`)).recordingSeconds
  const shot = async (name: string): Promise<void> => { if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/${name}.png` }) }
  const edit = async () => {
    await page.getByRole('button', { name: 'Actions for ring group 600' }).click()
    await page.getByRole('menuitem', { name: 'Edit' }).click()
    return page.getByRole('dialog', { name: 'Edit ring group 600' })
  }
  await page.goto(page.url().replace(/\/admin.*$/, '/admin/ring-groups'))
  const samples = sine(523, 0, 16_000)
  const form = await edit()
  await form.locator('input[type=file]').setInputFiles({ name: 'welcome.wav', mimeType: 'audio/wav', buffer: Buffer.concat([wavHeader(1, samples.byteLength), Buffer.from(samples.buffer)]) })
  await form.getByRole('button', { name: 'Save' }).click()
  await form.waitFor({ state: 'hidden' })
  assert.ok(Math.abs((await seconds() ?? 0) - 2) < 0.2)
  const again = await edit()
  await again.getByText('There is one; choose another').scrollIntoViewIfNeeded()
  await again.getByLabel('The greeting as it is now').waitFor()
  await shot('ring-group-recording')
  await again.getByRole('button', { name: 'Take the recording away' }).click()
  await again.getByRole('button', { name: 'Save' }).click()
  await again.waitFor({ state: 'hidden' })
  assert.equal(await seconds(), null)
  assert.deepEqual(complaints, [])
})
