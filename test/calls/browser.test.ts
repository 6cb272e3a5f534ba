/** A phone in a browser: SIP.js in headless Chromium registers over WebSocket, plain and secure, and is asked and asks. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRequire } from 'node:module'
import { dirname, join, normalize } from 'node:path'
import { after, before, suite, test } from 'node:test'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { launch, skip } from '../admin/browser.ts'
import { sipPlace, startHouse, type House } from '../support/house.ts'

const library = dirname(createRequire(import.meta.url).resolve('sip.js'))
const foreign = process.env['DRACHTIO'] ? 'DRACHTIO is set: what it serves is its own configuration' : false

/** What the page does: everything it hears of itself goes into `told`. */
const PAGE = `<!doctype html><script type="module">
import { UserAgent, Registerer, Messager } from '/lib/index.js'
window.told = []
window.start = async ({ server, user, password, domain }) => {
  const agent = new UserAgent({
    uri: UserAgent.makeURI('sip:' + user + '@' + domain), transportOptions: { server, keepAliveInterval: 1 },
    authorizationUsername: user, authorizationPassword: password, logBuiltinEnabled: false,
    logConnector: (level, category, label, content) => window.told.push(content),
    delegate: { onMessage: (message) => { window.told.push('message: ' + message.request.body); message.accept() } },
  })
  await agent.start()
  const registerer = new Registerer(agent, { expires: 120 })
  const state = new Promise((resolve) => registerer.stateChange.addListener((next) => resolve(next)))
  await registerer.register()
  window.agent = agent
  window.registerer = registerer
  return state
}
window.options = () => new Promise((resolve) => {
  const to = window.agent.configuration.uri.clone()
  to.user = undefined
  const request = window.agent.userAgentCore.makeOutgoingRequestMessage('OPTIONS', to, window.agent.configuration.uri, to, {})
  window.agent.userAgentCore.request(request, {
    onAccept: (response) => resolve(response.message.statusCode), onReject: (response) => resolve(response.message.statusCode),
  })
})
</script>`

suite('SIP.js in Chromium', { skip: skip || foreign, timeout: 120_000 }, () => {
  let house: House
  let pages: Server
  let browser: Browser
  let origin: string

  before(async () => {
    house = await startHouse({ change: (settings) => void (settings.registrar.qualifySeconds = 1) })
    pages = createServer((request, response) => {
      const path = normalize(request.url ?? '/')
      if (path === '/') return response.setHeader('Content-Type', 'text/html').end(PAGE)
      readFile(join(dirname(library), path)).then(
        (data) => response.setHeader('Content-Type', 'text/javascript').end(data),
        () => response.writeHead(404).end(),
      )
    })
    await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve))
    origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}/`
    browser = await launch()
  })
  after(async () => {
    await browser?.close()
    await new Promise((resolve) => pages?.close(resolve))
    await house?.close()
  })

  async function open(t: { after(close: () => unknown): void }): Promise<{ context: BrowserContext; page: Page }> {
    // The authority of the house is none that Chromium was told to trust.
    const context = await browser.newContext({ ignoreHTTPSErrors: true })
    t.after(() => context.close())
    const page = await context.newPage()
    await page.goto(origin)
    await page.waitForFunction('window.start !== undefined')
    return { context, page }
  }

  for (const [index, transport] of (['ws', 'wss'] as const).entries()) {
    test(`over ${transport}: registers with digest, answers OPTIONS, sends OPTIONS, is seen and goes`, async (t) => {
      const number = String(500 + index)
      const line = await house.extension(number)
      const { page, context } = await open(t)
      const { host, port } = sipPlace(house.dialplane.pbx.sipAddresses(), `${transport}/`)
      const state = await page.evaluate((options) => (globalThis as unknown as { start(options: object): Promise<string> }).start(options), {
        server: `${transport}://${host}:${port}`, user: line.user, password: line.password, domain: host,
      })
      const said = await page.evaluate(() => (globalThis as unknown as { told: string[] }).told.join('\n'))
      assert.equal(state, 'Registered', said)
      const { data: { registration } } = await house.event('registration.changed', ({ data }) => data.registration.extensionNumber === number && data.registration.reachable === 'yes')
      assert.equal(registration.transport, transport)
      assert.match(registration.contact, /\.invalid;transport=ws/)
      assert.match(registration.userAgent ?? '', /SIP\.js/)
      // RFC 5626 §3.5.1: its double line ends are answered, or SIP.js would close the connection.
      const status = await page.evaluate(() => (globalThis as unknown as { options(): Promise<number> }).options())
      assert.equal(status, 200)
      const told = await page.evaluate(() => (globalThis as unknown as { told: string[] }).told)
      assert.deepEqual(told.filter((line) => /authentication aborted|WebSocket closed/.test(line)), [])
      await page.evaluate(() => (globalThis as unknown as { registerer: { unregister(): Promise<unknown> } }).registerer.unregister())
      await house.event('registration.removed', ({ data }) => data.registration.extensionNumber === number && data.why === 'unregistered')
      await context.close()
    })
  }
})
