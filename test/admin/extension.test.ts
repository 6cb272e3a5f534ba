/** The extension for browsers, as people download it: numbers of every page ring the own phone, and no page gets at the token or calls by itself. */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { unzipSync } from 'fflate'
import type { Page } from 'playwright-core'
import { eventually } from '../support/eventually.ts'
import { ApiClient } from '../support/http-client.ts'
import { launch, openPage, openProfile, skip } from './browser.ts'
import { setUpInBrowser, signInInBrowser, startPanelHouse } from './panel-house.ts'

const HTML = `<!doctype html><meta charset="utf-8"><title>Shop</title><p id="text">Call Ben at +1 (202) 555-0123 today.</p><p id="tel"><a href="tel:102">Ben</a></p><p id="dear"><a href="tel:103">Dear</a></p>
<script>
  // What a page tries that wants calls nobody clicked, and the token.
  window.attack = () => {
    document.querySelector('#dear a').dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }))
    window.dialplaneExtension = { ask: () => Promise.resolve({ data: {} }) }
    return [typeof window.chrome?.storage, typeof window.chrome?.runtime?.sendMessage, document.querySelector('dialplane-calls')?.shadowRoot ?? null]
  }
  // After everybody else, so that nothing else is led away.
  window.addEventListener('click', (event) => { if (!event.isTrusted) event.preventDefault() })
</script>`

test('numbers of any page are called by the extension, with a token that only it knows', { skip, timeout: 240_000 }, async (t) => {
  const house = await startPanelHouse()
  t.after(() => house.close())
  const browser = await launch()
  t.after(() => browser.close())
  const panel = await openPage(browser)
  await setUpInBrowser(panel.page, house.setupLink)
  const { desk } = house
  await desk.api.signIn()
  const [line, other] = [await desk.extension('101', { name: 'Anna' }), await desk.extension('102', { name: 'Ben' })]
  await desk.extension('103', { name: 'Dear' })
  const [anna, ben] = [await desk.registered(line), await desk.registered(other)]
  const her = { name: 'Anna', email: 'anna@example.test', password: 'walnut harbour kite' }
  await desk.api.post('/users', { ...her, roles: ['user'], extensionId: line.extensionId })
  const own = new ApiClient(desk.api.url)
  await own.signIn(her)
  const { token } = await own.post<{ token: string }>('/auth/dial-tokens', { name: 'Browser', expiresAt: new Date(Date.now() + 86_400_000).toISOString() })

  // Downloaded in the panel, unpacked as people do.
  const account = await openPage(browser)
  await signInInBrowser(account.page, house.at('/account'))
  const [download] = await Promise.all([account.page.waitForEvent('download'), account.page.getByRole('link', { name: 'Download extension' }).click()])
  assert.equal(download.suggestedFilename(), 'dialplane-extension.zip')
  if (process.env['SCREENSHOTS']) await account.page.screenshot({ path: `${process.env['SCREENSHOTS']}/extension-account.png`, fullPage: true })
  const files = unzipSync(new Uint8Array(await (await fetch(new URL('/dial/dialplane-extension.zip', desk.api.url))).arrayBuffer()))
  const folder = await mkdtemp(join(tmpdir(), 'dialplane-extension-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  for (const [name, body] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), body)
  }
  const unpacked = join(folder, 'dialplane-extension')
  const hers = await openProfile([`--disable-extensions-except=${unpacked}`, `--load-extension=${unpacked}`, '--disable-features=DisableLoadExtensionCommandLineSwitch'])
  t.after(() => hers.close())
  const worker = hers.context.serviceWorkers()[0] ?? (await hers.context.waitForEvent('serviceworker'))
  const popupAt = new URL('/popup.html', worker.url()).href

  const shop = createServer((_request, response) => void response.setHeader('Content-Type', 'text/html').end(HTML))
  await new Promise<void>((resolve) => void shop.listen(0, '127.0.0.2', resolve))
  t.after(() => {
    shop.closeAllConnections()
    shop.close()
  })
  const address = `http://127.0.0.2:${(shop.address() as AddressInfo).port}/`
  const { page } = hers
  // Without a token pages are as they are.
  await page.goto(address)
  await page.waitForLoadState('networkidle')
  assert.equal(await page.locator('#text a').count(), 0)

  const popup: Page = await hers.context.newPage()
  await popup.goto(popupAt)
  await popup.getByLabel('Token for calling').fill('dp_nobody')
  await popup.getByRole('button', { name: 'Keep token' }).click()
  await popup.getByText('The token for calling is not valid').waitFor()
  await popup.getByLabel('Token for calling').fill(token)
  await popup.getByRole('button', { name: 'Keep token' }).click()
  await popup.getByText('Click a number on a web page').waitFor()
  if (process.env['SCREENSHOTS']) await popup.screenshot({ path: `${process.env['SCREENSHOTS']}/extension-popup.png` })

  await page.goto(address)
  await page.locator('#text a').waitFor()
  assert.equal(await page.locator('#text a').getAttribute('href'), 'tel:+12025550123')
  const card = page.locator('dialplane-calls')
  assert.deepEqual(await page.evaluate('window.attack()'), ['undefined', 'undefined', null])

  // Her own click: two are one call, her phone rings first, nobody named this page.
  const marks = [anna.incoming.mark(), ben.incoming.mark()] as const
  await page.locator('#tel a').dblclick()
  const mine = await anna.nextCall({ from: marks[0] })
  mine.ring()
  await card.waitFor({ state: 'attached' })
  assert.equal(await page.evaluate(`document.querySelector('dialplane-calls').shadowRoot`), null, 'the page cannot read or press the card')
  await mine.answer()
  const theirs = await ben.nextCall({ from: marks[1] })
  await theirs.answer()
  await eventually(async () => (await desk.api.get<{ state: string }[]>('/calls/live')).some(({ state }) => state === 'answered'), 'them to talk')
  assert.equal((await desk.api.get<unknown[]>('/calls/live')).length, 1)
  assert.ok(!(await desk.history()).some(({ from, to }) => [from.number, to.number].includes('103')), 'the page has called nobody')
  if (process.env['SCREENSHOTS']) {
    await page.waitForTimeout(1500)
    await page.screenshot({ path: `${process.env['SCREENSHOTS']}/extension-talking.png` })
  }
  await theirs.bye()
  await mine.ended()

  // What content scripts may ask is calling, and nothing else; they cannot read what is kept.
  const asked = await popup.evaluate(`Promise.all(['incoming', 'script', '../auth/session', 'calls/../../users'].map((ask) => chrome.runtime.sendMessage({ ask })))`)
  assert.deepEqual(asked, Array.from({ length: 4 }, () => ({ error: 'This cannot be asked.', passing: false })))

  // A site that is left alone, and a token that is forgotten.
  await worker.evaluate(`chrome.storage.local.set({ leave: ['127.0.0.2'] })`)
  await page.goto(address)
  await page.waitForLoadState('networkidle')
  assert.equal(await page.locator('#text a').count(), 0)
  await worker.evaluate(`chrome.storage.local.set({ leave: [] })`)
  await page.goto(address)
  await page.locator('#text a').waitFor()
  await popup.getByRole('button', { name: 'Forget token' }).click()
  await popup.getByText('Make a token for calling in Dialplane').waitFor()
  await page.goto(address)
  await page.waitForLoadState('networkidle')
  assert.equal(await page.locator('#text a').count(), 0)
  assert.deepEqual(hers.complaints.filter((one) => !one.endsWith('favicon.ico')), [])
})
