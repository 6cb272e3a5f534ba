/** A second factor in the panel: set up, asked for at sign-in, required of others, reset. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Secret, TOTP } from 'otpauth'
import { administrator } from '../support/http-client.ts'
import { skip } from './browser.ts'
import { enterPanelHouse } from './panel-house.ts'

const codeOf = (secret: string, ahead = 0): string => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + ahead * 30_000 })

test('a second factor is set up, required, asked for and reset', { skip, timeout: 120_000 }, async (t) => {
  const { desk, page, complaints } = await enterPanelHouse(t)
  const picture = async (name: string): Promise<void> => {
    if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/second-factor-${name}.png` })
  }
  await desk.api.post('/users', { name: 'Ben Okafor', email: 'ben@example.com', password: 'correct horse battery', roles: ['user'] })
  const path = (to: string): string => new URL(`/admin${to}`, page.url()).href

  await page.goto(path('/account'))
  await page.getByRole('button', { name: 'Set up' }).click()
  await page.getByLabel('Your password').fill(administrator.password)
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('img', { name: 'QR code for the authenticator app' }).waitFor()
  await picture('enrolment')
  const secret = (await page.getByRole('dialog').locator('code').first().textContent()) ?? ''
  await page.getByLabel('Code', { exact: true }).fill(codeOf(secret))
  await page.getByRole('button', { name: 'Confirm' }).click()
  const codes = page.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem')
  await codes.nth(9).waitFor()
  const [recovery = ''] = await codes.allTextContents()
  await picture('recovery-codes')
  await page.getByRole('button', { name: 'I have kept them' }).click()
  await page.getByText('10 recovery codes left').waitFor()
  await picture('account')

  await page.goto(path('/users'))
  await page.getByRole('radio', { name: 'Everybody' }).click()
  await page.getByRole('button', { name: 'Require it' }).click()
  await page.getByText('Saved.').waitFor()
  await picture('users')

  await page.goto(path('/account'))
  await page.getByRole('button', { name: 'Sign out' }).first().click()
  const password = async (email: string, word: string): Promise<void> => {
    await page.getByLabel('E-mail').fill(email)
    await page.getByRole('textbox', { name: 'Password' }).fill(word)
    await page.getByRole('button', { name: 'Sign in' }).click()
  }
  await password('ben@example.com', 'correct horse battery')
  await page.getByRole('heading', { name: 'A second factor' }).waitFor()
  await page.getByRole('img', { name: 'QR code for the authenticator app' }).waitFor()
  await picture('required')
  await page.getByLabel('Code', { exact: true }).fill(codeOf((await page.locator('code').first().textContent()) ?? ''))
  await page.getByRole('button', { name: 'Confirm' }).click()
  await page.getByRole('button', { name: 'I have kept them' }).click()
  await page.getByRole('navigation').first().waitFor({ state: 'attached' })
  await page.goto(path('/account'))
  await page.getByText('Your organisation requires it.').waitFor()
  await page.getByRole('button', { name: 'Sign out' }).first().click()

  await password(administrator.email, administrator.password)
  await page.getByRole('heading', { name: 'Your code' }).waitFor()
  await page.getByLabel('Code', { exact: true }).fill(codeOf(secret, 10))
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('The code is wrong').waitFor()
  await picture('code')
  assert.ok(complaints.some((complaint) => complaint.startsWith('401')), 'the wrong code was refused')
  complaints.splice(0)
  await page.getByLabel('Code', { exact: true }).fill(recovery)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('navigation').first().waitFor({ state: 'attached' })

  await page.goto(path('/users'))
  await page.getByRole('button', { name: 'Actions for Ben Okafor' }).click()
  await page.getByRole('menuitem', { name: 'Reset second factor' }).click()
  await page.getByRole('button', { name: 'Reset second factor' }).click()
  await page.getByText('The second factor is reset.').waitFor()
  await page.getByRole('row', { name: /Ben Okafor.*None/ }).waitFor()
  assert.deepEqual(complaints, [])
})
