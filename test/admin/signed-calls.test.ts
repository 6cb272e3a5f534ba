/** Signed calls in the panel: a certificate and authorities are entered, a trunk signs and verifies, and the page of a call says what its signature was worth. */
import assert from 'node:assert/strict'
import { createPrivateKey } from 'node:crypto'
import { test } from 'node:test'
import { writeIdentity } from '../../pbx/stir/identity-header.ts'
import { writePassport } from '../../pbx/stir/passport.ts'
import { startCertificateServer } from '../support/certificate-server.ts'
import { openPhone } from '../support/phone.ts'
import { stirAuthority } from '../support/stir-authority.ts'
import { skip } from './browser.ts'
import { enterPanelHouse } from './panel-house.ts'

test('a certificate is entered, a trunk signs and verifies, and a call shows it', { skip, timeout: 180_000 }, async (t) => {
  const authority = await stirAuthority()
  const pair = await authority.issue()
  const server = await startCertificateServer()
  t.after(() => server.close())
  const { desk, page, complaints } = await enterPanelHouse(t, ({ stir, registrar }) => {
    Object.assign(stir, { networks: ['127.0.0.1'] })
    registrar.qualifySeconds = 0
  })
  const carrier = await openPhone({ server: desk.sip, user: 'carrier', password: '' })
  t.after(() => carrier.close())
  await desk.api.post('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port })
  const anna = await desk.registered(await desk.extension('101', { name: 'Anna' }))
  await desk.api.post('/inbound-numbers', { number: '+12025550123', name: 'Anna', destination: '101' })
  const shot = async (name: string): Promise<void> => { if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/${name}.png` }) }

  await page.getByRole('link', { name: 'Signed calls' }).click()
  await page.getByRole('button', { name: 'Enter a certificate' }).click()
  const form = page.getByRole('dialog', { name: 'Certificate for calls' })
  await form.getByRole('textbox', { name: 'Certificate', exact: true }).fill(pair.certificate)
  await form.getByRole('button', { name: 'Save' }).click()
  await form.getByText('Enter the key together with its certificate.').waitFor()
  await form.getByRole('textbox', { name: 'Its key' }).fill(authority.key)
  await form.getByRole('textbox', { name: 'Published elsewhere' }).fill('https://certificates.example.com/calls.pem')
  await form.getByRole('button', { name: 'Save' }).click()
  await form.getByText(/This is not the key of the certificate/).waitFor()
  await form.getByRole('textbox', { name: 'Its key' }).fill(pair.key)
  await shot('signed-calls-form')
  await form.getByRole('button', { name: 'Save' }).click()
  const ours = page.getByRole('region', { name: 'Our certificate' })
  await ours.getByText('709J', { exact: true }).waitFor()
  await ours.getByText(/The certificate that calls are signed with ends on/).waitFor()
  const theirs = page.getByRole('region', { name: 'Trusted authorities' })
  await theirs.getByRole('button', { name: 'Change' }).click()
  const trusted = page.getByRole('dialog', { name: 'Trusted authorities' })
  await trusted.getByRole('textbox', { name: 'Certificates of authorities' }).fill(authority.certificate)
  await trusted.getByRole('button', { name: 'Save' }).click()
  await theirs.getByText('CN=Test STI authority').waitFor()

  await page.getByRole('link', { name: 'Trunks', exact: true }).first().click()
  await page.getByRole('button', { name: 'Actions for trunk Carrier' }).click()
  await page.getByRole('menuitem', { name: 'Edit' }).click()
  const edit = page.getByRole('dialog', { name: 'Edit trunk Carrier' })
  await edit.getByRole('checkbox', { name: 'Sign our calls' }).check()
  await edit.getByRole('combobox', { name: 'Calls of this carrier' }).click()
  await page.getByRole('option', { name: 'Are refused when the signature is wrong' }).click()
  await edit.getByRole('combobox', { name: 'Calls of this carrier' }).scrollIntoViewIfNeeded()
  await shot('signed-calls-trunk')
  await edit.getByRole('button', { name: 'Save' }).click()
  await edit.waitFor({ state: 'detached' })
  await page.getByRole('link', { name: 'Signed calls' }).click()
  await page.getByText('our calls are signed; its calls are refused when their signature is wrong.').waitFor()
  await shot('signed-calls')
  await page.setViewportSize({ width: 390, height: 800 })
  await shot('signed-calls-phone')
  await page.setViewportSize({ width: 1280, height: 900 })

  const url = server.publish('a.pem', pair.certificate)
  const token = writePassport(createPrivateKey(pair.key), url, { attest: 'A', dest: ['12025550123'], iat: Math.floor(Date.now() / 1000), orig: '12025550999', origid: '00000000-0000-8000-8000-000000000001' })
  const call = await carrier.invite('+12025550123', { headers: [['P-Asserted-Identity', '<sip:+12025550999@carrier.example>'], ['Identity', writeIdentity(token, url)]] })
  const there = await anna.nextCall()
  await there.answer()
  await call.answered()
  const [{ id } = { id: '' }] = await desk.liveCalls()
  await page.goto(new URL(`/admin/calls/${id}`, page.url()).href)
  await page.getByText('Verified (A)').waitFor()
  await page.getByText(/The signature of the caller is good and attests caller and number \(A\)/).waitFor()
  await page.getByText('Verified (A)').scrollIntoViewIfNeeded()
  await shot('signed-call')
  await call.bye()
  await there.ended()
  // A key that is another's.
  assert.deepEqual(complaints.map((one) => one.slice(0, 4)), ['422 '])
})
