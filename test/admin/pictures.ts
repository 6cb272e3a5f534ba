/**
 * The pictures of the README: a small company with its phones, calls and settings, and the panel looking at them.
 * Not a suite: `node --test test/admin/pictures.ts` makes the pictures anew, in `admin/pictures`.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openPhone } from '../support/phone.ts'
import { startProgram } from '../support/program.ts'
import { talk } from '../support/talk.ts'
import { top } from '../support/run/suites.ts'
import { enterPanelHouse } from './panel-house.ts'

const folder = join(top, 'admin/pictures')
const PEOPLE = [['101', 'Anna Berg'], ['102', 'Ben Okafor'], ['103', 'Carla Díaz'], ['104', 'Dan Novak'], ['105', 'Reception'], ['106', 'Warehouse']] as const

test('pictures of the main screens', { timeout: 180_000 }, async (t) => {
  await mkdir(folder, { recursive: true })
  const { desk, page } = await enterPanelHouse(t, ({ webhooks, provisioning }) => void (webhooks.networks = ['127.0.0.1/32'], provisioning.plainNetworks = ['127.0.0.1']))
  const program = await startProgram()
  t.after(() => program.close())
  const { api } = desk
  const lines = new Map(await Promise.all(PEOPLE.map(async ([number, name]) => [number, await desk.extension(number, { name, voicemail: number === '105', ...(number === '102' && { recording: 'always' as const }) })] as const)))
  const phones = new Map(await Promise.all([...lines].slice(0, 5).map(async ([number, line]) => [number, await desk.registered(line)] as const)))
  const phone = (number: (typeof PEOPLE)[number][0]) => phones.get(number)!
  const id = (number: (typeof PEOPLE)[number][0]): string => lines.get(number)!.extensionId
  const carrier = await openPhone({ server: desk.sip, user: 'carrier', password: '' })
  t.after(() => carrier.close())

  const trunk = await api.post<{ id: string }>('/trunks', { name: 'Main carrier', host: '127.0.0.1', port: carrier.local.port, callerId: '+12025550100', emergency: true })
  await api.post('/trunks', { name: 'Second carrier', host: 'sip.carrier.invalid', callerId: '+12025550100' })
  await api.post('/outbound-routes', { name: 'Outside, with 9', pattern: '9.', strip: 1, trunkIds: [trunk.id] })
  await api.post('/ring-groups', { number: '200', name: 'Sales', greeting: '', members: (['101', '102', '103'] as const).map((number) => ({ extensionId: id(number), delaySeconds: 0 })), noAnswer: '105' })
  await api.post('/attendants', { number: '300', name: 'Front door', greeting: 'Welcome to the example company. For sales, press one. For the warehouse, press two.', keys: { 1: '200', 2: '106' }, directDial: true, noInput: '105' })
  await api.post('/attendants', { number: '301', name: 'We are closed', greeting: 'We are closed. Call again between nine and five.' })
  await api.post('/schedules', { number: '310', name: 'Office hours', open: '300', closed: '301', hours: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00' }] })
  await api.post('/inbound-numbers', { number: '+12025550100', name: 'Main number', destination: '310' })
  await api.post('/applications', { number: '750', name: 'Orders', url: program.url, fallback: '105' })
  const site = await api.post<{ id: string }>('/emergency/sites', { name: 'Headquarters', country: 'US', street: 'Main Street', houseNumber: '12', city: 'Springfield', state: 'IL', postalCode: '62701' })
  const places = await Promise.all(['2nd floor, east', '3rd floor'].map((name) => api.post<{ id: string }>('/emergency/locations', { siteId: site.id, name })))
  await api.ask('PATCH', '/emergency/settings', { locationId: places[0]?.id, mailTo: ['safety@example.com'], extensions: ['105'] })

  // Calls that are over: answered, missed, a message, and one that was recorded.
  const recorded = await talk(phone('101'), phone('102'), '102')
  recorded.out.audio.play(440)
  await recorded.in.audio.packets(100)
  recorded.out.audio.play(0)
  recorded.in.audio.play(660)
  await recorded.out.audio.packets(100)
  await recorded.out.bye()
  const refused = await phone('103').invite('104')
  await (await phone('104').nextCall()).reject(486)
  await refused.answered(10_000).catch(() => undefined)
  await refused.bye().catch(() => undefined)
  const help = await phone('104').invite('911')
  const dispatcher = await carrier.nextCall()
  await dispatcher.answer()
  await help.answered()
  await help.bye()
  // Calls that go on.
  const one = await talk(phone('103'), phone('104'), '104')
  for (const side of [one.out, one.in]) side.audio.play(300)
  const mark = carrier.incoming.mark()
  const outside = await phone('101').invite('92025550143')
  const there = await carrier.nextCall({ from: mark })
  await there.answer()
  await outside.answered()
  outside.audio.play(300)
  there.audio.play(300)
  await there.audio.packets(100)

  await page.setViewportSize({ width: 1280, height: 800 })
  const at = (path: string): string => new URL(`/admin${path}`, page.url()).href
  const picture = async (name: string, path: string, ready: () => Promise<unknown>): Promise<void> => {
    await page.goto(at(path))
    await ready()
    await page.waitForTimeout(700)
    await page.screenshot({ path: join(folder, `${name}.png`) })
  }
  const heading = (name: string) => () => page.getByRole('heading', { level: 1, name }).waitFor()
  await picture('overview', '/', heading('Overview'))
  await picture('live-calls', '/calls', heading('Live calls'))
  await picture('extensions', '/extensions', () => page.getByText('Carla Díaz').first().waitFor())
  await picture('trunks', '/trunks', () => page.getByText('Second carrier').first().waitFor())
  await picture('emergency', '/emergency', heading('Emergency'))
  await picture('recordings', '/recordings', () => page.getByRole('button', { name: /^Listen/ }).first().click())
  await picture('dial-plan', '/dial-plan', async () => {
    await page.getByLabel('Dials').fill('200')
    await page.getByRole('button', { name: 'Show' }).click()
    await page.getByText('Graph', { exact: true }).click()
    await page.getByRole('group', { name: 'The way of the call as a graph' }).getByRole('button', { name: /^Change: / }).first().waitFor()
  })
  const past = (await desk.history()).find(({ to }) => to.number === '102')
  await picture('call', `/calls/${past?.id ?? ''}`, async () => {
    await page.getByText('INVITE').first().scrollIntoViewIfNeeded()
    await page.mouse.wheel(0, 500)
  })
  for (const call of [one.out, outside]) await call.bye()
})
