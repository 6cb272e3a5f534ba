/** The company directory by phone: a name is spelled on the keys, heard, and called. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import { startHouse, type House } from '../support/house.ts'
import type { Phone, PhoneCall } from '../support/phone.ts'
import { hearEachOther } from '../support/talk.ts'
import { toneWav } from '../support/wav.ts'

const DIRECTORY = '*411'
/** What the recorded name of Zoe Smith sounds like. */
const HER_VOICE = 1500

suite('company directory', () => {
  let house: House
  let caller: Phone
  let zoe: Phone
  let anna: Phone
  let joerg: Phone
  let joergId: string
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    caller = await house.registered(await house.extension('800', { name: 'Carl Caller' }), { payloads: [0, 101] })
    const lines = [await house.extension('801', { name: 'Zoe Smith', voicemail: true }), await house.extension('802', { name: 'Anna Smith' }), await house.extension('803', { name: 'Jörg Müller' })] as const
    zoe = await house.registered(lines[0])
    anna = await house.registered(lines[1])
    joerg = await house.registered(lines[2])
    joergId = lines[2].extensionId
    assert.equal((await house.api.send('PUT', `/mailboxes/${lines[0].extensionId}/greeting?kind=name`, { sound: toneWav(HER_VOICE, 3).toString('base64') })).status, 200)
  })
  after(() => house?.close())
  afterEach(() => house.idle())

  async function spelled(keys: string, to = DIRECTORY): Promise<PhoneCall> {
    const call = await caller.invite(to)
    await call.answered()
    call.audio.play(0)
    await call.audio.hearsSomething()
    await call.audio.press(keys)
    return call
  }

  async function connected(call: PhoneCall, to: Phone, from: number): Promise<void> {
    const ringing = await to.nextCall({ from, ms: 20_000 })
    await ringing.answer()
    await hearEachOther(call, ringing)
    await call.bye()
    await ringing.ended()
  }

  test('SMI finds two; the second is heard in her own voice and called with 1, in one chain', async () => {
    const mark = zoe.incoming.mark()
    const call = await spelled('764#')
    // Anna comes first, and is passed by.
    call.audio.forget()
    await call.audio.hearsSomething()
    await call.audio.press('*')
    await call.audio.hears(HER_VOICE, 20_000)
    await call.audio.press('1')
    await connected(call, zoe, mark)
    const { rootId } = await house.verdict(call)
    await house.idle()
    const chain = await house.history(`?rootId=${rootId}&order=asc`)
    assert.deepEqual(chain.map((one) => [one.from.number, one.to.number, one.termination?.reason]), [['800', DIRECTORY, 'transferred'], ['800', '801', 'hung-up']])
    assert.match(chain[1]?.plan.steps[0]?.reason ?? '', /company directory chose 801 \(Zoe Smith\)/)
  })

  test('by the first name, typed ahead', async () => {
    const mark = anna.incoming.mark()
    const call = await spelled('2662#1')
    await connected(call, anna, mark)
  })

  test('umlauts are folded or spelled out; # leaves; who is not listed is not found', async () => {
    for (const keys of ['685537#1', '6835537#1', '5674#1', '56374#1']) {
      const mark = joerg.incoming.mark()
      await connected(await spelled(keys), joerg, mark)
    }
    const left = await spelled('764##')
    await left.ended()
    const { termination } = await house.verdict(left)
    assert.deepEqual([termination?.reason, termination?.explanation], ['no-choice', 'The caller chose nobody in the company directory.'])
    const plan = await house.api.get<{ steps: { step: string }[] }>(`/routing/explanation?to=${encodeURIComponent(DIRECTORY)}`)
    assert.match(plan.steps[0]?.step ?? '', /spell a name/)
    assert.equal((await house.api.send('PATCH', `/extensions/${joergId}`, { listed: false })).status, 200)
    const call = await spelled('685#1')
    // Nobody has the name: it asks again, and a 1 that was typed ahead is no choice.
    const mark = anna.incoming.mark()
    await call.audio.press('#')
    await call.audio.press('2662#1')
    await connected(call, anna, mark)
    assert.equal((await house.api.send('PATCH', `/extensions/${joergId}`, { listed: true })).status, 200)
  })

  test('an attendant leads there, and its code stays while it does', async () => {
    const attendant = await house.api.post<{ id: string }>('/attendants', { number: '810', name: 'Front door', greeting: 'Press nine for the directory.', keys: { 9: DIRECTORY }, waitSeconds: 2, rounds: 1 })
    const used = await house.api.send('PATCH', '/feature-codes/directory-by-name', { code: '*412' })
    assert.equal(used.status, 409)
    assert.match(used.body.toString(), /810 \(Front door\)/)
    const mark = anna.incoming.mark()
    const call = await spelled('92662#1', '810')
    await connected(call, anna, mark)
    assert.equal((await house.api.send('DELETE', `/attendants/${attendant.id}`)).status, 200)
    assert.equal((await house.api.send('PATCH', '/feature-codes/directory-by-name', { enabled: false })).status, 200)
    const none = await caller.invite(DIRECTORY)
    await none.ended()
    assert.equal((await house.verdict(none)).termination?.reason, 'unknown-number')
    await house.api.send('DELETE', '/feature-codes/directory-by-name')
  })
})
