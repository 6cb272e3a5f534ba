/** Voicemail in the panel: switched on an extension, a message heard, sent on and deleted, a PIN and a greeting set. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
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

test('a message comes in, is heard, sent on and deleted', { skip, timeout: 180_000 }, async (t) => {
  const { page, complaints } = await openPage(browser)
  await setUpInBrowser(page, house.setupLink)
  const { desk } = house
  await desk.api.signIn()
  const [caller, anna] = [await desk.extension('101', { name: 'Carl' }), await desk.extension('102', { name: 'Anna' })]
  await desk.extension('103', { name: 'Ben', voicemail: true })
  const phone = await desk.registered(caller)
  const shot = async (name: string): Promise<void> => {
    if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/${name}.png` })
  }
  await t.test('it is switched on with the handling of calls', async () => {
    await page.goto(house.at(`/extensions/${anna.extensionId}`))
    await page.getByRole('button', { name: 'Change', exact: true }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Voicemail').check()
    await shot('voicemail-handling')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Callers who reach nobody may leave a message.').waitFor()
  })
  await t.test('what a caller says appears by itself and is heard', async () => {
    await page.getByRole('link', { name: 'Voicemail' }).click()
    await page.getByText('No messages').waitFor()
    await shot('voicemail-empty')
    const call = await phone.invite('102')
    await call.answered(30_000)
    call.audio.play(0)
    await call.audio.hearsSomething()
    await call.audio.press('#')
    await call.audio.hears(1000, 20_000)
    call.audio.play(440)
    await call.audio.packets(150)
    await call.bye()
    const row = page.getByRole('row', { name: /101/ })
    await row.getByText('New').waitFor({ timeout: 20_000 })
    const [answer] = await Promise.all([page.waitForResponse(/voicemail\/.*\/audio$/), row.getByRole('button', { name: /Listen/ }).click()])
    assert.ok([200, 206].includes(answer.status()))
    await row.getByText('New').waitFor({ state: 'detached', timeout: 30_000 })
    await shot('voicemail-messages')
  })
  await t.test('it is sent on to another mailbox', async () => {
    await page.getByRole('table').getByRole('button', { name: /Actions for the message/ }).click()
    await page.getByRole('menuitem', { name: 'Send on' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('To the mailboxes of').first().click()
    await page.getByRole('option', { name: '103 Ben' }).click()
    await dialog.getByText('Send on').first().click()
    await dialog.getByRole('button', { name: 'Send on' }).click()
    await page.getByRole('row', { name: /Ben.*Sent on by|Ben/ }).getByText('New').waitFor()
  })
  await t.test('and deleted after a question', async () => {
    await page.getByRole('row', { name: /Anna/ }).getByRole('button', { name: /Actions/ }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('row', { name: /Anna/ }).waitFor({ state: 'detached' })
  })
  await t.test('a mailbox gets a PIN, and a greeting from a text', async () => {
    await page.getByRole('tab', { name: 'Mailboxes' }).click()
    const row = page.getByRole('row', { name: /102 Anna/ })
    await row.getByText('Not chosen yet').waitFor()
    await row.getByRole('button', { name: /Actions/ }).click()
    await page.getByRole('menuitem', { name: 'Settings and PIN' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('PIN', { exact: true }).fill('1234')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.getByText(/A row of digits is among the first/).first().waitFor()
    // The refusal was asked for: it is no complaint.
    assert.match(complaints.splice(0).join(), /^422 .*\/pin$/)
    await dialog.getByLabel('PIN', { exact: true }).fill('4711')
    await shot('voicemail-box')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await row.getByText('Set', { exact: true }).waitFor()
    await row.getByRole('button', { name: /Actions/ }).click()
    await page.getByRole('menuitem', { name: 'Greetings' }).click()
    const busy = page.getByRole('region', { name: 'While busy' })
    await busy.getByRole('button', { name: 'Add' }).click()
    await busy.getByLabel('Text', { exact: true }).fill('Anna is talking to somebody else.')
    await busy.getByRole('button', { name: 'Save' }).click()
    await busy.locator('audio').waitFor()
    await shot('voicemail-greetings')
  })
  assert.deepEqual(complaints, [])
})
