/** Recordings in the panel: how to switch them on, the list, hearing one with speed and keys, holding, deleting. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { eventually } from '../support/eventually.ts'
import { launch, openPage, skip } from './browser.ts'
import { setUpInBrowser, startPanelHouse, type PanelHouse } from './panel-house.ts'

let house: PanelHouse
let browser: Browser

before(async () => {
  if (skip) return
  house = await startPanelHouse()
  browser = await launch()
})

after(async () => {
  await browser?.close()
  await house?.close()
})

/** A recorded call in which one side speaks and then the other. */
async function record(): Promise<void> {
  const { desk } = house
  await desk.api.signIn()
  const { alice, bob } = await desk.pair('201', '202', { wish: { recording: 'always' } })
  const call = await alice.invite('202')
  const incoming = await bob.nextCall()
  await incoming.answer()
  await call.answered()
  call.audio.play(440)
  await incoming.audio.packets(60)
  call.audio.play(0)
  incoming.audio.play(1000)
  await call.audio.packets(60)
  call.audio.play(600)
  await incoming.audio.packets(40)
  await call.bye()
}

const player = (page: Page) => page.getByRole('region', { name: 'Player' })
/** The audio element's own state. */
const state = (page: Page) => page.locator('audio').evaluate((element) => {
  const { currentTime, playbackRate, paused } = element as unknown as { currentTime: number; playbackRate: number; paused: boolean }
  return { currentTime, playbackRate, paused }
})
const until = (page: Page, what: string, match: (audio: Awaited<ReturnType<typeof state>>) => boolean) => eventually(async () => match(await state(page)), what)

test('a recording is found, heard, held and deleted', { skip, timeout: 120_000 }, async (t) => {
  const { page, complaints } = await openPage(browser)
  await setUpInBrowser(page, house.setupLink)
  await t.test('an empty list says how recording is switched on', async () => {
    await page.getByRole('link', { name: 'Recordings' }).click()
    await page.getByText('Nothing is recorded yet').waitFor()
    await page.getByText(/set Recording to “Every call”/).waitFor()
  })
  await record()
  const row = page.getByRole('row', { name: /Extension 201.*Extension 202/s })
  await t.test('what was recorded appears by itself, once it is stored', async () => {
    await row.getByRole('button', { name: /^Listen/ }).waitFor({ timeout: 30_000 })
    await row.getByText('Telephone', { exact: true }).waitFor()
  })
  await t.test('it plays, faster, and jumps by key and pointer', async () => {
    await row.getByRole('button', { name: /^Listen/ }).click()
    const slider = player(page).getByRole('slider')
    await slider.waitFor()
    await player(page).getByText('2×').click()
    await player(page).getByRole('button', { name: 'Play', exact: true }).click()
    await until(page, 'it to play', (audio) => audio.currentTime > 0.3)
    assert.equal((await state(page)).playbackRate, 2)
    await slider.focus()
    await page.keyboard.press(' ')
    await until(page, 'it to pause', (audio) => audio.paused)
    await page.keyboard.press('Home')
    await until(page, 'its start', (audio) => audio.currentTime === 0)
    const box = (await slider.boundingBox())!
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2)
    const { currentTime } = await state(page)
    assert.ok(currentTime > 0.5, `the middle is at ${currentTime} s`)
    // Something is drawn: the canvas holds more than one colour, and the first third is loud above the middle only.
    const drawn = await page.locator('canvas').evaluate((element) => {
      const { width, height, getContext } = element as unknown as { width: number; height: number; getContext: (kind: '2d') => { getImageData: (...box: number[]) => { data: Uint8Array } } }
      const { data } = getContext.call(element, '2d').getImageData(0, 0, width, height)
      const painted = (from: number, to: number): number => {
        let count = 0
        for (let y = Math.floor(from * height); y < to * height; y += 1) for (let x = 0; x < width * 0.3; x += 1) if (data[4 * (y * width + x) + 3]! > 0) count += 1
        return count
      }
      return { above: painted(0, 0.45), below: painted(0.55, 1) }
    })
    assert.ok(drawn.above > 5 * drawn.below, JSON.stringify(drawn))
  })
  await t.test('it is saved as Ogg and as WAV under a telling name', async () => {
    for (const [item, name] of [['Download (Ogg Opus)', /^recording-\d{8}-\d{4}-201-202\.ogg$/], ['Download as WAV', /^recording-\d{8}-\d{4}-201-202\.wav$/]] as const) {
      await row.getByRole('button', { name: /^Actions/ }).click()
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: item }).click()])
      assert.match(download.suggestedFilename(), name)
    }
  })
  if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/recordings.png`, fullPage: true })
  await t.test('a legal hold needs a reason and forbids deleting', async () => {
    await row.getByRole('button', { name: /^Actions/ }).click()
    await page.getByRole('menuitem', { name: 'Legal hold' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Hold' }).click()
    await page.getByText('Say what for').waitFor()
    await page.getByRole('dialog').getByLabel('Reason').fill('Dispute 17')
    await page.getByRole('dialog').getByRole('button', { name: 'Hold' }).click()
    await row.getByLabel('Legal hold').waitFor()
    await row.getByRole('button', { name: /^Actions/ }).click()
    assert.equal(await page.getByRole('menuitem', { name: 'Delete' }).isDisabled(), true)
    await page.getByRole('menuitem', { name: 'Lift the legal hold' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Lift' }).click()
    await row.getByLabel('Legal hold').waitFor({ state: 'detached' })
  })
  await t.test('settings are saved', async () => {
    await page.getByRole('button', { name: 'Recording settings' }).click()
    await page.getByRole('dialog').getByLabel('Recordings are kept').fill('90')
    await page.getByRole('dialog').getByLabel(/both sides hear/).selectOption('beep')
    if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/recording-settings.png` })
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await page.getByText('The recording settings are saved.').waitFor()
    assert.deepEqual(await house.desk.api.get('/recording-settings'), { days: 90, standardDays: 365, notice: 'beep' })
  })
  await t.test('deleted, it is gone from the list and says who did it', async () => {
    await row.getByRole('button', { name: /^Actions/ }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await row.waitFor({ state: 'detached' })
    await page.goto(house.at('/recordings?status=deleted'))
    await page.getByRole('row', { name: /Extension 201/ }).getByText('Deleted', { exact: true }).waitFor()
  })
  assert.deepEqual(complaints, [])
})
