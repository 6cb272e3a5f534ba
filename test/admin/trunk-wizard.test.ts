/** A new trunk in three steps: the carrier, what its account says, whether it answers; and a PBX that registers here. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openPhone } from '../support/phone.ts'
import { freePort } from '../support/ports.ts'
import { skip } from './browser.ts'
import { enterPanelHouse } from './panel-house.ts'

test('a trunk by the wizard: what is wrong is said, corrected and checked again', { skip, timeout: 240_000 }, async (t) => {
  const { desk, page, complaints } = await enterPanelHouse(t)
  const carrier = await openPhone({ server: desk.sip, user: 'carrier', password: '' })
  const branch = await openPhone({ server: desk.sip, user: 'branch', password: 'a-long-secret-of-the-branch' })
  t.after(async () => {
    await carrier.close()
    await branch.close()
  })
  const nobody = await freePort()
  const shot = async (name: string) => {
    if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/${name}.png` })
  }
  await page.getByRole('link', { name: 'Trunks' }).click()
  await page.getByRole('button', { name: 'New trunk' }).first().click()
  const wizard = page.getByRole('dialog', { name: 'New trunk' })
  const choose = async (name: string) => {
    await wizard.getByRole('combobox', { name: 'Carrier' }).click()
    await page.getByRole('option', { name }).click()
  }
  await choose('Twilio Elastic SIP Trunking')
  await wizard.getByText('Termination SIP URI').waitFor()
  await wizard.getByText('Sound: G.711 µ-law (PCMU), G.711 A-law (PCMA).').waitFor()
  await shot('wizard-account')
  await choose('Another carrier that knows our address')
  await wizard.getByLabel('Name').fill('Carrier')
  await wizard.getByLabel('SIP server').fill(`127.0.0.1:${nobody}`)
  await wizard.getByRole('combobox', { name: 'Codecs' }).click()
  for (const name of ['G.711 A-law (PCMA)', 'G.711 µ-law (PCMU)']) await page.getByRole('option', { name }).click()
  await page.keyboard.press('Escape')
  await wizard.getByRole('combobox', { name: 'Keys that are pressed (DTMF)' }).click()
  await page.getByRole('option', { name: 'By SIP INFO' }).click()
  await shot('wizard-sound')
  await wizard.getByRole('button', { name: 'Save and check' }).click()
  await wizard.getByText('Not yet').waitFor({ timeout: 60_000 })
  await shot('wizard-wrong')
  await wizard.getByRole('button', { name: 'Back' }).click()
  await wizard.getByLabel('SIP server').fill(`127.0.0.1:${carrier.local.port}`)
  await wizard.getByRole('button', { name: 'Save and check' }).click()
  await wizard.getByText('It works').waitFor({ timeout: 60_000 })
  await shot('wizard-right')
  await wizard.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('cell', { name: 'Answers' }).waitFor()
  const [kept] = await desk.api.get<{ name: string; register: boolean; port: number; codecs: string[]; dtmf: string }[]>('/trunks')
  assert.deepEqual([kept?.name, kept?.register, kept?.port, kept?.codecs, kept?.dtmf], ['Carrier', false, carrier.local.port, ['PCMA', 'PCMU'], 'info'])

  // Header rules: tried on a message, then kept.
  await page.getByRole('button', { name: /trunk Carrier/ }).click()
  await page.getByRole('menuitem', { name: 'Header rules' }).click()
  const rules = page.getByRole('dialog', { name: 'Header rules of trunk Carrier' })
  await rules.getByRole('button', { name: 'Add rule' }).click()
  await rules.getByLabel('Header', { exact: true }).fill('Via')
  await rules.getByLabel('Content').fill('{tenant} {called}')
  await rules.getByRole('button', { name: 'Save' }).click()
  await rules.getByText('Via carries the call itself').waitFor()
  await rules.getByLabel('Header', { exact: true }).fill('X-Account')
  await rules.getByLabel('Message').fill('INVITE sip:+12025550123@carrier.example SIP/2.0\nFrom: <sip:+15550001000@a.example>')
  await rules.getByRole('button', { name: 'Try' }).click()
  await rules.getByRole('region', { name: 'The message afterwards' }).getByText(/X-Account: \w+ \+12025550123/).waitFor()
  await shot('header-rules')
  await page.setViewportSize({ width: 390, height: 844 })
  await shot('header-rules-phone')
  await page.setViewportSize({ width: 1280, height: 800 })
  await rules.getByRole('button', { name: 'Save' }).click()
  await rules.waitFor({ state: 'hidden' })
  assert.deepEqual((await desk.api.get<{ headerRules: unknown }[]>('/trunks'))[0]?.headerRules, [{ direction: 'out', action: 'add', header: 'X-Account', match: null, value: '{tenant} {called}' }])

  await page.getByRole('button', { name: 'New trunk' }).first().click()
  await choose('A PBX of ours or of a customer')
  await wizard.getByLabel('Name', { exact: false }).first().fill('Branch')
  await wizard.getByLabel('User name').fill('branch')
  await wizard.getByLabel(/^Password of at least/).fill('a-long-secret-of-the-branch')
  await wizard.getByRole('button', { name: 'Save and check' }).click()
  await wizard.getByText('It is ready').waitFor()
  await wizard.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('cell', { name: 'Not registered' }).waitFor()
  assert.equal((await branch.register()).status, 200)
  await page.getByRole('cell', { name: `127.0.0.1:${branch.local.port} UDP` }).waitFor()
  await shot('trunk-peer')
  // The rule that was refused.
  assert.deepEqual(complaints.filter((one) => !/^422 \S+\/trunks\/[\w-]+$/.test(one)), [])
})
