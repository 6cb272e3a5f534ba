/** The history of an object is seen at the object, and a change is undone there or in the audit. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { launch, openPage, skip } from './browser.ts'
import { setUpInBrowser, startPanelHouse } from './panel-house.ts'

test('a renamed extension gets its name back, a deleted ring group comes back', { skip }, async (t) => {
  const house = await startPanelHouse()
  t.after(() => house.close())
  const browser = await launch()
  t.after(() => browser.close())
  const { page } = await openPage(browser)
  await setUpInBrowser(page, house.setupLink)
  await house.desk.api.signIn()
  const { extensionId } = await house.desk.extension('201')
  await house.desk.api.ask('PATCH', `/extensions/${extensionId}`, { name: 'Anna' })
  await house.desk.api.ask('PATCH', `/extensions/${extensionId}`, { name: 'Oops', ringSeconds: 12 })

  await page.goto(house.at('/extensions'))
  await page.getByText('Oops').waitFor()
  await page.getByRole('button', { name: 'Actions for extension 201' }).click()
  await page.getByRole('menuitem', { name: 'History and undo' }).click()
  const drawer = page.getByRole('dialog', { name: 'History of extension 201' })
  await drawer.getByRole('cell', { name: 'Oops' }).waitFor()
  await drawer.getByRole('button', { name: 'Undo this change' }).first().click()
  await page.getByText('Undone: the former values are back.').waitFor()
  const { name, ringSeconds } = await house.desk.api.get<{ name: string; ringSeconds: number | null }>(`/extensions/${extensionId}`)
  assert.deepEqual([name, ringSeconds], ['Anna', null])

  const group = await house.desk.api.post<{ id: string }>('/ring-groups', { number: '300', name: 'Sales' })
  await house.desk.api.ask('DELETE', `/ring-groups/${group.id}`)
  await page.goto(house.at('/audit'))
  await page.getByRole('button', { name: 'Verify' }).click()
  await page.getByText(/^All \d+ entries fit$/).waitFor()
  if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/audit-verified.png` })
  await page.getByRole('button', { name: 'Details of Ring group deleted' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Undo this change' }).waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Undo this change' }).click()
  await page.getByText('Undone: it is back.').waitFor()
  assert.deepEqual((await house.desk.api.get<{ number: string }[]>('/ring-groups')).map(({ number }) => number), ['300'])
})
