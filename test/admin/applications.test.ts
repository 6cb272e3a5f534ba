/** Applications in the panel: made with a secret that is shown once, tried out well and ill, offered where calls can lead. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startProgram } from '../support/program.ts'
import { skip, viewports } from './browser.ts'
import { enterPanelHouse } from './panel-house.ts'

test('an application is made, its secret shown once, and tried out', { skip, timeout: 180_000 }, async (t) => {
  const program = await startProgram()
  t.after(() => program.close())
  const { desk, page, complaints } = await enterPanelHouse(t, ({ webhooks }) => void (webhooks.networks = ['127.0.0.1/32']))
  await desk.extension('101', { name: 'Anna' })
  const shot = async (name: string): Promise<void> => { if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/${name}.png` }) }
  program.decide(() => ({ verbs: [{ verb: 'say', text: 'Welcome.' }, { verb: 'gather', digits: 4, text: 'Your order number, please.' }] }))

  await page.getByRole('link', { name: 'Applications' }).click()
  await page.getByText('No applications yet').waitFor()
  await shot('applications-empty')
  await page.getByRole('button', { name: 'New application' }).first().click()
  const form = page.getByRole('dialog', { name: 'New application' })
  await form.getByRole('textbox', { name: 'Number' }).fill('750')
  await form.getByRole('textbox', { name: 'Name' }).fill('Orders')
  await form.getByRole('textbox', { name: 'Address of the program' }).fill(program.url)
  await form.getByLabel('When it fails, calls go to').fill('4444')
  await form.getByRole('button', { name: 'Create application' }).click()
  await form.getByText(/leads nowhere/).first().waitFor()
  await form.getByLabel('When it fails, calls go to').fill('101')
  await shot('application-form')
  await form.getByRole('button', { name: 'Create application' }).click()
  const secret = page.getByRole('dialog', { name: 'Secret of Orders' })
  await secret.getByText(/^whsec_/).or(secret.getByRole('textbox')).first().waitFor()
  await shot('application-secret')
  await secret.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('cell', { name: program.url }).waitFor()

  const tryOut = async (): Promise<void> => {
    await page.getByRole('button', { name: 'Actions for application 750' }).click()
    await page.getByRole('menuitem', { name: 'Try it out' }).click()
  }
  await tryOut()
  const trial = page.getByRole('dialog', { name: 'Try out Orders' })
  await trial.getByRole('list', { name: 'What would be done' }).getByText('Say “Your order number, please.” and take up to 4 keys').waitFor()
  assert.ok(program.asked.entries[0]?.headers['webhook-signature'], 'it is signed')
  await shot('application-trial')
  program.decide(() => ({ status: 200, text: '{"verbs": [{"verb": "sing"}]}' }))
  await trial.getByRole('button', { name: 'Ask again' }).click()
  await trial.getByText('The call would go to 101').waitFor()
  await trial.getByText(/"sing" is no verb/).first().waitFor()
  await shot('application-trial-wrong')
  await trial.getByRole('button', { name: 'Done' }).click()

  await page.getByRole('cell', { name: '101' }).waitFor()
  await page.setViewportSize(viewports.phone)
  await shot('applications-phone')
  assert.deepEqual(complaints.map((one) => one.slice(0, 4)), ['422 '])
})
