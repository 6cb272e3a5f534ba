/** Prompts in the panel: found, heard, replaced by a text and by a file, brought back. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { sine } from '../support/tone.ts'
import { wavHeader } from '../../media/embedded/worker/wav.ts'
import { launch, openPage, skip } from './browser.ts'
import { setUpInBrowser, startPanelHouse, type PanelHouse } from './panel-house.ts'

let house: PanelHouse
let browser: Browser

before(async () => {
  if (skip) return
  house = await startPanelHouse()
  browser = await launch()
})

after(async () => {
  await browser?.close()
  await house?.close()
})

test('a prompt is replaced and brought back', { skip, timeout: 120_000 }, async (t) => {
  const { page, complaints } = await openPage(browser)
  await setUpInBrowser(page, house.setupLink)
  await page.getByRole('link', { name: 'Prompts' }).click()
  const row = page.getByRole('row', { name: /^busy/ })
  await row.getByText('The person you are calling is busy. Please try again later.').waitFor()
  const shot = async (name: string): Promise<void> => {
    if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/${name}.png` })
  }
  await t.test('it is heard', async () => {
    const [answer] = await Promise.all([page.waitForResponse(/prompts\/busy\/audio/), row.getByRole('button', { name: 'Listen to busy' }).click()])
    assert.ok([200, 206].includes(answer.status()))
    await row.getByRole('button', { name: 'Stop busy' }).click()
  })
  await t.test('a text is heard first and then said', async () => {
    await row.getByRole('button', { name: 'Replace busy' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Text', { exact: true }).fill('We are talking to somebody else.')
    await dialog.getByRole('button', { name: 'Listen first' }).click()
    await dialog.locator('audio').waitFor()
    await shot('prompt-form')
    await dialog.getByRole('button', { name: 'Replace' }).click()
    await row.getByText('We are talking to somebody else.').waitFor()
    await row.getByText('Your text').waitFor()
  })
  await t.test('a file takes its place; one that is no sound is refused in words', async () => {
    await row.getByRole('button', { name: 'Replace busy' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('A recording', { exact: true }).click()
    const file = page.locator('input[type=file]')
    await file.setInputFiles({ name: 'song.mp3', mimeType: 'audio/mpeg', buffer: Buffer.from('ID3 and more') })
    await dialog.getByRole('button', { name: 'Replace' }).click()
    await dialog.getByText(/MP3 among them, cannot be read/).waitFor()
    const tone = sine(500, 0, 8000)
    await file.setInputFiles({ name: 'tone.wav', mimeType: 'audio/wav', buffer: Buffer.concat([wavHeader(1, tone.byteLength), Buffer.from(tone.buffer)]) })
    await dialog.getByRole('button', { name: 'Replace' }).click()
    await row.getByText('Your file').waitFor()
    await shot('prompts')
  })
  await t.test('the standard comes back', async () => {
    await row.getByRole('button', { name: 'Back to the standard: busy' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Bring back' }).click()
    await row.getByText('Dialplane', { exact: true }).waitFor()
  })
  assert.deepEqual(complaints.filter((line) => !/422/.test(line)), [])
})
