/** A paging group is made, seen in the dial plan, and deleted; an extension opts out. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { skip } from './browser.ts'
import { enterPanelHouse } from './panel-house.ts'

test('a paging group is created, explained and deleted', { skip, timeout: 120_000 }, async (t) => {
  const { desk, page, complaints } = await enterPanelHouse(t)
  const shot = async (name: string): Promise<void> => {
    if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/${name}.png` })
  }
  await desk.extension('101', { name: 'Anna' })
  await desk.extension('102', { name: 'Ben' })
  const carl = await desk.extension('103', { name: 'Carl' })
  await page.goto(new URL('/admin/paging', page.url()).href)
  await page.getByText('No paging groups yet').waitFor()
  await page.getByRole('button', { name: 'New paging group' }).first().click()
  const form = page.getByRole('dialog', { name: 'New paging group' })
  await form.getByRole('textbox', { name: 'Number', exact: true }).fill('700')
  await form.getByRole('button', { name: 'Create paging group' }).click()
  await form.getByText('Say who is paged here').waitFor()
  await form.getByRole('textbox', { name: 'Name', exact: true }).fill('Warehouse')
  for (const name of ['102 Ben', '103 Carl']) {
    await form.getByRole('combobox', { name: 'Members' }).fill(name.slice(0, 3))
    await page.getByRole('option', { name }).click()
    await form.getByText(name).waitFor()
  }
  await form.getByRole('checkbox', { name: 'They can answer' }).check()
  await form.getByRole('textbox', { name: 'Extensions that may page' }).fill('1XX, west')
  await form.getByRole('button', { name: 'Create paging group' }).click()
  await form.getByText('WEST is no extension').waitFor()
  await form.getByRole('textbox', { name: 'Extensions that may page' }).fill('1XX')
  await shot('paging-form')
  await form.getByRole('button', { name: 'Create paging group' }).click()
  await page.getByRole('cell', { name: 'Heard, too' }).waitFor()
  await page.getByRole('cell', { name: '1XX' }).waitFor()
  await shot('paging')

  await page.goto(new URL(`/admin/extensions/${carl.extensionId}`, page.url()).href)
  await page.getByRole('region', { name: 'Call handling' }).getByRole('button', { name: 'Change' }).click()
  const handling = page.getByRole('dialog', { name: 'Call handling of 103' })
  await handling.getByRole('checkbox', { name: 'Answers intercom and paging' }).uncheck()
  await handling.getByRole('checkbox', { name: 'Answers intercom and paging' }).scrollIntoViewIfNeeded()
  await handling.getByRole('checkbox', { name: 'Listed in the company directory' }).uncheck()
  await shot('pageable')
  await handling.getByRole('button', { name: 'Save' }).click()
  await page.getByText('The call handling of 103 is saved.').waitFor()
  await page.getByText('Not found by name in the company directory.').waitFor()

  await page.goto(new URL('/admin/dial-plan', page.url()).href)
  await page.getByRole('textbox', { name: 'Caller' }).fill('101')
  await page.getByLabel('Dials').fill('700')
  await page.getByRole('button', { name: 'Show' }).click()
  await page.getByText('103 takes no paging').first().waitFor()
  await shot('paging-plan')

  await page.goto(new URL('/admin/paging', page.url()).href)
  await page.getByRole('button', { name: 'Actions for paging group 700' }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await page.getByRole('button', { name: 'Delete paging group' }).click()
  await page.getByText('No paging groups yet').waitFor()
  assert.match(complaints.join('\n'), /^422 \S+\/paging-groups$/)
})
