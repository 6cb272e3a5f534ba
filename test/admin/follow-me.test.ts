/** A mobile is made a member of a ring group, and one where somebody is followed to. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { skip } from './browser.ts'
import { enterPanelHouse } from './panel-house.ts'

test('a number outside is typed in as a member and as where to follow somebody, and asked before it has a call', { skip }, async (t) => {
  const { desk, page, complaints } = await enterPanelHouse(t)
  const { extensionId } = await desk.extension('201', { name: 'Anna Berg' })
  const trunk = await desk.api.post<{ id: string }>('/trunks', { name: 'Carrier', host: '127.0.0.1', port: 5999, callerId: '+15550001000' })
  await desk.api.post('/outbound-routes', { name: 'Everything', pattern: '9.', strip: 1, trunkIds: [trunk.id] })

  await page.getByRole('link', { name: 'Ring groups' }).click()
  await page.getByRole('button', { name: 'New ring group' }).first().click()
  const drawer = page.getByRole('dialog', { name: 'New ring group' })
  await drawer.getByRole('textbox', { name: 'Number', exact: true }).fill('600')
  await drawer.getByRole('textbox', { name: 'Name', exact: true }).fill('Sales')
  const members = drawer.getByLabel('Members').first()
  await members.fill('201')
  await page.getByRole('option', { name: '201 Anna Berg' }).click()
  await members.fill('9 202 555-0123')
  await page.getByRole('option', { name: 'Call 92025550123 outside' }).click()
  await drawer.getByRole('checkbox', { name: '92025550123 has to press 1 to take a call' }).waitFor()
  await drawer.getByLabel('They ring').first().click()
  await page.getByRole('option', { name: /memory hunt/ }).click()
  await drawer.getByLabel('Rings for', { exact: true }).first().fill('25')
  if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/outside-members.png` })
  await drawer.getByRole('button', { name: 'Create ring group' }).click()
  await page.getByText('Ring group 600 is saved.').waitFor()
  const [group] = await desk.api.get<{ strategy: string; members: { number: string | null; ringSeconds: number | null; confirm: boolean }[] }[]>('/ring-groups')
  assert.deepEqual(group?.members.map(({ number, ringSeconds, confirm }) => [number, ringSeconds, confirm]), [[null, 25, false], ['92025550123', null, true]])
  assert.equal(group?.strategy, 'memory-hunt')

  await page.goto(new URL(`/admin/extensions/${extensionId}`, page.url()).href)
  await page.getByRole('button', { name: 'Change', exact: true }).click()
  const handling = page.getByRole('dialog', { name: 'Call handling of 201' })
  await handling.getByRole('checkbox', { name: 'Follow me' }).check()
  await handling.getByLabel('Follow me to').first().fill('92025550123')
  await page.getByRole('option', { name: 'Call 92025550123 outside' }).click()
  await handling.getByLabel('92025550123 rings after').fill('10')
  await handling.getByRole('checkbox', { name: '92025550123 has to press 1 to take a call' }).scrollIntoViewIfNeeded()
  if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/follow-me.png` })
  await handling.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Calls also ring at 92025550123 after 10 s.').waitFor()
  const { followMe, followMeTo } = await desk.api.get<{ followMe: boolean; followMeTo: unknown[] }>(`/extensions/${extensionId}`)
  assert.deepEqual([followMe, followMeTo], [true, [{ target: '92025550123', delaySeconds: 10, ringSeconds: 20, confirm: true }]])
  assert.deepEqual(complaints, [])
})
