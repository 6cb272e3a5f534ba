/** Passkeys in the panel, with the virtual authenticator of the browser: added, as second factor, alone, required, removed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { eventually } from '../support/eventually.ts'
import { administrator } from '../support/http-client.ts'
import { freePort } from '../support/ports.ts'
import { skip, viewports } from './browser.ts'
import { enterPanelHouse } from './panel-house.ts'

/** The browser has a key of its own, with a PIN that is always right. */
async function plugKey(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  await devtools.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } })
}

test('a passkey is added, stands beside the password and alone, meets the rule, and is removed', { skip, timeout: 120_000 }, async (t) => {
  const port = await freePort()
  const { desk, page, complaints } = await enterPanelHouse(t, ({ http }) => Object.assign(http, { port, publicUrl: `http://localhost:${port}` }))
  await plugKey(page)
  const picture = async (name: string): Promise<void> => {
    if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/passkeys-${name}.png`, fullPage: true })
  }
  await desk.api.post('/users', { name: 'Ben Okafor', email: 'ben@example.com', password: 'correct horse battery', roles: ['user'] })
  const path = (to: string): string => new URL(`/admin${to}`, page.url()).href
  const signedIn = (): Promise<void> => page.getByRole('navigation').first().waitFor({ state: 'attached' })

  await page.goto(`http://127.0.0.1:${port}/admin/sign-in`)
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await page.getByText(`http://localhost:${port}`).waitFor()
  await picture('elsewhere')
  await page.goto(`http://localhost:${port}/admin/account`)
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill('Laptop')
  await page.getByLabel('Your password').fill(administrator.password)
  await picture('add')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem').nth(9).waitFor()
  await page.getByRole('button', { name: 'I have kept them' }).click()
  await page.getByText('Laptop', { exact: true }).waitFor()
  await picture('account')
  await page.setViewportSize(viewports.phone)
  await eventually(() => page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth'), 'nothing sticks out on a phone')
  await picture('account-phone')
  await page.setViewportSize(viewports.desk)

  await page.getByRole('button', { name: 'New recovery codes' }).click()
  await page.getByLabel('Your password').fill(administrator.password)
  await page.getByRole('button', { name: 'Make new codes' }).click()
  await page.getByRole('list', { name: 'Recovery codes' }).waitFor()
  await page.getByRole('button', { name: 'I have kept them' }).click()

  const signOut = async (): Promise<void> => {
    await page.goto(path('/account'))
    await page.getByRole('button', { name: 'Sign out' }).first().click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  }
  const password = async (email: string, word: string): Promise<void> => {
    await page.getByLabel('E-mail').fill(email)
    await page.getByRole('textbox', { name: 'Password' }).fill(word)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  }
  await signOut()
  await picture('sign-in')
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await signedIn()
  await signOut()
  await password(administrator.email, administrator.password)
  await page.getByRole('heading', { name: 'Your second factor' }).waitFor()
  await picture('second')
  await page.getByRole('button', { name: 'Use your passkey' }).click()
  await signedIn()

  await page.goto(path('/users'))
  await page.getByRole('radio', { name: 'Everybody' }).click()
  await page.getByRole('button', { name: 'Require it' }).click()
  await page.getByText('Saved.').waitFor()
  await signOut()
  await password('ben@example.com', 'correct horse battery')
  await page.getByText('Passkey', { exact: true }).click()
  await picture('required')
  await page.getByRole('button', { name: 'Add passkey' }).click()
  await page.getByRole('button', { name: 'I have kept them' }).click()
  await signedIn()
  await page.goto(path('/account'))
  await page.getByRole('button', { name: 'Actions for My passkey' }).click()
  await page.getByRole('menuitem', { name: 'Remove' }).click()
  await page.getByLabel('Your password').fill('correct horse battery')
  await page.getByRole('button', { name: 'Remove', exact: true }).click()
  await page.getByText('Your organisation requires a second factor.').waitFor()
  assert.ok(complaints.splice(0).every((complaint) => complaint.startsWith('409')))
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).or(page.locator('.mantine-Modal-close')).first().click()
  await page.getByRole('button', { name: 'Actions for My passkey' }).click()
  await page.getByRole('menuitem', { name: 'Rename' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill('Phone')
  await page.getByRole('button', { name: 'Rename' }).click()
  await page.getByText('Phone', { exact: true }).waitFor()
  assert.deepEqual(complaints, [])
})
