/** A program is told when a call ends: made in the panel, tested, seen to fail, and made good again. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { eventually } from '../support/eventually.ts'
import { skip } from './browser.ts'
import { enterPanelHouse } from './panel-house.ts'

test('a webhook is made, its secret shown once, its deliveries seen, and what was given up sent again', { skip, timeout: 240_000 }, async (t) => {
  const got: { type: string; data: { call?: { from: { number: string } } } }[] = []
  let status = 204
  const receiver = createServer((request, response) => {
    let raw = ''
    request.on('data', (part: Buffer) => (raw += part.toString()))
    request.on('end', () => {
      if (status < 300) got.push(JSON.parse(raw) as (typeof got)[number])
      response.writeHead(status).end(status < 300 ? '' : 'the ticket system rests')
    })
  })
  const listening = Promise.withResolvers<void>()
  receiver.listen(0, '127.0.0.1', () => listening.resolve())
  await listening.promise
  t.after(() => {
    receiver.closeAllConnections()
    receiver.close()
  })
  const { desk, page, complaints } = await enterPanelHouse(t, (settings) => void (settings.webhooks.networks = ['127.0.0.0/8']))
  const shot = async (name: string): Promise<unknown> => process.env['SCREENSHOTS'] && page.screenshot({ path: `${process.env['SCREENSHOTS']}/webhooks-${name}.png` })
  const { alice, bob } = await desk.pair('101', '102')

  await page.getByRole('link', { name: 'Webhooks' }).click()
  await shot('empty')
  await page.getByRole('button', { name: 'New webhook' }).first().click()
  const form = page.getByRole('dialog', { name: 'New webhook' })
  await form.getByRole('textbox', { name: 'Name' }).fill('Tickets')
  await form.getByRole('textbox', { name: 'Address' }).fill('http://10.0.0.1/')
  await form.getByRole('button', { name: 'Create webhook' }).click()
  await form.getByText('leads into a private network').first().waitFor()
  await shot('form')
  await form.getByRole('textbox', { name: 'Address' }).fill(`http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`)
  await form.getByRole('button', { name: 'Create webhook' }).click()
  const secret = page.getByRole('dialog', { name: 'Secret of Tickets' })
  await secret.getByText(/whsec_/).waitFor()
  await shot('secret')
  await secret.getByRole('button', { name: 'Done' }).click()

  await page.getByRole('button', { name: 'Actions for webhook Tickets' }).click()
  await page.getByRole('menuitem', { name: 'Send a test' }).click()
  await page.getByText(/The receiver took the test with 204/).waitFor()
  assert.equal(got[0]?.type, 'webhook.test')

  const call = async (): Promise<void> => {
    const mark = bob.incoming.mark()
    const out = await alice.invite('102')
    await (await bob.nextCall({ from: mark })).answer()
    await out.answered()
    await out.bye()
  }
  await call()
  await eventually(() => got.some(({ type, data }) => type === 'call.ended' && data.call?.from.number === '101'), 'the end of the call')
  status = 503
  await call()
  await page.getByRole('cell', { name: 'Does not answer' }).waitFor()
  await page.getByText('It answered 503: the ticket system rests').waitFor()
  await shot('away')
  await page.getByRole('link', { name: 'Tickets' }).click()
  await page.getByRole('cell', { name: 'Waits' }).waitFor()
  status = 204
  // It is tried again by itself after five seconds.
  await eventually(() => got.filter(({ type }) => type === 'call.ended').length === 2, 'the other call')
  await page.getByRole('cell', { name: 'Taken', exact: true }).nth(1).waitFor()
  await page.getByRole('button', { name: 'A call ends, with its whole record' }).first().click()
  await page.getByText('"call.ended"').waitFor()
  await shot('delivery')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Send again' }).first().click()
  await eventually(() => got.filter(({ type }) => type === 'call.ended').length === 3, 'it once more')
  await shot('deliveries')
  // The one address that was refused.
  assert.deepEqual(complaints.map((each) => each.slice(0, 4)), ['422 '])
})
