/** Wrong PINs at shared phones and mailboxes, many calls at the same time: no more are looked at than one call after the other has. */
import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { test } from 'node:test'
import { createLogger } from '../../../config/logger.ts'
import type { Call } from '../../../pbx/calls/call.ts'
import { createPinTries } from '../../../pbx/calls/pin-tries.ts'
import type { CallWorld } from '../../../pbx/calls/world.ts'
import { serveDesk } from '../../../pbx/steps/desk.ts'
import type { BoxRow } from '../../../pbx/voicemail/boxes.ts'
import { listenTo } from '../../../pbx/voicemail/listen.ts'
import type { Talk } from '../../../pbx/voicemail/talk.ts'
import type { VoicemailWorld } from '../../../pbx/voicemail/world.ts'

const WRONG = '48151623'
const RIGHT = '739105'

/** A house with two extensions and many shared phones; `looked` are the PINs that were compared, `said` is what callers heard. */
function openHouse() {
  const looked: string[] = []
  const said: string[] = []
  const extensions = [{ id: 'anna', number: '101', name: 'Anna', enabled: true }, { id: 'ben', number: '102', name: 'Ben', enabled: true }]
  const isPin = async (pin: string): Promise<boolean> => {
    looked.push(pin)
    await turn()
    return pin === RIGHT
  }
  const world = {
    pinTries: createPinTries(() => 0),
    media: { capabilities: { play: true, speak: true, collect: true } },
    directory: { snapshot: () => ({ device: (id: string) => ({ id, name: id, desk: {} }), extensionByNumber: (_: string, number: string) => extensions.find((one) => one.number === number) }) },
    desks: { isPin: (_tenant: string, _extension: string, pin: string) => isPin(pin), logIn: async () => null },
  } as unknown as CallWorld
  const callFrom = (deviceId: string, number: string, extensionId = 'home'): Call => ({
    tenantId: 't', over: false, request: { caller: { deviceId, number, extensionId } }, signal: new AbortController().signal, answeredAt: 1, cleanup: new Set(), log: createLogger('silent'), mailbox: { run: (job: () => unknown) => job() }, conclude: () => false,
  }) as unknown as Call
  /** `*11` and this number; `asked` is awaited before the keys of each PIN. */
  const atDesk = (deviceId: string, number: string, pin: string, asked: () => Promise<void> = turn) => {
    let press: (digit: string) => void = () => undefined
    const endpoint = {
      on: (_: string, listener: typeof press) => {
        press = listener
        return () => undefined
      },
      play: async ({ name }: { name: string }) => {
        said.push(name)
        if (name !== 'voicemail-pin') return
        await asked()
        for (const key of `${pin}#`) press(key)
      },
    }
    return serveDesk(world, Object.assign(callFrom(deviceId, '190'), { caller: { endpoint } }), { what: 'desk-log-in', number } as Parameters<typeof serveDesk>[2])
  }
  /** `*98` for a mailbox. */
  const atMailbox = (id: string, from: string, pin: string, asked: () => Promise<void> = turn, extensionId = 'home') => {
    const talk = {
      over: false, say: async (name: string) => void said.push(name), ask: async () => '',
      digits: async () => {
        await asked()
        return pin
      },
    } as unknown as Talk
    const boxes = { row: async () => ({ id, number: '101', ask_own_phone: true, pin_sealed: Buffer.from('x') }) as BoxRow, isPin: (_: BoxRow, typed: string) => isPin(typed) }
    const messages = { of: async () => [], purge: async () => undefined }
    return listenTo({ calls: world, boxes, messages } as unknown as VoicemailWorld, callFrom('other', from, extensionId), talk, id)
  }
  return { looked, said, atDesk, atMailbox }
}

/** Resolves when so many wait for it; at once for those who come later. */
function together(count: number): () => Promise<void> {
  const all = Promise.withResolvers<void>()
  let here = 0
  return () => {
    here += 1
    if (here === count) all.resolve()
    return all.promise
  }
}

test('thirty calls at one shared phone have nine tries', async () => {
  const { looked, said, atDesk } = openHouse()
  const asked = together(30)
  await Promise.all(Array.from({ length: 30 }, () => atDesk('desk', '101', WRONG, asked)))
  assert.equal(looked.length, 9)
  assert.equal(said.filter((name) => name === 'voicemail-locked').length, 30)
  await atDesk('desk', '102', RIGHT)
  assert.equal(looked.length, 9, 'nor is anybody else asked there')
})

test('an extension has nine tries at all shared phones and its mailbox; other extensions, and its own phone, are asked', async () => {
  const { looked, said, atDesk, atMailbox } = openHouse()
  const asked = together(30)
  await Promise.all(Array.from({ length: 30 }, (_, at) => atDesk(`desk ${at}`, '101', WRONG, asked)))
  assert.equal(looked.length, 9)
  await atDesk('another desk', '101', RIGHT)
  await atMailbox('anna', '103', RIGHT)
  assert.equal(looked.length, 9)
  await atDesk('another desk', '102', RIGHT)
  assert.equal(said.at(-1), 'desk-logged-in')
  await atMailbox('anna', '101', RIGHT, turn, 'anna')
  assert.deepEqual([looked.length, said.at(-1)], [11, 'voicemail-goodbye'])
})

test('a mailbox has nine tries from all numbers at once, and nine from its own phone', async () => {
  for (const own of ['home', 'anna']) {
    const { looked, atMailbox, atDesk } = openHouse()
    const asked = together(30)
    await Promise.all(Array.from({ length: 30 }, (_, at) => atMailbox('anna', own === 'anna' ? '101' : `2${at}`, WRONG, asked, own)))
    assert.equal(looked.length, 9)
    await atDesk('desk', '101', RIGHT)
    assert.equal(looked.length, own === 'anna' ? 10 : 9)
  }
})

test('the right one is no try at that phone, and forgives the wrong ones of its extension', async () => {
  const { looked, said, atDesk } = openHouse()
  for (let at = 0; at < 20; at += 1) await atDesk('desk', '101', RIGHT)
  assert.equal(said.filter((name) => name === 'desk-logged-in').length, 20)
  for (let at = 0; at < 4; at += 1) {
    await atDesk(`desk ${at}`, '101', WRONG)
    await atDesk(`desk ${at}`, '101', RIGHT)
  }
  assert.deepEqual([looked.length, said.includes('voicemail-locked')], [36, false])
})
