/** An administrator takes no new calls, and takes them again. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { launch, openPage, skip } from './browser.ts'
import { setUpInBrowser, startPanelHouse } from './panel-house.ts'

test('new calls are refused from the system page, and taken again', { skip }, async (t) => {
  const house = await startPanelHouse()
  t.after(() => house.close())
  const browser = await launch()
  t.after(() => browser.close())
  const { page } = await openPage(browser)
  await setUpInBrowser(page, house.setupLink)
  await page.goto(house.at('/system'))
  const section = page.getByRole('region', { name: 'New calls' })
  await section.getByText('New calls are taken. No call is going on.').waitFor()
  await section.getByRole('button', { name: 'Take no new calls' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Take no new calls' }).click()
  await section.getByText('New calls are refused').waitFor()
  assert.deepEqual((({ on, thenStop }) => [on, thenStop])(house.dialplane.pbx.drained.state()), [true, false])
  await section.getByRole('button', { name: 'Take new calls again' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Take new calls' }).click()
  await section.getByText('New calls are taken.').waitFor()
  assert.equal(house.dialplane.pbx.drained.state().on, false)
})
