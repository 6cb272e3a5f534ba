/** A headless browser for tests of the panel, and the panel built from the sources as they are. */
import { execFile } from 'node:child_process'
import { existsSync, globSync, statSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { eventually } from '../support/eventually.ts'

const top = fileURLToPath(new URL('../..', import.meta.url))
const names = ['chromium', 'chromium-browser', 'google-chrome']
const flags = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync', '--no-first-run', '--disable-component-update']

const program = (process.env['PATH'] ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name))).find(existsSync)

/** Why these tests cannot run here; false when they can. */
export const skip: string | false = program === undefined ? `no browser: none of ${names.join(', ')} is in PATH` : false

/** @param more flags of Chromium besides the usual ones */
export function launch(more: readonly string[] = []): Promise<Browser> {
  if (program === undefined) throw new Error('no browser')
  return chromium.launch({ executablePath: program, args: [...flags, ...more] })
}

export interface Watched {
  context: BrowserContext
  page: Page
  /** What the page complained about: uncaught errors, refused files, broken rules of the content security policy. */
  complaints: string[]
}

export type Size = 'desk' | 'phone'

export const viewports: Record<Size, { width: number; height: number }> = { desk: { width: 1280, height: 860 }, phone: { width: 360, height: 740 } }

/** As for a person who unfolded the whole menu, unless something is kept already. A page without an address keeps nothing. */
const unfoldMenu = `try { localStorage.getItem('dialplane.menu') ?? localStorage.setItem('dialplane.menu', JSON.stringify({ calls: true, people: true, handling: true, outside: true, emergency: true, compliance: true, access: true, system: true })) } catch {}`

/** A page of its own session that notes every complaint. @param menu as a newcomer finds it, or unfolded, where a test only goes somewhere @param locale what the browser asks for (BCP 47) */
export async function openPage(browser: Browser, size: Size = 'desk', colorScheme: 'light' | 'dark' = 'light', menu: 'newcomer' | 'unfolded' = 'unfolded', locale = 'en-GB'): Promise<Watched> {
  const context = await browser.newContext({ viewport: viewports[size], colorScheme, locale, reducedMotion: 'reduce' })
  if (menu === 'unfolded') await context.addInitScript(unfoldMenu)
  return watch(context, await context.newPage())
}

/** A browser as a person has it: what it keeps stays, also for pages within others. @param more flags of Chromium besides the usual ones */
export async function openProfile(more: readonly string[] = []): Promise<Watched & { close(): Promise<void> }> {
  if (program === undefined) throw new Error('no browser')
  const folder = await mkdtemp(join(tmpdir(), 'dialplane-profile-'))
  // As most browsers are set; those of other tests keep nothing for a page within another.
  await mkdir(join(folder, 'Default'))
  await writeFile(join(folder, 'Default/Preferences'), JSON.stringify({ profile: { cookie_controls_mode: 0, block_third_party_cookies: false } }))
  const context = await chromium.launchPersistentContext(folder, { executablePath: program, headless: true, args: [...flags, ...more], ignoreDefaultArgs: ['--disable-extensions'], viewport: viewports.desk, locale: 'en-GB', reducedMotion: 'reduce' })
  return {
    ...watch(context, context.pages()[0] ?? (await context.newPage())),
    async close() {
      await context.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function watch(context: BrowserContext, page: Page): Watched {
  page.setDefaultTimeout(30_000)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    // A browser reports every 4xx as an error of the page; the answers themselves are looked at below.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text())
  })
  page.on('response', (response) => {
    const signedOut = response.status() === 401 && response.url().endsWith('/auth/session')
    if (response.status() >= 400 && !signedOut) complaints.push(`${response.status()} ${response.url()}`)
  })
  return { context, page, complaints }
}

function newest(pattern: string): number {
  return Math.max(0, ...globSync(pattern, { cwd: top }).map((file) => statSync(join(top, file)).mtimeMs))
}

/** Builds admin/dist when it is missing or older than its sources. */
export async function buildPanel(): Promise<void> {
  const index = join(top, 'admin/dist/index.html')
  const sources = Math.max(newest('admin/{app,client,components,live,public,screens,softphone,words}/**/*.*'), newest('admin/*.*'))
  const isBuilt = (): boolean => existsSync(index) && statSync(index).mtimeMs >= sources
  const lock = join(top, 'node_modules/.cache/panel-build')
  if (isBuilt() && !existsSync(lock)) return
  // Two files at once build it once.
  await mkdir(join(top, 'node_modules/.cache'), { recursive: true })
  const mine = await eventually(() => mkdir(lock).then(() => 'mine', () => (abandoned(lock) || (isBuilt() && !existsSync(lock))) && 'theirs'), 'the panel to be built by another test file', 2 * LONGEST_BUILD_MS)
  try {
    if (!isBuilt()) await promisify(execFile)(process.execPath, [join(top, 'node_modules/vite/bin/vite.js'), 'build', 'admin', '--logLevel', 'warn'], { cwd: top })
  } finally {
    if (mine === 'mine') await rm(lock, { recursive: true, force: true })
  }
}

const LONGEST_BUILD_MS = 180_000

/** Whoever made it died before it ended. */
function abandoned(lock: string): boolean {
  const found = statSync(lock, { throwIfNoEntry: false })
  return found !== undefined && Date.now() - found.mtimeMs > LONGEST_BUILD_MS
}
