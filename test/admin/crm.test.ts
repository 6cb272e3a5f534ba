/** A CRM is connected in the panel; calls with the outside land on the record of whose number it is, and a refused token is told and mended. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Hubspot } from '../support/crm-servers.ts'
import { eventually } from '../support/eventually.ts'
import { openPhone } from '../support/phone.ts'
import { skip } from './browser.ts'
import { enterPanelHouse } from './panel-house.ts'

test('HubSpot is connected, calls are logged there, and what went wrong is seen and done again', { skip, timeout: 240_000 }, async (t) => {
  const crm = new Hubspot()
  const address = await crm.listen()
  t.after(() => crm.close())
  const { desk, page, complaints } = await enterPanelHouse(t, ({ webhooks }) => void (webhooks.networks = ['127.0.0.0/8']))
  const shot = async (name: string): Promise<unknown> => process.env['SCREENSHOTS'] && page.screenshot({ path: `${process.env['SCREENSHOTS']}/crm-${name}.png` })
  const carrier = await openPhone({ server: desk.sip, user: 'carrier', password: '' })
  t.after(() => carrier.close())
  const trunk = await desk.api.post<{ id: string }>('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port, callerId: '+12025550100' })
  await desk.api.post('/outbound-routes', { name: 'Outside with 9', pattern: '9.', strip: 1, trunkIds: [trunk.id] })
  const { alice } = await desk.pair('101', '102')
  await desk.api.post('/inbound-numbers', { number: '+12025550100', name: 'Main', destination: '101' })

  await page.getByRole('link', { name: 'CRM', exact: true }).click()
  await shot('empty')
  await page.getByRole('button', { name: 'Connect a CRM' }).first().click()
  const form = page.getByRole('dialog', { name: 'Connect a CRM' })
  await form.getByRole('textbox', { name: 'Name' }).fill('Sales')
  await form.getByRole('textbox', { name: 'Address' }).fill(address)
  await form.getByRole('button', { name: 'Connect', exact: true }).click()
  await form.getByText('Without a token nothing can be logged.').waitFor()
  await form.getByLabel('Token').fill('pat-na1-wrong')
  await form.getByText('Name the page of the call').click()
  await shot('form')
  await form.getByRole('button', { name: 'Connect', exact: true }).click()
  await page.getByRole('link', { name: 'Sales' }).waitFor()
  await page.getByRole('button', { name: 'Actions for connection Sales' }).click()
  await page.getByRole('menuitem', { name: 'Test the token' }).click()
  await page.getByText(/Its token is not valid, or not any more\. Make one in HubSpot/).first().waitFor()

  // Called from outside, as the carrier writes numbers; the contact has it as people do.
  const ada = crm.contact({ lastname: 'Lovelace', phone: '(202) 555-0143' })
  const mark = alice.incoming.mark()
  const inbound = await carrier.invite('+12025550100', { headers: [['P-Asserted-Identity', '<sip:+12025550143@carrier.example>']] })
  await (await alice.nextCall({ from: mark })).answer()
  await inbound.answered()
  await inbound.bye()
  await page.getByRole('cell', { name: 'Token refused' }).waitFor()
  await page.getByText('One call waits').waitFor()
  await shot('refused')
  await page.getByRole('button', { name: 'Actions for connection Sales' }).click()
  await page.getByRole('menuitem', { name: 'Edit' }).click()
  const edit = page.getByRole('dialog', { name: 'Edit connection Sales' })
  await edit.getByLabel('Token').fill(crm.token)
  await edit.getByRole('button', { name: 'Save' }).click()
  await eventually(() => crm.calls.length === 1, 'the call that waited')
  assert.deepEqual(crm.calls[0]?.associations, [ada])
  assert.deepEqual(['hs_call_direction', 'hs_call_status', 'hs_call_from_number', 'hs_call_to_number'].map((name) => crm.calls[0]?.properties[name]), ['INBOUND', 'COMPLETED', '+12025550143', '+12025550100'])
  assert.ok(Number(crm.calls[0]?.properties['hs_call_duration']) > 0)
  await page.getByRole('cell', { name: 'Logs' }).waitFor()
  await page.getByText('HubSpot account 4242').waitFor()

  // Dialled with the digit for a line; nobody has the number.
  const out = carrier.incoming.mark()
  const calling = await alice.invite('912025550177')
  await (await carrier.nextCall({ from: out })).answer()
  await calling.answered()
  await calling.bye()
  await page.getByRole('link', { name: 'Sales' }).click()
  await page.getByText('No contact in HubSpot has the number +12025550177.').waitFor()
  await page.getByRole('cell', { name: 'Left out' }).waitFor()
  assert.equal(await page.getByRole('link', { name: 'Open record' }).getAttribute('href'), `https://app-eu1.hubspot.com/contacts/4242/record/0-1/${ada}?engagement=${crm.calls[0]?.id}`)
  await shot('calls')
  crm.contact({ lastname: 'Hopper', mobilephone: '+1 202 555 0177' })
  await page.getByRole('row', { name: /12025550177/ }).getByRole('button', { name: 'Log again' }).click()
  await eventually(() => crm.calls.length === 2, 'the other call')
  assert.deepEqual(['hs_call_direction', 'hs_call_from_number', 'hs_call_to_number'].map((name) => crm.calls[1]?.properties[name]), ['OUTBOUND', '101', '+12025550177'])
  // The link in the note leads to the call.
  const link = /http:\/\/[^<\s]+\/calls\/[0-9a-f-]+/.exec(crm.calls[1]?.properties['hs_call_body'] ?? '')?.[0] ?? ''
  await page.goto(link)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.getByText('12025550177').first().waitFor()
  assert.deepEqual(complaints, [])
})
