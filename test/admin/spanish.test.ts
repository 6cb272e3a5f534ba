/** The panel in Spanish: chosen and kept, said on every page, and nowhere wider than the screen. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { spanish } from '../../admin/words/spanish/index.ts'
import { eventually } from '../support/eventually.ts'
import { openPage, skip, viewports } from './browser.ts'
import { isTooWide, openFurnished, settled } from './furnished.ts'
import { administrator } from '../support/http-client.ts'
import type { PanelHouse } from './panel-house.ts'

let house: PanelHouse
let browser: Browser
let places: Record<string, string>

before(async () => {
  if (skip) return
  ;({ house, browser, places } = await openFurnished())
})

after(async () => {
  await browser?.close()
  await house?.close()
})

async function signIn(page: Page): Promise<void> {
  await page.goto(house.at('/sign-in'))
  await page.getByLabel('Correo electrónico').fill(administrator.email)
  await page.getByRole('textbox', { name: 'Contraseña' }).fill(administrator.password)
  await page.getByRole('button', { name: 'Iniciar sesión' }).click()
  await page.getByRole('heading', { level: 1, name: 'Resumen' }).waitFor()
}

const languageOf = (page: Page): Promise<string> => page.evaluate('document.documentElement.lang')

test('the browser’s language at first, then the one that is chosen', { skip }, async () => {
  const { context, page, complaints } = await openPage(browser, 'desk', 'light', 'unfolded', 'es-MX')
  await page.goto(house.at('/'))
  await page.getByRole('heading', { level: 1, name: 'Iniciar sesión' }).waitFor()
  assert.equal(await languageOf(page), 'es')
  await page.getByRole('group', { name: 'Idioma' }).getByRole('button', { name: 'English' }).click()
  await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
  assert.equal(await languageOf(page), 'en')
  await page.reload()
  await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
  await page.getByRole('group', { name: 'Language' }).getByRole('button', { name: 'Español' }).click()
  await signIn(page)
  await page.getByRole('button', { name: `Cuenta de ${administrator.name}` }).click()
  if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/spanish-account-menu.png` })
  assert.equal(await page.getByRole('menuitemradio', { name: 'Español' }).getAttribute('aria-checked'), 'true')
  await page.getByRole('menuitemradio', { name: 'English' }).click()
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
  await page.goto(house.at('/account'))
  await page.getByRole('radiogroup').filter({ hasText: 'Español' }).getByText('Español').click()
  await page.getByRole('heading', { level: 1, name: 'Mi cuenta' }).waitFor()
  assert.deepEqual(complaints, [])
  await context.close()
})

test('English loads no words of another language', { skip }, async () => {
  const { context, page } = await openPage(browser, 'desk', 'light', 'unfolded', 'fr-FR')
  const files: string[] = []
  page.on('request', (request) => files.push(new URL(request.url()).pathname))
  await page.goto(house.at('/'))
  await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
  assert.equal(await languageOf(page), 'en')
  assert.ok(files.length > 3)
  assert.deepEqual(files.filter((file) => file.includes('spanish')), [])
  await context.close()
})

/** What the house was furnished with, and names that are the same in both. */
const DATA = new Set(['Main menu', 'Office', 'Abroad', 'Carrier', 'Main line', 'Main', 'Headquarters', 'Headquarters, 3rd floor', 'Phone', 'Main Street', 'Outside with 9', 'Sales', 'Parking', 'Backup', 'Saved.', 'Head office'])

/** What the system itself says, in English: prompts that are spoken, what it found. */
const SAID = /^(?:(?:Do not disturb|Follow me) is (?:on|off)\.|The last caller (?:was|did)\b.*|No address is banned\.|The street is missing\..*|Passkeys belong to a name.*|busy|When do you want to be woken\?.*|Log out of this phone)$/

const english = new Map(Object.entries(spanish).flatMap(([key, to]) => {
  const said = typeof to === 'string' ? to : to[1]
  const sentence = key.replace(/_[a-z]+$/, '')
  return said === sentence || DATA.has(sentence) || Object.values(spanish).includes(sentence) ? [] : [[sentence, key] as const]
}))

/** Sentences with something in them, as patterns; only those whose own words are enough to know them by. */
const patterns = [...english.keys()].filter((sentence) => /\{\{|<\w/.test(sentence) && sentence.replaceAll(/\{\{\w+\}\}|<\/?\w+>/g, '').split(/\s+/).filter((word) => /^\p{L}{2,}/u.test(word)).length >= 2)
  .map((sentence) => ({ sentence, pattern: new RegExp(`^${sentence.replaceAll(/<\/?\w+>/g, '').split(/\{\{\w+\}\}/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.+')}$`) }))

/** All that is seen or read out, piece by piece. */
const TEXTS = `(() => {
  const texts = new Set()
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const { parentElement: parent, data } = walker.currentNode
    if (parent.closest('script, style, noscript, code, pre') === null && parent.closest('[lang]') === document.documentElement) texts.add(data.trim())
  }
  for (const element of document.querySelectorAll('[aria-label], [placeholder], [title], [aria-valuetext]')) for (const name of ['aria-label', 'placeholder', 'title', 'aria-valuetext']) texts.add((element.getAttribute(name) ?? '').trim())
  texts.add(document.title)
  return [...texts].filter((text) => text !== '')
})()`

async function leftInEnglish(page: Page): Promise<string[]> {
  const texts: string[] = await page.evaluate(TEXTS)
  assert.ok(texts.length > 20, 'a page has words')
  return texts.filter((text) => !SAID.test(text) && (english.has(text) || patterns.some(({ pattern }) => pattern.test(text))))
}

test('every page, and what is created there, in Spanish', { skip, timeout: 500_000 }, async (t) => {
  const { context, page, complaints } = await openPage(browser, 'desk', 'light', 'unfolded', 'es-ES')
  const look = async (name: string): Promise<void> => {
    assert.deepEqual(await leftInEnglish(page), [], name)
    if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/spanish-${name.replaceAll(' ', '-')}.png` })
  }
  await signIn(page)
  for (const [name, path] of Object.entries(places)) {
    await t.test(name, async () => {
      await page.setViewportSize(viewports.desk)
      await page.goto(house.at(path))
      await settled(page)
      assert.equal(await languageOf(page), 'es')
      await look(name)
      const opener = page.getByRole('main').getByRole('button', { name: /^(?:Añadir|Crear|Conectar|Bloquear) (?!con)|(?<! de) nuev[oa]$/ }).first()
      if (await opener.isVisible() && await opener.isEnabled()) {
        await opener.click()
        await page.getByRole('dialog').first().waitFor()
        await look(`${name} new`)
        // A list of choices that is open takes the first.
        await eventually(async () => { await page.keyboard.press('Escape'); return (await page.getByRole('dialog').count()) === 0 }, 'the form to close')
      }
      await page.setViewportSize(viewports.phone)
      await settled(page)
      await look(`${name} phone`)
      await eventually(async () => !(await isTooWide(page)), 'the page to be no wider than a phone')
    })
  }
  assert.deepEqual(complaints, [])
  await context.close()
})

test('times and numbers are written as in Spanish', { skip }, async () => {
  const { context, page } = await openPage(browser, 'desk', 'light', 'unfolded', 'es-ES')
  await signIn(page)
  await page.goto(house.at(places['past call'] ?? ''))
  await settled(page)
  await eventually(async () => (await page.locator('time').first().getAttribute('title'))?.match(/^(?:lun|mar|mié|jue|vie|sáb|dom), \d+ de \p{L}+ de \d{4}/u) !== null, 'the day in Spanish')
  await page.getByText(/^\+\d+,\d{3} s$/).first().waitFor()
  await context.close()
})
