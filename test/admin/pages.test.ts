/** Every page, light and dark, at desk and phone width: no serious fault for people who cannot see or use a mouse, nothing wider than the screen, nothing in the console. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { eventually } from '../support/eventually.ts'
import { faults } from './accessibility.ts'
import { openPage, skip, viewports } from './browser.ts'
import { isTooWide, openFurnished, settled } from './furnished.ts'
import { signInInBrowser, type PanelHouse } from './panel-house.ts'

const FIRST_LOAD_LIMIT = 300_000

let house: PanelHouse
let browser: Browser
/** Pages with something on them, by name. */
let places: Record<string, string>

before(async () => {
  if (skip) return
  ;({ house, browser, places } = await openFurnished())
})

after(async () => {
  await browser?.close()
  await house?.close()
})

/** Changes the colours, and waits until they are those that are seen. */
async function paint(page: Page, scheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme: scheme })
  // The attribute changes some frames before the colours do.
  await eventually(() => page.evaluate(`(() => {
    const sum = (colour) => colour.match(/\\d+/g).slice(0, 3).reduce((all, part) => all + Number(part), 0)
    const { color, backgroundColor } = getComputedStyle(document.body)
    return '${scheme}' === 'dark' ? sum(color) > 400 && sum(backgroundColor) < 150 : sum(color) < 300 && sum(backgroundColor) > 500
  })()`), `the ${scheme} colours`)
  await page.evaluate('new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(seen, 100))))')
}

/** Colours are on their way for a moment after the scheme has changed: what is wrong stays so. */
async function lasting(page: Page, rules?: Parameters<typeof faults>[1]): Promise<string[]> {
  const found = await faults(page, rules)
  if (found.length === 0) return found
  await page.waitForTimeout(1_000)
  return faults(page, rules)
}

/** Colours are all that differs by scheme, the arrangement all that differs by width: each page is loaded once and then changed. */
async function look(page: Page, name: string): Promise<void> {
  const picture = async (mode: string): Promise<void> => {
    if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/${name.replaceAll(' ', '-')}-${mode}.png` })
  }
  await page.setViewportSize(viewports.desk)
  await paint(page, 'light')
  await settled(page)
  await picture('desk-light')
  assert.deepEqual(await lasting(page), [], 'desk width, light')
  assert.equal(await isTooWide(page), false, 'the page is wider than a desk screen')
  await paint(page, 'dark')
  await picture('desk-dark')
  assert.deepEqual(await lasting(page, ['color-contrast']), [], 'desk width, dark')
  await page.setViewportSize(viewports.phone)
  await settled(page)
  await picture('phone-dark')
  assert.deepEqual(await lasting(page), [], 'phone width, dark')
  assert.equal(await isTooWide(page), false, 'the page is wider than a phone')
}

test('pages, at desk and phone width, light and dark', { skip, timeout: 540_000 }, async (t) => {
  const { context, page, complaints } = await openPage(browser)
  await page.goto(house.at('/'))
  await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
  await t.test('sign-in', () => look(page, 'sign-in'))
  await signInInBrowser(page, house.at('/sign-in'))
  for (const [name, path] of Object.entries(places)) {
    await t.test(name, async () => {
      await page.goto(house.at(path))
      await look(page, name)
    })
  }
  for (const size of ['desk', 'phone'] as const) {
    await t.test(`drawers and dialogs, ${size} width`, async () => {
      await page.setViewportSize(viewports[size])
      await paint(page, size === 'desk' ? 'light' : 'dark')
      await page.goto(house.at('/extensions?new=1'))
      await page.getByRole('dialog').getByRole('button', { name: 'Create extension' }).click()
      assert.deepEqual(await faults(page), [], 'the drawer with its complaints')
      await page.goto(house.at(places['extension'] ?? ''))
      await page.getByRole('button', { name: 'Actions for device Phone' }).click()
      assert.deepEqual(await faults(page), [], 'the menu')
      await page.getByRole('menuitem', { name: 'New password' }).click()
      await page.getByRole('dialog').getByText('The old password stops working').waitFor()
      assert.deepEqual(await faults(page), [], 'the question')
      await page.getByRole('button', { name: 'Cancel' }).click()
      await page.goto(house.at(places['past call'] ?? ''))
      await page.getByRole('region', { name: 'Message diagram' }).getByRole('button').first().click()
      await page.getByLabel('Text of the message').waitFor()
      assert.deepEqual(await faults(page), [], 'the message')
      assert.equal(await isTooWide(page), false)
    })
  }
  assert.deepEqual(complaints, [])
  await context.close()
})

test('the first load is small', { skip }, async (t) => {
  const { context, page } = await openPage(browser)
  const sizes: Promise<[string, number]>[] = []
  page.on('response', (response) => {
    const { pathname } = new URL(response.url())
    if (/\.(js|css)$/.test(pathname)) sizes.push(response.body().then((body) => [pathname, gzipSync(body).length]))
  })
  await signInInBrowser(page, house.at('/'))
  await settled(page)
  await page.getByRole('region', { name: 'Latest calls' }).waitFor()
  const loaded = await Promise.all(sizes)
  const total = loaded.reduce((sum, [, size]) => sum + size, 0)
  t.diagnostic(`${Math.round(total / 1000)} kB of scripts and styles, compressed, for sign-in and overview together`)
  assert.ok(loaded.length > 3, 'files were seen')
  assert.ok(total < FIRST_LOAD_LIMIT, loaded.map(([path, size]) => `${path} ${size}`).join('\n'))
  await context.close()
})
