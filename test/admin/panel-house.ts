/** The whole house, freshly installed, as a newcomer finds it: nobody has made an administrator yet. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Page } from 'playwright-core'
import { createLogger } from '../../config/logger.ts'
import type { Settings } from '../../config/settings/index.ts'
import { startDialplane, type Dialplane } from '../../main.ts'
import { sipPlace, testSettings } from '../support/house.ts'
import { lendReadyHome } from '../support/lent-home.ts'
import { administrator, ApiClient } from '../support/http-client.ts'
import { Desk } from '../support/desk.ts'
import { freePort } from '../support/ports.ts'
import { keepSpeech, lendSpeech } from '../support/spoken.ts'
import { buildPanel, launch, openPage } from './browser.ts'

export interface PanelHouse {
  dialplane: Dialplane
  /** Extensions and phones without the panel; its API is signed in only after `desk.api.signIn()`. */
  desk: Desk
  /** Address of a page of the panel. */
  at(path: string): string
  setupLink: string
  close(): Promise<void>
}

export async function startPanelHouse(change: (settings: Settings) => void = () => undefined): Promise<PanelHouse> {
  await buildPanel()
  const home = await mkdtemp(join(tmpdir(), 'dialplane-panel-'))
  const settings = testSettings(home)
  // Credentials name the port that is set, and phones here take it from the dialog.
  settings.sip.port = await freePort()
  change(settings)
  const logger = createLogger(process.env['TEST_LOG'] ?? 'error', { write: (line: string) => void process.stderr.write(line) })
  await lendReadyHome(home)
  await lendSpeech(home)
  const dialplane = await startDialplane(settings, logger)
  const setupLink = await dialplane.api.setupLink()
  assert.ok(setupLink, 'a fresh house prints a setup link')
  const desk = new Desk(new ApiClient(dialplane.api.url), sipPlace(dialplane.pbx.sipAddresses()))
  return {
    dialplane,
    desk,
    setupLink,
    at: (path) => new URL(`/admin${path}`, dialplane.api.url).href,
    async close() {
      await desk.closePhones()
      await dialplane.close()
      await keepSpeech(home)
      await rm(home, { recursive: true, force: true })
    },
  }
}

/** Makes the first administrator in the browser, as the printed link leads to it. */
/** A house whose first administrator has just come in, in the browser and at the API; everything is closed after the test. */
export async function enterPanelHouse(t: TestContext, change?: (settings: Settings) => void): Promise<{ desk: Desk; page: Page; complaints: string[] }> {
  const house = await startPanelHouse(change)
  t.after(() => house.close())
  const browser = await launch()
  t.after(() => browser.close())
  const { page, complaints } = await openPage(browser)
  await setUpInBrowser(page, house.setupLink)
  await house.desk.api.signIn()
  return { desk: house.desk, page, complaints }
}

export async function setUpInBrowser(page: Page, setupLink: string): Promise<void> {
  await page.goto(setupLink)
  await page.getByLabel('Your name').fill(administrator.name)
  await page.getByLabel('E-mail').fill(administrator.email)
  await page.getByRole('textbox', { name: 'Password' }).fill(administrator.password)
  await page.getByRole('button', { name: 'Create administrator' }).click()
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
}

export async function signInInBrowser(page: Page, address: string): Promise<void> {
  await page.goto(address)
  await page.getByLabel('E-mail').fill(administrator.email)
  await page.getByRole('textbox', { name: 'Password' }).fill(administrator.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('navigation').first().waitFor({ state: 'attached' })
}
