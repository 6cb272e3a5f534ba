/** Where SIP names lead, in the panel: looked up by DNS of the test's, a server that fails set aside, looked up again. */
import assert from 'node:assert/strict'
import { once, type EventEmitter } from 'node:events'
import { createRequire } from 'node:module'
import { createServer, type AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { startNameServer, type NameServer } from '../support/name-server.ts'
import { launch, openPage, skip } from './browser.ts'
import { setUpInBrowser, startPanelHouse, type PanelHouse } from './panel-house.ts'

let house: PanelHouse
let browser: Browser
let names: NameServer

before(async () => {
  if (skip) return
  names = await startNameServer()
  house = await startPanelHouse((settings) => {
    settings.sip.dnsServers = [names.address]
  })
  browser = await launch()
})

after(async () => {
  await browser?.close()
  await house?.close()
  await names?.close()
})

/** A TCP port that refuses, because it was closed a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

interface Srf extends EventEmitter {
  connect(options: object): void
  disconnect(): void
  request(uri: string, options: object, callback: (error: unknown, request: EventEmitter) => void): void
}

/** An application of its own on the engine sends one request; resolves with the final status. */
async function send(uri: string): Promise<number> {
  const srf = new (createRequire(import.meta.url)('drachtio-srf') as new () => Srf)()
  const connected = once(srf, 'connect')
  srf.connect(house.dialplane.signalling.control)
  await connected
  try {
    return await new Promise<number>((resolve, reject) => srf.request(uri, { method: 'OPTIONS' }, (error, request) => {
      if (error) return reject(error as Error)
      request.on('response', (response: { status: number }) => resolve(response.status))
    }))
  } finally {
    srf.disconnect()
  }
}

test('names, their servers and their health are seen, and looked up again', { skip, timeout: 90_000 }, async () => {
  const { context, page, complaints } = await openPage(browser)
  await setUpInBrowser(page, house.setupLink)
  await page.getByRole('link', { name: 'SIP servers' }).click()
  await page.getByRole('heading', { level: 2, name: 'No name was asked for yet' }).waitFor()

  const port = await closedPort()
  names.srv('_sip._tcp.carrier.test', [{ priority: 1, weight: 75, port, target: 'a.carrier.test' }, { priority: 1, weight: 25, port, target: 'b.carrier.test' }])
  names.a('a.carrier.test', ['127.0.0.1'])
  names.a('b.carrier.test', ['127.0.0.2'])
  const field = page.getByRole('textbox', { name: 'Name to look up' })
  await field.fill('sip:carrier.test;transport=tcp')
  await page.getByRole('button', { name: 'Look up', exact: true }).click()
  const section = page.getByRole('region', { name: 'sip:carrier.test;transport=tcp' })
  await section.getByRole('row').filter({ hasText: '127.0.0.1' }).filter({ hasText: '75 %' }).filter({ hasText: 'In use' }).waitFor()
  await section.getByRole('row').filter({ hasText: '127.0.0.2' }).filter({ hasText: '25 %' }).waitFor()

  assert.equal(await send('sip:200@carrier.test;transport=tcp'), 503)
  await page.reload()
  await section.getByRole('row').filter({ hasText: '127.0.0.1' }).getByText(/^Set aside for/).waitFor()
  await section.getByText('No server answers').waitFor()

  names.a('a.carrier.test', ['127.0.0.3'])
  names.srv('_sip._tcp.carrier.test', [{ priority: 1, weight: 1, port, target: 'a.carrier.test' }])
  await section.getByRole('button', { name: 'Look up again' }).click()
  await section.getByRole('row').filter({ hasText: '127.0.0.3' }).filter({ hasText: '100 %' }).filter({ hasText: 'In use' }).waitFor()
  assert.equal(await section.getByRole('row').count(), 2)

  await field.fill('carrier .test')
  await page.getByRole('button', { name: 'Look up', exact: true }).click()
  await page.getByRole('alert').getByText(/no name that can be looked up/).waitFor()

  await page.getByRole('link', { name: 'Audit log' }).click()
  await page.getByRole('row').filter({ hasText: 'carrier.test' }).first().waitFor()
  // The refusal is told by the API's status, which the browser notes.
  assert.deepEqual(complaints.filter((line) => !line.includes('422')), [])
  await context.close()
})
