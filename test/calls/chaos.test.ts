/**
 * A thousand calls through a network that drops, doubles and reorders 5 % of the packets each.
 * Every call must come to its right end, and afterwards nothing may be left: no call, no dialog,
 * no transaction, no port.
 */
import assert from 'node:assert/strict'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { after, before, suite, test } from 'node:test'
import type { EmbeddedSignalling } from '../../pbx/signalling/embedded.ts'
import { mulberry32, startChaos, type Chaos } from '../support/chaos.ts'
import { eventually } from '../support/eventually.ts'
import { startHouse, type House } from '../support/house.ts'
import type { Phone, PhoneCall } from '../support/phone.ts'
import { rtpRange } from '../support/ports.ts'

const CALLS = 1000
const PAIRS = 20
const SEED = 20261121
/** The longest that RFC 3261 lets one side wait for the other, and some for the machine. */
const PATIENCE_MS = 60_000

/** What the callee and the caller do, and what the caller must be told. */
const STORIES = ['caller hangs up', 'callee hangs up', 'busy', 'cancelled', 'both hang up'] as const
type Story = (typeof STORIES)[number]

suite('chaos', () => {
  let house: House
  let chaos: Chaos
  const told = new Map<Story, number>()
  before(async () => {
    house = await startHouse({
      change(settings) {
        settings.media.ports = rtpRange(4000)
        settings.registrar.qualifySeconds = 0
      },
    })
    chaos = startChaos({ server: house.sip, drop: 0.05, double: 0.05, reorder: 0.05, seed: SEED })
  })
  after(async () => {
    await house?.closePhones()
    await chaos?.close()
    await house?.close()
  })

  async function phone(number: string): Promise<Phone> {
    const line = await house.extension(number)
    const path = await chaos.path()
    return house.registered(line, { server: path.entry, contact: path.exit, audio: false })
  }

  async function play(story: Story, alice: Phone, bob: Phone): Promise<void> {
    const from = bob.incoming.mark()
    const call = await alice.invite(bob.options.user)
    const incoming = await rung(call, bob.nextCall({ from, ms: PATIENCE_MS }))
    if (story === 'busy') {
      incoming.reject(486)
      assert.equal((await call.ended(PATIENCE_MS)).status, 486)
    } else if (story === 'cancelled') {
      // The 180 may be lost, and is never repeated; that the callee rings says that CANCEL has something to cancel.
      incoming.ring()
      await call.cancel()
      assert.equal((await call.ended(PATIENCE_MS)).status, 487)
      assert.equal((await incoming.ended(PATIENCE_MS)).how, 'cancel')
    } else {
      incoming.ring()
      const answered = incoming.answer(PATIENCE_MS)
      await call.answered(PATIENCE_MS)
      await answered
      await hangUp(story, call, incoming)
    }
    told.set(story, (told.get(story) ?? 0) + 1)
  }

  /** The callee's side of the call. A call that ends before it rings says why, as the house sees it. */
  async function rung(call: PhoneCall, incoming: Promise<PhoneCall>): Promise<PhoneCall> {
    const refused = call.ended(PATIENCE_MS).then(async ({ status }) => {
      const { termination } = await house.verdict(call)
      throw new Error(`${status} before it rang: ${termination?.explanation} The log's last words: ${house.warnings.slice(-3).join(' ')}`)
    })
    return Promise.race([incoming, refused])
  }

  async function hangUp(story: Story, call: PhoneCall, incoming: PhoneCall): Promise<void> {
    if (story === 'both hang up') {
      const answers = await Promise.all([call.bye(), incoming.bye()])
      for (const { status } of answers) assert.ok(status === 200 || status === 481, `BYE: ${status}`)
      return
    }
    const [first, second] = story === 'caller hangs up' ? [call, incoming] : [incoming, call]
    assert.equal((await first.bye()).status, 200)
    assert.equal((await second.ended(PATIENCE_MS)).how, 'bye')
  }

  test(`${CALLS} calls come to their right end`, async (t) => {
    const random = mulberry32(SEED)
    const stories = Array.from({ length: CALLS }, () => STORIES[Math.floor(random() * STORIES.length)] as Story)
    const problems: string[] = []
    await Promise.all(
      Array.from({ length: PAIRS }, async (_, pair) => {
        const alice = await phone(`${3000 + pair}`)
        const bob = await phone(`${4000 + pair}`)
        for (let at = pair; at < CALLS; at += PAIRS) {
          const story = stories[at] as Story
          await play(story, alice, bob).catch((error: Error) => problems.push(`call ${at} (${story}): ${error.message}`))
        }
      }),
    )
    assert.equal(problems.length, 0, `seed ${SEED}: ${problems.length} calls went wrong\n${problems.slice(0, 10).join('\n')}`)
    const { dropped, doubled, reordered, passed } = chaos.figures
    t.diagnostic(`${CALLS} calls, ${passed + dropped + doubled + reordered} packets: ${dropped} dropped, ${doubled} doubled, ${reordered} reordered`)
    assert.ok(dropped > CALLS / 4, 'the network was bad')
  })

  test('every call has one verdict, and it is the right one', async () => {
    await house.idle(PATIENCE_MS)
    const started = house.events.entries.filter((event) => event.type === 'call.started').length
    const results = new Map<string, number>()
    for (const event of house.events.entries) {
      if (event.type !== 'call.ended') continue
      const result = event.data.call.termination?.result ?? 'none'
      results.set(result, (results.get(result) ?? 0) + 1)
    }
    const count = (...stories: Story[]): number => stories.reduce((sum, story) => sum + (told.get(story) ?? 0), 0)
    assert.deepEqual(Object.fromEntries([...results].sort()), {
      answered: count('caller hangs up', 'callee hangs up', 'both hang up'),
      busy: count('busy'),
      cancelled: count('cancelled'),
    })
    assert.equal(started, CALLS)
  })

  const foreign = process.env['DRACHTIO'] ? 'DRACHTIO is set: that server does not tell what it holds' : false
  test('no transaction, dialog or audio connection is left, and no port but those kept for the next calls', { skip: foreign }, async () => {
    const { signalling, pbx } = house.dialplane
    assert.ok('status' in signalling, 'the embedded engine tells its status')
    const engine = signalling as unknown as EmbeddedSignalling
    // Transactions linger for 64*T1 = 32 s by design, ports drain for some seconds.
    await eventually(async () => {
      const { transactions, dialogs } = await engine.status()
      const media = (await pbx.health()).find((part) => part.name === 'media')?.message ?? ''
      const ports = await ownPorts(house.settings.media.ports)
      const connections = Number(/(\d+) audio connections/.exec(media)?.[1] ?? NaN)
      assert.deepEqual({ transactions, dialogs, connections }, { transactions: { server: 0, client: 0 }, dialogs: 0, connections: 0 })
      assert.ok(ports.length <= KEPT_PORTS * house.settings.media.workers, `${ports.length} ports are bound`)
      return true
    }, 'nothing to be left', PATIENCE_MS)
  })
})

/** Two for each pair that a media worker opens in advance (16) or keeps after it was drained (64). */
const KEPT_PORTS = 2 * (16 + 64)

/** UDP ports of the range that this process has bound; others on this machine may have the rest. */
async function ownPorts({ first, last }: { first: number; last: number }): Promise<number[]> {
  const links = (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''))
  const sockets = new Set(await Promise.all(links))
  return (await readFile('/proc/net/udp', 'latin1'))
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => sockets.has(`socket:[${fields[9]}]`))
    .map((fields) => parseInt(fields[1]?.split(':')[1] ?? '0', 16))
    .filter((port) => port >= first && port <= last)
}
