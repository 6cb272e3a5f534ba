/** Text messages in the panel: what waits is seen on its page and that of the extension, discarded, delivered; how long they wait. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { skip } from './browser.ts'
import { enterPanelHouse } from './panel-house.ts'

test('a text that waits is seen without its words, goes by itself, or is discarded', { skip, timeout: 120_000 }, async (t) => {
  const { desk, page, complaints } = await enterPanelHouse(t)
  const [anna, ben] = [await desk.extension('101', { name: 'Anna' }), await desk.extension('102', { name: 'Ben' })]
  const shot = async (name: string): Promise<void> => void (process.env['SCREENSHOTS'] && (await page.screenshot({ path: `${process.env['SCREENSHOTS']}/${name}.png` })))
  await page.getByRole('link', { name: 'Text messages' }).click()
  await page.getByText('Nothing waits').waitFor()
  const phone = await desk.registered(anna)
  const write = async (body: string): Promise<number> => (await phone.request('MESSAGE', `sip:102@${desk.sip.host}:${desk.sip.port}`, [['Content-Type', 'text/plain']], body)).status
  assert.equal(await write('Secret lunch'), 202)
  const row = page.getByRole('row').filter({ hasText: '102 Ben' })
  await row.getByText('101 Anna').waitFor()
  await row.getByText('12 bytes').waitFor()
  assert.equal(await page.getByText('Secret').count(), 0)
  await page.getByRole('button', { name: 'Change' }).click()
  const form = page.getByRole('dialog', { name: 'Text messages' })
  await form.getByLabel('A message waits for').fill('3')
  await shot('messages-settings')
  await form.getByRole('button', { name: 'Save' }).click()
  await page.getByText('up to 3 days').waitFor()
  await shot('messages')
  await page.getByRole('button', { name: 'Discard the message for 102' }).click()
  await page.getByRole('button', { name: 'Discard', exact: true }).click()
  await page.getByText('Nothing waits').waitFor()

  assert.equal(await write('Lunch?'), 202)
  await page.goto(new URL(`/admin/extensions/${ben.extensionId}`, page.url()).href)
  const waits = page.getByRole('link', { name: 'One waits for a phone' })
  await waits.waitFor()
  await shot('messages-extension')
  const reader = await desk.registered(ben)
  assert.equal((await reader.received.until(({ method }) => method === 'MESSAGE', 'the text')).body, 'Lunch?')
  await waits.waitFor({ state: 'detached' })
  assert.deepEqual(complaints, [])
})
