/** Sign-in by OpenID Connect in the panel, with a real provider: set up, tried, used, refused, signed out from. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openRealProvider } from '../support/open-id-providers.ts'
import { freePort } from '../support/ports.ts'
import { skip, viewports } from './browser.ts'
import { enterPanelHouse } from './panel-house.ts'

test('people sign in with a provider', { skip, timeout: 240_000 }, async (t) => {
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const provider = await openRealProvider(origin)
  t.after(() => provider.close())
  provider.accounts.set('grace', { email: 'grace@example.com', email_verified: true, name: 'Grace Lee', groups: ['phones'] })
  const { page, complaints } = await enterPanelHouse(t, (settings) => {
    settings.http.port = port
    settings.signIn.networks = ['127.0.0.0/8']
  })
  const picture = async (name: string): Promise<void> => {
    if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/providers-${name}.png` })
  }
  await page.goto(`${origin}/admin/users`)
  await page.getByRole('button', { name: 'New provider' }).click()
  await page.getByText(`${origin}/admin/sign-in/provider`).or(page.locator(`input[value="${origin}/admin/sign-in/provider"]`)).first().waitFor()
  await page.getByRole('textbox', { name: 'Name' }).fill('Company account')
  await page.getByRole('textbox', { name: 'Issuer' }).fill('https://10.0.0.1')
  await page.getByRole('textbox', { name: 'Client ID' }).fill(provider.clientId)
  await page.getByLabel('Client secret').fill(provider.clientSecret)
  await page.getByLabel('Add people at their first sign-in').check()
  await page.getByRole('combobox', { name: 'Role without a group' }).click()
  await page.getByRole('option', { name: 'User', exact: true }).click()
  await page.getByRole('textbox', { name: 'Groups claim' }).fill('groups')
  await page.getByRole('button', { name: 'Add a group' }).click()
  await page.getByLabel('Group 1', { exact: true }).fill('bosses')
  await page.getByRole('button', { name: 'Add provider' }).click()
  await page.getByText('SIGN_IN_NETWORKS').waitFor()
  await picture('form')
  assert.ok(complaints.splice(0).every((complaint) => complaint.startsWith('422')), 'a private network was refused')
  await page.getByRole('textbox', { name: 'Issuer' }).fill(provider.issuer)
  await page.getByRole('button', { name: 'Add provider' }).click()
  await page.getByRole('button', { name: 'Actions for Company account' }).click()
  await page.getByRole('menuitem', { name: 'Test' }).click()
  await page.getByText('metadata and keys are in order').waitFor()
  await page.getByText('Only with a provider').scrollIntoViewIfNeeded()
  await picture('users')
  await page.setViewportSize(viewports.phone)
  await picture('users-phone')
  await page.setViewportSize(viewports.desk)

  await page.goto(`${origin}/admin/account`)
  await page.getByRole('button', { name: 'Sign out' }).first().click()
  const leave = async (): Promise<void> => {
    await page.getByRole('button', { name: 'Sign in with Company account' }).click()
    await page.waitForURL(`${provider.issuer}/**`)
  }
  await page.getByRole('button', { name: 'Sign in with Company account' }).waitFor()
  await picture('sign-in')
  await leave()
  await page.getByText('Cancel').click()
  await page.getByText('did not let you in, or you cancelled').waitFor()
  await picture('cancelled')
  assert.ok(complaints.splice(0).every((complaint) => complaint.startsWith('401')))
  assert.ok(!page.url().includes('state='), 'nothing of it stays in the address')
  await page.getByRole('button', { name: 'Back to sign-in' }).click()
  await leave()
  await page.locator('input[name=login]').fill('grace')
  await page.locator('input[name=password]').fill('any')
  await page.locator('button[type=submit]').click()
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('navigation').first().waitFor({ state: 'attached' })
  await page.goto(`${origin}/admin/account`)
  await page.getByText('grace@example.com').waitFor()
  assert.equal(await page.getByRole('heading', { name: 'Password', exact: true }).count(), 0, 'there is none to be changed')
  await page.getByRole('button', { name: 'Sign out' }).first().click()
  await page.waitForURL(`${provider.issuer}/**`)
  await page.getByRole('button', { name: /yes/i }).click()
  await page.waitForURL(`${origin}/admin/sign-in**`)
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  assert.deepEqual(complaints, [])
})
