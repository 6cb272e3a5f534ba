/** An extension that called abroad too often: the panel alarms, says what to do, and unlocks it. A route is for some and for some hours. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openPhone } from '../support/phone.ts'
import { skip } from './browser.ts'
import { enterPanelHouse } from './panel-house.ts'

test('limits are set, passed, and the lock taken off again', { skip, timeout: 120_000 }, async (t) => {
  const { desk, page, complaints } = await enterPanelHouse(t)
  const line = await desk.extension('101', { name: 'Anna' })
  await desk.api.ask('PATCH', `/extensions/${line.extensionId}`, { outsideCalls: 'international' })
  const phone = await desk.registered(line)
  const carrier = await openPhone({ server: desk.sip, user: 'carrier', password: '' })
  t.after(() => carrier.close())
  const trunk = await desk.api.post<{ id: string }>('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port })
  await desk.api.post('/outbound-routes', { name: 'Outside', pattern: '9.', strip: 1, trunkIds: [trunk.id] })

  await page.getByRole('link', { name: 'Outbound routes' }).click()
  await page.getByRole('button', { name: 'Limits abroad' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Within an hour, each extension').fill('1')
  await dialog.getByLabel('Only some countries').check({ force: true })
  await dialog.getByLabel('Countries that may be called').fill('de')
  await page.keyboard.press('Enter')
  if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/toll-limits.png` })
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.waitFor({ state: 'hidden' })
  const first = await phone.invite('9011493012345')
  const there = await carrier.nextCall()
  there.reject(486)
  await first.ended()
  const second = await phone.invite('9011493012345')
  assert.equal((await second.ended()).status, 403)
  await page.getByRole('alert').filter({ hasText: '101 Anna is locked' }).waitFor()
  await page.getByText(/101 Anna.*1 call abroad within an hour/).first().waitFor()
  if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/toll-locked.png` })
  await page.getByRole('button', { name: 'Unlock' }).click()
  await page.getByRole('button', { name: 'Unlock' }).waitFor({ state: 'detached' })

  await desk.api.post('/schedules', { number: '800', name: 'Office', open: '101', closed: '101' })
  await page.reload()
  await page.getByRole('button', { name: 'Actions for outbound route Outside' }).click()
  await page.getByRole('menuitem', { name: 'Edit' }).click()
  const form = page.getByRole('dialog', { name: 'Edit outbound route Outside' })
  await form.getByLabel('Extensions that may take it').fill('101, 2xx')
  await form.getByRole('combobox', { name: 'When it may be taken' }).click()
  await page.getByRole('option', { name: 'While 800 (Office) is open' }).click()
  if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/route-limits.png` })
  await form.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('cell', { name: '101, 2XX, while Office is open' }).waitFor()
  if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/routes-limited.png` })
  assert.deepEqual(complaints, [])
})
