/** The phone in the panel: it calls and is called with sound both ways, holds, transfers, sends keys, and comes back after a reload. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { eventually } from '../support/eventually.ts'
import { faults } from './accessibility.ts'
import { launch, openPage, skip, viewports } from './browser.ts'
import { setUpInBrowser, startPanelHouse } from './panel-house.ts'

const flags = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', '--autoplay-policy=no-user-gesture-required']

const shot = async (page: Page, name: string): Promise<void> => {
  if (process.env['SCREENSHOTS']) await page.screenshot({ path: `${process.env['SCREENSHOTS']}/softphone-${name}.png` })
}

/** The page's loudspeakers are listened to: which frequency is the loudest. */
const LISTEN = `(() => {
  const heard = window.heard = []
  const Native = window.RTCPeerConnection
  window.RTCPeerConnection = class extends Native {
    constructor(...given) {
      super(...given)
      this.addEventListener('track', ({ streams: [stream] }) => {
        const sound = new AudioContext()
        const analyser = new AnalyserNode(sound, { fftSize: 8192, smoothingTimeConstant: 0 })
        sound.createMediaStreamSource(stream).connect(analyser)
        heard.push({ sound, analyser })
      })
    }
  }
  window.loudest = () => heard.map(({ sound, analyser }) => {
    const levels = new Float32Array(analyser.frequencyBinCount)
    analyser.getFloatFrequencyData(levels)
    let best = 0
    for (let bin = 1; bin < levels.length; bin++) if (levels[bin] > levels[best]) best = bin
    return levels[best] > -60 ? Math.round(best * sound.sampleRate / analyser.fftSize) : 0
  })
})()`

async function hears(page: Page, hz: number): Promise<void> {
  await eventually(() => page.evaluate(`window.loudest().some((found) => Math.abs(found - ${hz}) < 15)`), `${hz} Hz`).catch(async (error: unknown) => {
    throw new Error(`the browser heard no ${hz} Hz but ${String(await page.evaluate('String(window.loudest())'))}`, { cause: error })
  })
}

test('the phone in the panel', { skip, timeout: 240_000 }, async (t) => {
  const house = await startPanelHouse((settings) => {
    settings.sip.wsPort = 0
  })
  t.after(() => house.close())
  const browser = await launch(flags)
  t.after(() => browser.close())
  const { page, complaints } = await openPage(browser)
  await page.addInitScript(LISTEN)
  await setUpInBrowser(page, house.setupLink)
  const { desk } = house
  await desk.api.signIn()
  const own = await desk.extension('101', { name: 'Anna' })
  const ben = await desk.registered(await desk.extension('102', { name: 'Ben' }))
  const carol = await desk.registered(await desk.extension('103', { name: 'Carol' }))
  assert.equal(await page.getByRole('button', { name: 'Open the phone' }).count(), 0, 'nobody has a phone without an extension')

  // An administrator gives the extension under Users.
  await page.getByRole('link', { name: 'Users' }).click()
  await page.getByRole('button', { name: /^Actions for/ }).first().click()
  await page.getByRole('menuitem', { name: /Edit/ }).click()
  await page.getByRole('combobox', { name: 'Own extension' }).fill('101')
  await page.getByRole('option', { name: '101 Anna' }).click()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('button', { name: 'Open the phone' }).click()
  const phone = page.getByRole('complementary', { name: 'Phone' })
  await phone.getByText('Ready').waitFor()

  await t.test('calls by name, and both hear each other', async () => {
    await phone.getByRole('combobox', { name: 'Call' }).fill('Be')
    await page.getByRole('option', { name: '102 Ben' }).click()
    await phone.getByRole('button', { name: 'Call', exact: true }).click()
    const incoming = await ben.nextCall()
    incoming.ring()
    await phone.getByText('Ringing').waitFor()
    await incoming.answer()
    await phone.getByText('Talking').waitFor()
    incoming.audio.play(1000)
    await Promise.all([hears(page, 1000), incoming.audio.hearsSomething()])
    await shot(page, 'talking')

    await phone.getByRole('button', { name: 'Hold' }).click()
    await phone.getByText('On hold').waitFor()
    await phone.getByRole('button', { name: 'Resume' }).click()
    await phone.getByText('Talking').waitFor()
    await phone.getByRole('button', { name: 'Keys' }).click()
    await phone.getByRole('region', { name: 'Call with 102' }).getByRole('button', { name: '5', exact: true }).click()
    await incoming.audio.hearsDigits('5')
    await phone.getByRole('button', { name: 'Keys' }).click()

    // A reload in the middle of it comes back to it.
    await page.reload()
    await phone.getByText('Talking').waitFor()
    incoming.audio.forget()
    await Promise.all([hears(page, 1000), incoming.audio.hearsSomething()])
    await shot(page, 'returned')

    // To somebody else, by the phone's own words.
    await phone.getByRole('button', { name: 'Transfer' }).click()
    await phone.getByRole('combobox', { name: 'Transfer to' }).fill('103')
    await page.getByRole('option', { name: '103 Carol' }).click()
    await phone.getByRole('button', { name: 'Transfer now' }).click()
    const second = await carol.nextCall()
    await second.answer()
    await phone.getByRole('button', { name: 'Hang up' }).waitFor({ state: 'detached' })
    second.audio.play(700)
    await incoming.audio.hears(700)
    await second.bye()
    await incoming.ended()
  })

  await t.test('is called on any page, and the call outlives going to another one', async () => {
    await page.getByRole('link', { name: 'Extensions' }).click()
    const call = await ben.invite('101')
    await phone.getByText('Calls you').waitFor()
    await shot(page, 'incoming')
    await phone.getByRole('button', { name: 'Answer' }).click()
    await call.answered()
    call.audio.play(1000)
    await page.getByRole('link', { name: 'Ring groups' }).click()
    await Promise.all([hears(page, 1000), call.audio.hearsSomething()])
    assert.deepEqual(await faults(page), [])
    await call.bye()
    await phone.getByRole('button', { name: 'Hang up' }).waitFor({ state: 'detached' })
  })

  const card = (name: string) => phone.getByRole('region', { name: `Call with ${name}` })
  const noCalls = () => eventually(async () => (await phone.getByRole('button', { name: 'Hang up' }).count()) === 0, 'no call is left')

  await t.test('a second call waits, and the two are swapped', async () => {
    const first = await ben.invite('101')
    await card('Ben').getByRole('button', { name: 'Answer' }).click()
    await first.answered()
    const second = await carol.invite('101')
    await card('Carol').getByText('Calls you').waitFor()
    assert.equal(await card('Ben').getAttribute('data-state'), 'talking', 'the first goes on while the second waits')
    await shot(page, 'waiting')
    await card('Carol').getByRole('button', { name: 'Answer' }).click()
    await second.answered()
    await card('Carol').getByText('Talking').waitFor()
    await card('Ben').getByText('On hold').waitFor()
    second.audio.play(700)
    first.audio.play(1000)
    await hears(page, 700)
    await card('Ben').getByRole('button', { name: 'Resume' }).click()
    await card('Ben').getByText('Talking').waitFor()
    await card('Carol').getByText('On hold').waitFor()
    await hears(page, 1000)
    assert.deepEqual(await faults(page), [])

    await page.setViewportSize(viewports.phone)
    await page.emulateMedia({ colorScheme: 'dark' })
    await card('Ben').getByRole('button', { name: 'Transfer' }).click()
    await phone.getByRole('button', { name: 'Connect with Carol' }).waitFor()
    await shot(page, 'phone-dark')
    assert.equal(await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth'), false, 'wider than a phone')
    const seen = (await phone.boundingBox())!
    assert.ok(seen.x >= 0 && seen.y >= 0 && seen.x + seen.width <= viewports.phone.width && seen.y + seen.height <= viewports.phone.height, `the phone is on the screen: ${JSON.stringify(seen)}`)
    await eventually(async () => (await faults(page)).length === 0, 'no fault for people who cannot see, in the dark').catch(async () => assert.deepEqual(await faults(page), []))
    await page.setViewportSize(viewports.desk)
    await page.emulateMedia({ colorScheme: 'light' })
    await second.bye()
    await first.bye()
    await noCalls()
  })

  await t.test('its password is worth nothing outside of the session', async () => {
    const me = (await desk.api.get<{ user: { id: string } }>('/auth/session')).user.id
    await desk.api.send('PATCH', `/users/${me}`, { extensionId: own.extensionId })
    const { username, password } = await desk.api.post<{ username: string; password: string }>('/softphone', {})
    await assert.rejects(desk.registered({ ...own, user: username, password }), /401|403/)
    await assert.rejects(new Promise((resolve, reject) => {
      const socket = new WebSocket(house.at('/').replace(/^http(.*)\/admin\/$/, 'ws$1/api/v1/softphone/sip'), 'sip')
      socket.onopen = resolve
      socket.onerror = () => reject(new Error('refused'))
    }), /refused/)
  })

  await t.test('signing out takes the phone away', async () => {
    const device = (await desk.api.get<{ devices: { name: string }[] }>(`/extensions/${own.extensionId}`)).devices
    assert.equal(device.length, 3, 'the own phone, and one for each of two sessions')
    await page.getByRole('button', { name: /^Account of/ }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    assert.equal((await desk.api.get<{ devices: unknown[] }>(`/extensions/${own.extensionId}`)).devices.length, 2)
    assert.equal((await desk.api.get<unknown[]>('/registrations?search=101')).length, 0)
  })
  assert.deepEqual(complaints, [])
})
