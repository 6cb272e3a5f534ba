/** Media servers in the panel: their limits, one that is lost, and one that is given no new calls. */
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { FakeFreeswitch } from '../support/fake-freeswitch.ts'
import { launch, openPage, skip } from './browser.ts'
import { setUpInBrowser, startPanelHouse, type PanelHouse } from './panel-house.ts'

let house: PanelHouse
let browser: Browser
let small: FakeFreeswitch
let large: FakeFreeswitch

before(async () => {
  if (skip) return
  small = await FakeFreeswitch.open()
  small.maxSessions = 1000
  large = await FakeFreeswitch.open()
  house = await startPanelHouse((settings) => {
    settings.media.freeswitch = { profile: 'drachtio_mrf', servers: [small, large].map(({ port, password }) => ({ host: '127.0.0.1', port, secret: password, weight: 1 })) }
  })
  browser = await launch()
})

after(async () => {
  await browser?.close()
  await house?.close()
  await small?.close()
  await large?.close()
})

test('system health shows each server, what to raise, and takes one out of service and back', { skip, timeout: 120_000 }, async () => {
  const { page } = await openPage(browser)
  await setUpInBrowser(page, house.setupLink)
  await page.goto(house.at('/system'))
  const panel = page.getByRole('region', { name: 'Media servers' })
  await panel.getByText('0 of 1000 sessions').waitFor()
  await panel.getByText('It takes 1000 sessions at most, which is 500 calls.').waitFor()
  const address = `127.0.0.1:${large.port}`
  await panel.getByRole('button', { name: `Give ${address} no new calls` }).click()
  await panel.getByText('Drained').waitFor()
  await page.getByText(`${address} takes no new calls; 0 audio connections are left on it.`).waitFor()
  if (process.env['SCREENSHOT']) await page.screenshot({ path: process.env['SCREENSHOT'], fullPage: true })
  await panel.getByRole('button', { name: `Give ${address} calls again` }).click()
  await panel.getByText('Drained').waitFor({ state: 'detached' })
  await large.close()
  await panel.getByText('Not connected').waitFor()
})
