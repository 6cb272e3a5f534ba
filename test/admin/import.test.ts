/** Many extensions from a file: what is wrong is shown by line, what would happen before it does, the passwords once. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { launch, openPage, skip } from './browser.ts'
import { setUpInBrowser, startPanelHouse } from './panel-house.ts'

test('a file with a fault, then a good one, and its passwords', { skip }, async (t) => {
  const house = await startPanelHouse()
  t.after(() => house.close())
  const browser = await launch()
  t.after(() => browser.close())
  const { page } = await openPage(browser)
  await setUpInBrowser(page, house.setupLink)
  await house.desk.api.signIn()
  await page.goto(house.at('/extensions'))
  await page.getByRole('button', { name: 'Import' }).click()
  const drawer = page.getByRole('dialog', { name: 'Import extensions' })
  const give = async (csv: string): Promise<void> => {
    const chooser = page.waitForEvent('filechooser')
    await drawer.getByRole('button', { name: 'File', exact: true }).click()
    await (await chooser).setFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) })
  }
  await give('number,name,ringSeconds\n201,Anna,20\n202,,soon\n')
  await drawer.getByText('One thing is wrong with this file').waitFor()
  await drawer.getByRole('cell', { name: 'ringSeconds' }).waitFor()
  assert.equal(await drawer.getByRole('button', { name: 'Import' }).isDisabled(), true)
  await give('number,name,ringSeconds\n201,Anna,20\n202,Ben,\n')
  await drawer.getByText('2 new, 0 changed, 0 as they are.').waitFor()
  assert.equal((await house.desk.api.get<unknown[]>('/extensions')).length, 0, 'nothing yet')
  await drawer.getByRole('button', { name: 'Import 2 extensions' }).click()
  await drawer.getByText('2 made, 0 changed.').waitFor()
  assert.equal(await drawer.getByRole('button', { name: 'Close' }).isDisabled(), true, 'not before the passwords are saved')
  const saving = page.waitForEvent('download')
  await drawer.getByRole('button', { name: 'Save passwords' }).click()
  const [head, anna] = (await readFile((await (await saving).path())!, 'utf8')).split('\r\n')
  assert.equal(head, 'number,name,username,password')
  const [, , user, password] = (anna ?? '').split(',')
  await house.desk.registered({ user: user!, password: password! })
  await drawer.getByRole('button', { name: 'Close' }).click()
  await page.getByRole('link', { name: '202' }).waitFor()
})
