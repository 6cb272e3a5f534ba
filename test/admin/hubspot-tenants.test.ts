/** The page for HubSpot's calling window, in one browser for two tenants: what one names may frame its page, and calls with no token of the other. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { openGround } from '../api/ground.ts'
import { openProfile, skip } from './browser.ts'

/** As HubSpot would: SYNC until it is answered, then a number to be dialled. */
const host = (frame: string): string => `<!doctype html><meta charset="utf-8"><title>Host</title><iframe id="w" width="400" height="500" src="${frame}"></iframe><script>
  const frame = document.getElementById('w'), at = new URL(frame.src).origin
  const tell = (type, data, more) => frame.contentWindow.postMessage({ type, messageId: 'host_1', data, ...more }, at)
  addEventListener('message', ({ source, data: { type } }) => {
    if (source === frame.contentWindow && type === 'INITIALIZED') tell('DIAL_NUMBER', { phoneNumber: '+12025550666' })
  })
  frame.onload = () => setInterval(() => tell('SYNC', undefined, { hostUrl: location.origin, portalId: 4242, userId: 1, ownerId: 2 }), 100)
</script>`

/** Of one site with the frame, for which every browser has one storage then. */
async function serve(t: TestContext, frame: string): Promise<string> {
  const server = createServer((_request, response) => void response.setHeader('Content-Type', 'text/html').end(host(frame)))
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('a page that another tenant names finds no token, and takes none', { skip, timeout: 120_000 }, async (t) => {
  const ground = await openGround()
  t.after(() => ground.close())
  const { client: stranger, tenantId: other } = await ground.stranger()
  const { token } = await ground.program(['calls.own'])
  const page = (tenant: string): string => `http://127.0.0.1:${ground.api.port}/dial/hubspot/${tenant}`
  const evil = await serve(t, page(other))
  await stranger.ask('PATCH', '/click-to-dial/pages', { origins: [evil] })
  const browser = await openProfile()
  t.after(() => browser.close())
  const frame = browser.page.frameLocator('#w')
  const card = frame.getByRole('status')
  const signIn = async (): Promise<void> => {
    await frame.getByLabel('Token for calling').fill(token)
    await frame.getByRole('button', { name: 'Sign in' }).click()
  }

  const good = await serve(t, page(ground.tenantId))
  await ground.admin.ask('PATCH', '/click-to-dial/pages', { origins: [good] })
  await browser.page.goto(good)
  await signIn()
  await card.getByText('Ready').waitFor()

  const asked: string[] = []
  browser.page.on('request', (request) => {
    if (request.url().includes('/api/v1/own/')) asked.push(request.method())
  })
  await browser.page.goto(evil)
  await card.getByText('Sign in first').waitFor()
  assert.deepEqual(asked, [], 'no token of anybody was found')
  await signIn()
  await card.getByText('This token is of another organisation than this page.').waitFor()

  await browser.page.goto(good)
  await frame.getByRole('button', { name: 'Sign out' }).waitFor()
})
