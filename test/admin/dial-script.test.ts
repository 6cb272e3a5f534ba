/** A page of others that carries a person's token: its numbers ring the own phone, a card says how it goes, and who calls is shown to that person alone. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { eventually } from '../support/eventually.ts'
import { ApiClient } from '../support/http-client.ts'
import { launch, openPage, skip } from './browser.ts'
import { setUpInBrowser, startPanelHouse } from './panel-house.ts'

const PASSWORD = 'walnut harbour kite'
const HTML = `<!doctype html><meta charset="utf-8"><title>CRM</title><style>a { color: red; font-size: 40px }</style>
<p id="text">Call Ben at +1 (202) 555-0123 today.</p><p id="tel"><a href="tel:1-02;ext=7">Ben</a></p>
<p id="off" data-dialplane="off">Fax 202-555-0144 <a href="tel:103">fax</a></p><div contenteditable id="edit">202-555-0155</div><textarea>202-555-0166</textarea>`

test('numbers of a page of others, with a token', { skip, timeout: 240_000 }, async (t) => {
  // What each page carries besides, by its path.
  const pages = new Map<string, string>()
  const asked: string[] = []
  const crm = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.setHeader('Content-Type', 'text/html').end(HTML + (pages.get(request.url ?? '') ?? ''))
  })
  await new Promise<void>((resolve) => void crm.listen(0, '127.0.0.2', resolve))
  t.after(() => void crm.close())
  const port = (crm.address() as AddressInfo).port
  const origin = `http://127.0.0.2:${port}`
  const house = await startPanelHouse()
  t.after(() => house.close())
  const browser = await launch()
  t.after(() => browser.close())
  const panel = await openPage(browser)
  await setUpInBrowser(panel.page, house.setupLink)
  const { desk } = house
  await desk.api.signIn()
  await panel.page.goto(house.at('/tokens'))
  await panel.page.getByText('None: only programs and the panel use tokens.').waitFor()
  await panel.page.getByRole('button', { name: 'Change pages' }).click()
  await panel.page.getByRole('dialog').getByLabel('Pages', { exact: true }).fill(`${origin}/contacts/1`)
  await panel.page.keyboard.press('Enter')
  await panel.page.getByRole('button', { name: 'Save' }).click()
  await panel.page.getByRole('region', { name: 'Web pages that may call' }).getByText(origin, { exact: true }).waitFor()
  if (process.env['SCREENSHOTS']) await panel.page.screenshot({ path: `${process.env['SCREENSHOTS']}/dial-pages.png` })
  await desk.api.ask('PATCH', '/contacts/settings', { recordUrl: 'https://crm.example/search?phone={number}' })
  for (const name of ['Bob Miller', 'Eve Miller']) await desk.api.post('/contacts', { name, company: 'Acme & <b>Sons', numbers: [{ number: '103', label: '' }] })
  const [anna101, ben102, carl103] = [await desk.extension('101', { name: 'Anna' }), await desk.extension('102', { name: 'Ben' }), await desk.extension('103', { name: 'Carl' })]
  const [anna, ben, carl] = [await desk.registered(anna101), await desk.registered(ben102), await desk.registered(carl103)]

  // Anna takes her line from the panel; Ben gets a token by API.
  const users = (['anna', 'ben'] as const).map((name) => ({ name, email: `${name}@example.test`, password: PASSWORD }))
  const [her, him] = users as [(typeof users)[number], (typeof users)[number]]
  await desk.api.post('/users', { ...her, roles: ['user'], extensionId: anna101.extensionId })
  await desk.api.post('/users', { ...him, roles: ['user'], extensionId: ben102.extensionId })
  const account = await openPage(browser)
  await account.page.goto(house.at('/account'))
  await account.page.getByLabel('E-mail').fill(her.email)
  await account.page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
  await account.page.getByRole('button', { name: 'Sign in' }).click()
  await account.page.getByRole('button', { name: 'New token for calling' }).click()
  await account.page.getByRole('textbox', { name: 'Name' }).fill('CRM')
  await account.page.getByRole('button', { name: 'Create token' }).click()
  const line = (await account.page.getByText(/^<script src=/).textContent()) ?? ''
  assert.match(line, /^<script src="[^"]+\/dial\/[0-9a-f]{16}\/dialplane\.js" integrity="sha384-[^"]{64}" crossorigin="anonymous" data-token="dp_[^"]+" defer><\/script>$/)
  await account.page.getByText(`Pages that may use tokens: ${origin}.`).waitFor()
  if (process.env['SCREENSHOTS']) await account.page.screenshot({ path: `${process.env['SCREENSHOTS']}/script-line.png` })
  const bens = new ApiClient(desk.api.url)
  await bens.signIn(him)
  const { token } = await bens.post<{ token: string }>('/auth/dial-tokens', { name: 'CRM', expiresAt: new Date(Date.now() + 86_400_000).toISOString() })
  const shows = line.replace(' defer', ' data-incoming="on" defer')
  pages.set('/anna', shows)
  pages.set('/ben', shows.replace(/dp_[^"]+/, token))
  pages.set('/wrong', line.replace(/dp_[^"]+/, 'dp_nobody'))
  pages.set('/tampered', line.replace(/sha384-.{6}/, 'sha384-AAAAAA'))

  const theirs = await openPage(browser)
  const addresses: string[] = []
  theirs.page.on('request', (request) => addresses.push(request.url()))
  await theirs.page.goto(`${origin}/anna`)
  await theirs.page.locator('#text a').waitFor()
  assert.equal(await theirs.page.locator('#text a').getAttribute('href'), 'tel:+12025550123')
  assert.deepEqual([await theirs.page.locator('#off a').count(), await theirs.page.locator('#edit a').count(), await theirs.page.locator('[data-token]').count()], [1, 0, 0])
  await theirs.page.evaluate(`document.querySelector('#text').append(' or 202-555-0177')`)
  await theirs.page.locator('#text a').nth(1).waitFor()

  // Two clicks are one call.
  const card = theirs.page.getByRole('status', { name: 'Call', exact: true })
  const marks = [anna.incoming.mark(), ben.incoming.mark()] as const
  await theirs.page.locator('#tel a').dblclick()
  const own = await anna.nextCall({ from: marks[0] })
  own.ring()
  await card.getByText('Your phone rings: answer it.').waitFor()
  if (process.env['SCREENSHOTS']) await theirs.page.screenshot({ path: `${process.env['SCREENSHOTS']}/script-rings.png` })
  await own.answer()
  const other = await ben.nextCall({ from: marks[1] })
  other.ring()
  await card.getByText('Calling Ben.').waitFor()
  await other.answer()
  await card.getByText('Talking to Ben.').waitFor()
  if (process.env['SCREENSHOTS']) await theirs.page.screenshot({ path: `${process.env['SCREENSHOTS']}/script-talking.png` })
  assert.equal((await desk.api.get<unknown[]>('/calls/live')).length, 1)
  await card.getByRole('button', { name: 'Hang up' }).click()
  await Promise.all([own.ended(), other.ended()])
  await card.getByText('The call is over.').waitFor()
  await card.getByRole('button', { name: 'Close' }).click()

  // Nobody takes it: why is said.
  const again = anna.incoming.mark()
  await theirs.page.locator('#tel a').click()
  await (await anna.nextCall({ from: again })).reject(486)
  await card.getByRole('button', { name: 'Call again' }).waitFor()
  await card.getByText('The call is over.').waitFor()
  await card.getByRole('button', { name: 'Close' }).click()

  // Who rings Anna is shown to Anna alone.
  const bensPage = await openPage(browser)
  await bensPage.page.goto(`${origin}/ben`)
  const polled = bensPage.page.waitForResponse(/own\/incoming/)
  await theirs.page.evaluate(`document.addEventListener('dialplane:incoming', ({ detail }) => (window.popped ??= []).push(detail.number))`)
  await polled
  const rings = anna.incoming.mark()
  const call = await carl.invite('101')
  ;(await anna.nextCall({ from: rings })).ring()
  const pop = theirs.page.getByRole('status', { name: 'Incoming call' })
  await pop.getByText('One of these has this number:').waitFor()
  await pop.getByText('Eve Miller, Acme & <b>Sons').waitFor()
  assert.equal(await pop.getByRole('link', { name: 'Open record' }).first().getAttribute('href'), 'https://crm.example/search?phone=103')
  if (process.env['SCREENSHOTS']) await theirs.page.screenshot({ path: `${process.env['SCREENSHOTS']}/script-incoming.png` })
  assert.deepEqual(await theirs.page.evaluate('window.popped'), ['103'])
  await bensPage.page.waitForResponse(/own\/incoming/)
  await bensPage.page.waitForResponse(/own\/incoming/)
  assert.equal(await bensPage.page.getByRole('status', { name: 'Incoming call' }).count(), 0, 'it rings no phone of Ben')
  await call.cancel()
  await pop.waitFor({ state: 'detached' })

  // A token that is none, bytes that are not what was promised, a page that nobody named.
  const bad = await openPage(browser)
  await bad.page.goto(`${origin}/wrong`)
  await bad.page.locator('#tel a').click()
  await bad.page.getByText('The token for calling is not valid').waitFor()
  await bad.page.goto(`${origin}/tampered`)
  await eventually(() => bad.complaints.some((one) => /integrity/.test(one)), 'the browser to refuse the bytes')
  assert.equal(await bad.page.locator('#text a').count(), 0)
  const strange = createServer((_request, response) => void response.setHeader('Content-Type', 'text/html').end(HTML + line))
  await new Promise<void>((resolve) => void strange.listen(0, '127.0.0.3', resolve))
  t.after(() => void strange.close())
  const unnamed = anna.incoming.mark()
  await bad.page.goto(`http://127.0.0.3:${(strange.address() as AddressInfo).port}/`)
  await bad.page.locator('#tel a').click()
  await bad.page.getByText(/Pages of http:\/\/127\.0\.0\.3:\d+ may not call with this token\. An administrator names them/).waitFor()
  assert.equal(anna.incoming.mark(), unnamed, 'nothing rang')

  const secret = /dp_[^"]+/.exec(line)?.[0] ?? ''
  assert.equal([...addresses, ...asked].some((one) => one.includes(secret)), false, 'the token is in no address')
  assert.deepEqual([...account.complaints, ...theirs.complaints, ...bensPage.complaints].filter((one) => !one.startsWith('404 ') || !one.endsWith('favicon.ico')), [])
})
