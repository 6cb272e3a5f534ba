/** The way of a call as a graph, changed where it is seen. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { launch, openPage, skip } from './browser.ts'
import { setUpInBrowser, startPanelHouse } from './panel-house.ts'

test('a number as a graph; a step is changed in it, and the graph shows the new way', { skip }, async (t) => {
  const house = await startPanelHouse()
  t.after(() => house.close())
  const browser = await launch()
  t.after(() => browser.close())
  const { page } = await openPage(browser)
  await setUpInBrowser(page, house.setupLink)
  await house.desk.api.signIn()
  const lines = [await house.desk.extension('201'), await house.desk.extension('202'), await house.desk.extension('203')]
  await house.desk.api.ask('PATCH', `/extensions/${lines[0]!.extensionId}`, { forwardBusy: '202' })
  await house.desk.api.post('/ring-groups', { number: '300', name: 'Sales', noAnswer: '201', members: [{ extensionId: lines[1]!.extensionId, delaySeconds: 0 }] })
  await page.goto(house.at('/dial-plan'))
  await page.getByLabel('Dials').fill('300')
  await page.getByRole('button', { name: 'Show' }).click()
  await page.getByText('Graph', { exact: true }).click()
  const graph = page.getByRole('group', { name: 'The way of the call as a graph' })
  await graph.getByText('When busy').first().waitFor()
  const steps = graph.getByRole('button', { name: /^Change: / })
  await steps.first().waitFor()
  const before = await steps.count()
  if (process.env['SHOT']) await page.screenshot({ path: process.env['SHOT'] })
  await steps.first().click()
  const form = page.getByRole('dialog', { name: 'Edit ring group 300' })
  await form.getByLabel('When nobody answers').fill('203')
  await form.getByRole('button', { name: 'Save' }).click()
  await form.waitFor({ state: 'hidden' })
  await graph.getByText(/203 is the extension of/).first().waitFor()
  assert.ok(await steps.count() < before, 'the way over 201 and 202 is gone')
})
