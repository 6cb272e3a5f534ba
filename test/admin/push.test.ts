/** Called while the panel is closed: a closed page is told, the worker shows who calls, and a page that opens then rings and talks. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { eventually } from '../support/eventually.ts'
import { openPushService } from '../support/push-service.ts'
import { launch, openPage, skip } from './browser.ts'
import { setUpInBrowser, startPanelHouse } from './panel-house.ts'

const flags = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', '--autoplay-policy=no-user-gesture-required']

interface Shown { title: string; body: string; tag: string }

test('the phone in the panel while it is closed', { skip, timeout: 240_000 }, async (t) => {
  const service = await openPushService()
  t.after(() => service.close())
  const house = await startPanelHouse((settings) => {
    settings.sip.wsPort = 0
    settings.webhooks.networks = ['127.0.0.1/32']
  })
  t.after(() => house.close())
  const browser = await launch(flags)
  t.after(() => browser.close())
  const { page, context, complaints } = await openPage(browser)
  const origin = new URL(house.at('/')).origin
  await context.grantPermissions(['notifications', 'microphone'], { origin })
  // The one thing that a browser without its maker's push service cannot do; all else is its own.
  await context.addInitScript(`{
    let subscribed = null
    const told = ${JSON.stringify(service.subscription)}
    PushManager.prototype.subscribe = async function (options) {
      if (!options.userVisibleOnly || !options.applicationServerKey) throw new Error('not as it should be')
      return (subscribed = { toJSON: () => told, unsubscribe: async () => ((subscribed = null), true) })
    }
    PushManager.prototype.getSubscription = async () => subscribed
  }`)
  await setUpInBrowser(page, house.setupLink)
  const { desk } = house
  await desk.api.signIn()
  const own = await desk.extension('101', { name: 'Anna', ringSeconds: 30 })
  const ben = await desk.registered(await desk.extension('102', { name: 'Ben Okafor' }))
  const { user } = await desk.api.get<{ user: { id: string } }>('/auth/session')
  await desk.api.ask('PATCH', `/users/${user.id}`, { extensionId: own.extensionId })

  /** As the browser does with a message that its push service brings. */
  const deliver = async (message: object): Promise<void> => {
    const cdp = await context.newCDPSession(page)
    const { promise, resolve } = Promise.withResolvers<string>()
    cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => registrations.forEach(({ scopeURL, registrationId }) => scopeURL.endsWith('/admin/') && resolve(registrationId)))
    await cdp.send('ServiceWorker.enable')
    await cdp.send('ServiceWorker.deliverPushMessage', { origin: `${origin}/`, registrationId: await promise, data: JSON.stringify(message) })
    await cdp.detach()
  }
  const worker = () => context.serviceWorkers()[0]!
  const shown = (): Promise<Shown[]> => worker().evaluate('self.registration.getNotifications().then((all) => all.map(({ title, body, tag }) => ({ title, body, tag })))') as Promise<Shown[]>
  const shot = async (of: Page, name: string): Promise<void> => {
    if (process.env['SCREENSHOTS']) await of.screenshot({ path: `${process.env['SCREENSHOTS']}/push-${name}.png` })
  }

  await t.test('the panel can be installed', async () => {
    const { errors, data } = await (await context.newCDPSession(page)).send('Page.getAppManifest')
    assert.deepEqual(errors, [])
    assert.equal((JSON.parse(data ?? '') as { display: string }).display, 'standalone')
    const problems = await (await context.newCDPSession(page)).send('Page.getInstallabilityErrors')
    // Pages of a private window, as these are, are never installed.
    assert.deepEqual(problems.installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito'), [])
  })

  await t.test('a person turns it on', async () => {
    await page.reload()
    await page.getByRole('button', { name: 'Open the phone' }).click()
    const phone = page.getByRole('complementary', { name: 'Phone' })
    await phone.getByText('Ready').waitFor()
    await phone.getByRole('tab', { name: 'Sound' }).click()
    await phone.getByLabel('Tell of calls while this page is closed').click({ force: true })
    await eventually(async () => (await desk.api.get<{ action: string }[]>('/audit?limit=20')).some(({ action }) => action === 'push.subscribe'), 'the subscription')
    await shot(page, 'on')
    await page.getByRole('button', { name: 'Close the phone' }).click()
  })

  await t.test('a closed page: who calls is shown, and that the call was missed', async () => {
    await page.goto('about:blank')
    const mark = service.pushed.mark()
    const call = await ben.invite('101')
    await call.status(180)
    const { message } = await service.pushed.until(({ message: { kind } }) => kind === 'call', 'the message of the call', { from: mark })
    await deliver(message)
    await eventually(async () => (await shown()).length > 0, 'the notification')
    assert.deepEqual(await shown(), [{ title: 'Ben Okafor', body: '102 calls you', tag: `dialplane.${message.callId}` }])
    await call.cancel()
    await deliver((await service.pushed.until(({ message: { kind } }) => kind === 'over', 'the message of the end', { from: mark })).message)
    await eventually(async () => (await shown()).map(({ body }) => body).join() === 'Missed call', 'the missed call')
  })

  await t.test('a page that the notification opens rings, is answered, and both talk', async () => {
    const mark = service.pushed.mark()
    const call = await ben.invite('101')
    await call.status(180)
    await deliver((await service.pushed.until(({ message: { kind } }) => kind === 'call', 'the message of the call', { from: mark })).message)
    await page.goto(house.at('/?ring'))
    const phone = page.getByRole('complementary', { name: 'Phone' })
    await phone.getByText('Calls you').waitFor()
    await shot(page, 'rings')
    await phone.getByRole('button', { name: 'Answer' }).click()
    await call.answered()
    await call.audio.hearsSomething()
    await deliver((await service.pushed.until(({ message: { kind } }) => kind === 'over', 'the message of the end', { from: mark })).message)
    await eventually(async () => !(await shown()).some(({ body }) => body !== 'Missed call'), 'the notification to go')
    await call.bye()
  })

  await t.test('an open page whose phone is closed opens it, and rings by itself', async () => {
    await page.evaluate("localStorage.setItem('dialplane.phone-open', 'no')")
    await page.goto(house.at('/'))
    await page.getByRole('button', { name: 'Open the phone' }).waitFor()
    const mark = service.pushed.mark()
    const call = await ben.invite('101')
    await deliver((await service.pushed.until(({ message: { kind } }) => kind === 'call', 'the message of the call', { from: mark })).message)
    await page.getByRole('complementary', { name: 'Phone' }).getByText('Calls you').waitFor()
    await call.cancel()
  })

  await t.test('a person turns it off', async () => {
    const phone = page.getByRole('complementary', { name: 'Phone' })
    await phone.getByRole('tab', { name: 'Sound' }).click()
    await phone.getByLabel('Tell of calls while this page is closed').click({ force: true })
    await eventually(async () => (await desk.api.get<{ action: string }[]>('/audit?limit=20')).some(({ action }) => action === 'push.unsubscribe'), 'the end of the subscription')
  })
  assert.deepEqual(complaints, [])
})
