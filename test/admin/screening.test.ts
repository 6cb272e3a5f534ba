/** An extension asks callers for their name: chosen in its call handling, told on its page and in what would happen. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { skip } from './browser.ts'
import { enterPanelHouse } from './panel-house.ts'

test('who is asked for a name is chosen in the call handling of an extension, and its page says so', { skip, timeout: 120_000 }, async (t) => {
  const { desk, page, complaints } = await enterPanelHouse(t)
  const { extensionId } = await desk.extension('201', { name: 'Anna Berg' })
  await page.goto(new URL(`/admin/extensions/${extensionId}`, page.url()).href)
  await page.getByRole('button', { name: 'Change', exact: true }).click()
  const drawer = page.getByRole('dialog', { name: 'Call handling of 201' })
  await drawer.getByLabel('Ask for a name').first().click()
  await page.getByRole('option', { name: 'Callers from outside whom no contact has' }).click()
  if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/screening.png` })
  await drawer.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Callers from outside whom no contact has say their name before it rings.').waitFor()
  const { screening } = await desk.api.get<{ screening: string }>(`/extensions/${extensionId}`)
  assert.equal(screening, 'unknown')
  const [entry] = await desk.api.get<{ id: string }[]>('/audit?limit=1')
  assert.equal((await desk.api.send('POST', `/audit/${entry?.id}/undo`)).status, 200)
  assert.equal((await desk.api.get<{ screening: string }>(`/extensions/${extensionId}`)).screening, 'off')
  assert.deepEqual(complaints, [])
})
