/** Signing in and out, what a person without permissions sees, keyboard, colours, and a live connection that breaks. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page, WebSocketRoute } from 'playwright-core'
import { administrator } from '../support/http-client.ts'
import { launch, openPage, skip } from './browser.ts'
import { setUpInBrowser, signInInBrowser, startPanelHouse, type PanelHouse } from './panel-house.ts'

let house: PanelHouse
let browser: Browser

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name })

before(async () => {
  if (skip) return
  house = await startPanelHouse()
  browser = await launch()
  const { context, page } = await openPage(browser)
  await setUpInBrowser(page, house.setupLink)
  await context.close()
  await house.desk.api.signIn()
  await house.desk.extension('201', { name: 'Anna Berg' })
})

after(async () => {
  await browser?.close()
  await house?.close()
})

test('a wrong password is told, and the right one leads to where one wanted to go', { skip }, async () => {
  const { context, page } = await openPage(browser)
  await page.goto(house.at('/extensions?search=20'))
  await page.getByLabel('E-mail').fill(administrator.email)
  await page.getByRole('textbox', { name: 'Password' }).fill('not the password at all')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('alert').waitFor()
  await page.getByRole('textbox', { name: 'Password' }).fill(administrator.password)
  await page.keyboard.press('Enter')
  await heading(page, 'Extensions').waitFor()
  assert.equal(new URL(page.url()).search, '?search=20')
  await context.close()
})

test('a session that ends leads to sign-in and back', { skip }, async () => {
  const { context, page } = await openPage(browser)
  await signInInBrowser(page, house.at('/'))
  await heading(page, 'Overview').waitFor()
  await context.clearCookies()
  await page.getByRole('navigation').getByRole('link', { name: 'Audit log' }).click()
  await heading(page, 'Sign in').waitFor()
  await page.getByLabel('E-mail').fill(administrator.email)
  await page.getByRole('textbox', { name: 'Password' }).fill(administrator.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await heading(page, 'Audit log').waitFor()
  await page.getByText('Signed in').first().waitFor()
  await page.getByRole('button', { name: /^Account of/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await heading(page, 'Sign in').waitFor()
  await context.close()
})

test('a user is made in the panel and sees only what the role allows', { skip }, async () => {
  const admin = await openPage(browser)
  await signInInBrowser(admin.page, house.at('/users'))
  await admin.page.getByRole('button', { name: 'New user' }).click()
  await admin.page.getByRole('textbox', { name: 'Name' }).fill('Uwe User')
  await admin.page.getByRole('textbox', { name: 'E-mail' }).fill('uwe@example.test')
  await admin.page.getByRole('textbox', { name: 'Password' }).fill('short')
  await admin.page.getByRole('button', { name: 'Create user' }).click()
  await admin.page.getByText('Use at least 12 characters.').waitFor()
  await admin.page.getByRole('textbox', { name: 'Password' }).fill('a long one for uwe only')
  await admin.page.getByRole('button', { name: 'Create user' }).click()
  await admin.page.getByRole('row', { name: /Uwe User.*uwe@example.test.*User.*Active.*Never/ }).waitFor()
  await admin.context.close()

  const { context, page, complaints } = await openPage(browser)
  await page.goto(house.at('/extensions'))
  await page.getByLabel('E-mail').fill('uwe@example.test')
  await page.getByRole('textbox', { name: 'Password' }).fill('a long one for uwe only')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('row', { name: /Anna Berg/ }).waitFor()
  assert.equal(await page.getByRole('button', { name: 'New extension' }).count(), 0)
  assert.equal(await page.getByRole('button', { name: /Actions for/ }).count(), 0)
  assert.deepEqual(await page.getByRole('navigation').getByRole('link').allInnerTexts(), ['Overview', 'Extensions', 'Ring groups', 'Attendants', 'Opening hours', 'Parking', 'Dial plan', 'Conference rooms', 'Registered phones', 'Live calls', 'Call history'])
  await page.goto(house.at('/users'))
  await heading(page, 'You may not see this').waitFor()
  await page.goto(house.at('/'))
  await heading(page, 'Overview').waitFor()
  await page.getByText('No calls yet.', { exact: true }).waitFor()
  assert.deepEqual(complaints, [])
  await context.close()
})

test('what someone else changed meanwhile is not overwritten', { skip }, async () => {
  const { context, page } = await openPage(browser)
  const line = await house.desk.extension('210', { name: 'Shared' })
  await signInInBrowser(page, house.at(`/extensions/${line.extensionId}`))
  await page.getByRole('button', { name: 'Edit' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill('Mine')
  await house.desk.api.ask('PATCH', `/extensions/${line.extensionId}`, { name: 'Theirs' })
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('dialog').getByRole('alert').waitFor()
  await page.keyboard.press('Escape')
  await heading(page, '210 Theirs').waitFor()
  await page.getByRole('button', { name: 'Edit' }).click()
  assert.equal(await page.getByRole('textbox', { name: 'Name' }).inputValue(), 'Theirs')
  await page.getByRole('textbox', { name: 'Name' }).fill('Mine')
  await page.getByRole('button', { name: 'Save' }).click()
  await heading(page, '210 Mine').waitFor()
  await page.getByRole('button', { name: 'Actions for extension 210' }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await page.getByRole('button', { name: 'Delete extension' }).click()
  await heading(page, 'Extensions').waitFor()
  await page.getByRole('row', { name: /Anna Berg/ }).waitFor()
  assert.equal(await page.getByRole('row', { name: /Mine/ }).count(), 0)
  await context.close()
})

test('keyboard: search, quick navigation, escape', { skip }, async () => {
  const { context, page } = await openPage(browser)
  await signInInBrowser(page, house.at('/extensions'))
  await page.getByRole('row', { name: /Anna Berg/ }).waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('nobody')
  await page.getByText('Nothing found').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('row', { name: /Anna Berg/ }).waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Go to a screen or an extension' }).fill('ann')
  await page.getByRole('option', { name: /201 Anna Berg/ }).waitFor()
  await page.keyboard.press('Enter')
  await heading(page, '201 Anna Berg').waitFor()
  await page.goto(house.at('/extensions'))
  const create = page.getByRole('button', { name: 'New extension' })
  await create.focus()
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').getByRole('textbox', { name: 'Number' }).waitFor()
  assert.equal(await page.evaluate(`document.activeElement.getAttribute('inputmode')`), 'numeric', 'the first field has the focus')
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await page.locator('button:focus', { hasText: 'New extension' }).waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('combobox').waitFor({ state: 'hidden' })
  await context.close()
})

test('colours are kept over a reload', { skip }, async () => {
  const { context, page } = await openPage(browser, 'desk', 'light')
  const scheme = (): Promise<unknown> => page.evaluate(`document.documentElement.getAttribute('data-mantine-color-scheme')`)
  await signInInBrowser(page, house.at('/account'))
  await heading(page, 'My account').waitFor()
  assert.equal(await scheme(), 'light')
  await page.locator('label', { hasText: 'Dark' }).click()
  assert.equal(await scheme(), 'dark')
  await page.reload({ waitUntil: 'commit' })
  await heading(page, 'My account').waitFor()
  assert.equal(await scheme(), 'dark')
  await context.close()
})

test('a lost live connection is told, and what was missed is caught up with', { skip }, async () => {
  const { context, page } = await openPage(browser)
  let open: WebSocketRoute | undefined
  let refuse = false
  await page.routeWebSocket(/\/api\/v1\/live$/, (socket) => {
    if (refuse) return void socket.close({ code: 1001 })
    open = socket
    socket.connectToServer()
  })
  await signInInBrowser(page, house.at('/registrations'))
  await page.getByText('No phone is registered').waitFor()
  assert.ok(open, 'the panel opened the live connection')
  refuse = true
  await open.close({ code: 1001 })
  await page.getByText('Connection lost').waitFor()
  const { number, user, password } = await house.desk.extension('202', { name: 'Ben Okafor' })
  await house.desk.registered({ user, password })
  assert.equal(await page.getByRole('row', { name: /Ben Okafor/ }).count(), 0)
  refuse = false
  await page.getByRole('button', { name: 'Try now' }).click()
  await page.getByRole('row', { name: new RegExp(`${number}.*Ben Okafor`) }).waitFor()
  await page.getByText('Connection lost').waitFor({ state: 'hidden' })
  await context.close()
})
