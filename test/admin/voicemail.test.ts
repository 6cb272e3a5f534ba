/** Voicemail in the panel: switched on an extension, a message heard, sent on and deleted, a PIN and a greeting set, and messages by e-mail. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { launch, openPage, skip } from './browser.ts'
import { startMailServer } from '../support/mail-server.ts'
import { leaveMessage } from '../support/talk.ts'
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
    await leaveMessage(await phone.invite('102'))
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
  await t.test('messages go out by e-mail once a server takes them', async () => {
    const server = await startMailServer()
    t.after(() => server.close())
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await page.getByRole('row', { name: /102 Anna/ }).getByRole('button', { name: /Actions/ }).click()
    await page.getByRole('menuitem', { name: 'Settings and PIN' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Send each message by e-mail to').fill('anna@example.com')
    await page.keyboard.press('Enter')
    await dialog.getByLabel('With the message attached').waitFor()
    await shot('voicemail-by-mail')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await page.getByRole('link', { name: 'Mail', exact: true }).click()
    await page.getByText('No mail server yet').waitFor()
    await shot('mail-none')
    await page.getByRole('button', { name: 'Set up a mail server' }).click()
    await dialog.getByLabel('Server').fill('127.0.0.1')
    await dialog.getByRole('combobox', { name: 'Encryption' }).click()
    await page.getByRole('option', { name: /None/ }).click()
    assert.equal(await dialog.getByLabel('Port').inputValue(), '25', 'the usual port goes along')
    await dialog.getByLabel('Port').fill('9')
    await dialog.getByLabel('Mail is from').fill('phones@example.com')
    await shot('mail-server')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: 'Send a test mail' }).click()
    await dialog.getByRole('button', { name: 'Send' }).click()
    await dialog.getByText(/127\.0\.0\.1:9 does not answer/).waitFor()
    await shot('mail-refused')
    assert.match(complaints.splice(0).join(), /^503 .*\/mail\/test$/)
    await page.keyboard.press('Escape')
    await desk.api.send('PUT', '/mail/settings', { host: '127.0.0.1', port: server.port, security: 'none', username: null, sender: 'phones@example.com', senderName: 'Acme' })
    await leaveMessage(await phone.invite('102'))
    const row = page.getByRole('row', { name: /Voice message from Carl/ })
    await row.getByText('Sent', { exact: true }).waitFor({ timeout: 30_000 })
    await shot('mail-sent')
    assert.equal(server.mails.length, 1)
  })
  assert.deepEqual(complaints, [])
})
