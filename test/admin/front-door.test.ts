/** A front door set up from the screens alone: an announcement, an attendant, opening hours with a holiday file, and a call through it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { skip } from './browser.ts'
import { enterPanelHouse } from './panel-house.ts'

test('announcement, attendant and opening hours lead a caller to somebody', { skip, timeout: 180_000 }, async (t) => {
  const { desk, page, complaints } = await enterPanelHouse(t)
  const [caller, anna] = [await desk.extension('101', { name: 'Carl' }), await desk.extension('102', { name: 'Anna' })]
  const [phone, hers] = [await desk.registered(caller), await desk.registered(anna)]
  const shot = async (name: string): Promise<void> => {
    if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/${name}.png`, fullPage: true })
  }
  const dialog = page.getByRole('dialog')

  await t.test('an announcement and a menu, with the target found by name', async () => {
    await page.getByRole('link', { name: 'Attendants' }).click()
    await page.getByText('No attendants yet').waitFor()
    await page.getByRole('button', { name: 'New attendant' }).first().click()
    await dialog.getByRole('textbox', { name: 'Number', exact: true }).fill('701')
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Closed')
    await dialog.getByRole('textbox', { name: 'Greeting', exact: true }).fill('We are closed.')
    await dialog.getByRole('button', { name: 'Create attendant' }).click()
    await page.getByRole('row', { name: /701.*an announcement/ }).waitFor()
    await page.getByRole('button', { name: 'New attendant' }).click()
    await dialog.getByRole('textbox', { name: 'Number', exact: true }).fill('700')
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Main menu')
    await dialog.getByRole('textbox', { name: 'Greeting', exact: true }).fill('Welcome. For Anna, press one.')
    await dialog.getByRole('combobox', { name: 'Add a key' }).or(dialog.getByPlaceholder('Add a key')).first().click()
    await page.getByRole('option', { name: '1', exact: true }).click()
    await dialog.getByLabel('Key 1 leads to').fill('anna')
    await page.getByRole('option', { name: /102.*Anna/ }).first().click()
    assert.equal(await dialog.getByLabel('Key 1 leads to').inputValue(), '102')
    await shot('attendant-form')
    await dialog.getByRole('button', { name: 'Create attendant' }).click()
    await page.getByRole('row', { name: /700.*1: 102/ }).waitFor()
    await shot('attendants')
  })

  await t.test('opening hours, with the holidays of a calendar file; what leads nowhere is refused at its field', async () => {
    await page.getByRole('link', { name: 'Opening hours' }).click()
    await page.getByRole('button', { name: 'New opening hours' }).first().click()
    await dialog.getByRole('textbox', { name: 'Number', exact: true }).fill('500')
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Office')
    await dialog.getByLabel('While open, calls go to').fill('700')
    await dialog.getByLabel('While closed, calls go to').fill('799')
    for (const day of ['Sat', 'Sun']) await dialog.getByText(day, { exact: true }).click()
    await dialog.getByLabel('From', { exact: true }).fill('00:00')
    await dialog.getByLabel('To', { exact: true }).fill('00:00')
    const calendar = 'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Founders’ day\r\nDTSTART;VALUE=DATE:20270315\r\nEND:VEVENT\r\nEND:VCALENDAR'
    await page.locator('input[type=file]').setInputFiles({ name: 'days.ics', mimeType: 'text/calendar', buffer: Buffer.from(calendar) })
    await dialog.getByRole('group', { name: 'Holiday 1' }).waitFor()
    assert.equal(await dialog.getByLabel('First day').inputValue(), '2027-03-15')
    await dialog.getByRole('button', { name: 'Create opening hours' }).click()
    await dialog.getByText(/This leads nowhere/).first().waitFor()
    assert.match(complaints.splice(0).join(), /^422 .*\/schedules$/)
    await dialog.getByLabel('While closed, calls go to').fill('701')
    await shot('hours-form')
    await dialog.getByRole('button', { name: 'Create opening hours' }).click()
    await page.getByRole('row', { name: /500.*Open.*Mon–Sun 00:00–24:00.*One holiday/ }).waitFor()
    await shot('hours')
  })

  await t.test('a caller comes through, until it is closed by hand', async () => {
    const mark = hers.incoming.mark()
    const call = await phone.invite('500')
    await call.answered()
    call.audio.play(0)
    await call.audio.hearsSomething()
    await call.audio.press('1')
    const ringing = await hers.nextCall({ from: mark })
    await ringing.answer()
    await call.bye()
    await page.getByRole('button', { name: 'Actions for opening hours 500' }).click()
    await page.getByRole('menuitem', { name: 'Close by hand' }).click()
    await page.getByText('Closed by hand').waitFor()
    const late = await phone.invite('500')
    await late.answered()
    late.audio.play(0)
    await late.audio.hearsSomething()
    await late.ended()
  })

  await t.test('the graph shows every case, and what would be at another time', async () => {
    await page.getByRole('link', { name: 'Dial plan' }).click()
    await page.getByLabel('Dials').fill('500')
    await page.getByRole('button', { name: 'Show' }).click()
    await page.getByText('Graph', { exact: true }).click()
    const graph = page.getByRole('group', { name: 'The way of the call as a graph' })
    await graph.getByText('While open').waitFor()
    await graph.getByText('When the caller presses 1').waitFor()
    await shot('front-door-graph')
    await page.getByLabel('When', { exact: true }).fill('2027-03-15T12:00')
    await page.getByRole('button', { name: 'Show' }).click()
    await graph.getByText(/turned to closed by hand/).first().waitFor()
  })
  assert.deepEqual(complaints, [])
})
