/** A list of lamps is set with the handling of calls, and a phone gets it by one subscription. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { skip } from './browser.ts'
import { enterPanelHouse } from './panel-house.ts'

test('lamps are listed in the panel, what is no number is refused there, and the phone gets them', { skip, timeout: 120_000 }, async (t) => {
  const { desk, page, complaints } = await enterPanelHouse(t)
  const line = await desk.extension('101', { name: 'Reception' })
  await desk.extension('102', { name: 'Ben' })
  await page.goto(new URL(`/admin/extensions/${line.extensionId}`, page.url()).href)
  await page.getByRole('button', { name: 'Change', exact: true }).click()
  const form = page.getByRole('dialog', { name: 'Call handling of 101' })
  await form.getByText('The BLF list URI of its phones is blf-101 at this server.').waitFor()
  const list = form.getByLabel('BLF list').first()
  for (const number of ['102', '*21', 'Ben']) {
    await list.fill(number)
    await list.press('Enter')
  }
  await form.getByRole('button', { name: 'Save' }).click()
  await form.getByText('Ben is no number inside, such as 102, and no code, such as *21.').first().waitFor()
  await list.press('Backspace')
  await list.scrollIntoViewIfNeeded()
  if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/lamp-list.png` })
  await form.getByRole('button', { name: 'Save' }).click()
  await page.getByText('The call handling of 101 is saved.').waitFor()
  const phone = await desk.registered(line)
  await phone.subscribe('dialog', { expires: 600, uri: `sip:blf-101@${desk.sip.host}:${desk.sip.port}`, headers: [['Supported', 'eventlist']] })
  const { body } = await phone.received.until(({ method }) => method === 'NOTIFY', 'the list')
  assert.match(body, /sip:102@[^]*<name>Ben<\/name>[^]*sip:\*21@/)
  assert.deepEqual(complaints, [])
})
