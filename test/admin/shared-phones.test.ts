/** Phones that people take turns at: one is shared, somebody sits down at it, is seen and logged out, and it is shared no more. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openPhone } from '../support/phone.ts'
import { skip } from './browser.ts'
import { enterPanelHouse } from './panel-house.ts'

test('a phone is shared, shows who sits there, and logs them out', { skip, timeout: 180_000 }, async (t) => {
  const { desk, page, complaints } = await enterPanelHouse(t)
  const [seat, anna] = [await desk.extension('190', { name: 'Desk 4' }), await desk.extension('101', { name: 'Anna Berg', voicemail: true })]
  await desk.api.send('PUT', `/mailboxes/${anna.extensionId}/pin`, { pin: '739105' })
  const phone = await openPhone({ server: desk.sip, user: seat.user, password: seat.password })
  t.after(() => phone.close())
  assert.equal((await phone.register()).status, 200)
  const shot = async (name: string): Promise<void> => { if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/${name}.png` }) }

  await page.getByRole('link', { name: 'Shared phones' }).click()
  await page.getByRole('button', { name: 'Share a phone' }).first().click()
  const form = page.getByRole('dialog', { name: 'Share a phone' })
  await form.getByRole('button', { name: 'Share the phone' }).click()
  await form.getByText('Choose the extension that the phone has').waitFor()
  await form.getByRole('combobox', { name: 'Extension of the seat' }).fill('190')
  await page.getByRole('option', { name: '190 Desk 4' }).click()
  await form.getByRole('combobox', { name: 'Phone', exact: true }).click()
  await page.getByRole('option', { name: /190/ }).click()
  await form.getByRole('combobox', { name: 'While nobody sits there' }).click()
  await page.getByRole('option', { name: 'Help, and numbers inside' }).click()
  await form.getByRole('textbox', { name: 'Log out after' }).fill('9')
  await form.getByRole('textbox', { name: 'Log out at' }).fill('25:00')
  await form.getByRole('button', { name: 'Share the phone' }).click()
  await form.getByText('A time of day, such as 18:30.').waitFor()
  await form.getByRole('textbox', { name: 'Log out at' }).fill('18:30')
  await shot('share-phone')
  await form.getByRole('button', { name: 'Share the phone' }).click()
  await page.getByRole('cell', { name: 'Nobody' }).waitFor()
  await page.getByRole('cell', { name: 'Reachable' }).waitFor()

  const call = await phone.invite('*11101')
  await call.answered()
  call.audio.play(0)
  await call.audio.hearsSomething(20_000)
  await call.audio.press('739105#')
  // By itself, without looking again.
  await page.getByRole('link', { name: '101 Anna Berg' }).waitFor()
  await call.ended(20_000)
  await shot('shared-phones')

  await page.getByRole('button', { name: /Actions for shared phone/ }).click()
  await page.getByRole('menuitem', { name: 'Log out Anna Berg' }).click()
  await page.getByRole('button', { name: 'Log out', exact: true }).click()
  await page.getByRole('cell', { name: 'Nobody' }).waitFor()
  await page.getByRole('button', { name: /Actions for shared phone/ }).click()
  await page.getByRole('menuitem', { name: 'Edit' }).click()
  const edit = page.getByRole('dialog', { name: /Edit shared phone/ })
  assert.deepEqual([await edit.getByRole('textbox', { name: 'Log out after' }).inputValue(), await edit.getByRole('textbox', { name: 'Log out at' }).inputValue()], ['9 h', '18:30'])
  await edit.getByRole('button', { name: 'Save' }).click()
  await edit.waitFor({ state: 'hidden' })
  await page.setViewportSize({ width: 390, height: 800 })
  await shot('shared-phones-phone')
  await page.setViewportSize({ width: 1280, height: 900 })
  await page.getByRole('button', { name: /Actions for shared phone/ }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await page.getByRole('button', { name: 'Share no more' }).click()
  await page.getByText('No shared phones').waitFor()
  assert.deepEqual(complaints, [])
})
