import assert from 'node:assert/strict'
import { missing } from '../../support/run/peers.ts'
import { say, tone } from './codec-peer.ts'
import { behaviour, next, openEngine } from './engine.ts'
import { noTap } from './other-way.ts'
import { RtpPeer, strength, talk } from './rtp-peer.ts'

const skip = missing('ffmpeg')

/** Resolves when `enough` holds, looked at whenever `look` is called. */
function gathering<T>(enough: (all: T[]) => boolean): { all: T[]; add(one: T): void; done: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>()
  const all: T[] = []
  return {
    all, done: promise,
    add(one) {
      all.push(one)
      if (enough(all)) resolve()
    },
  }
}

for (const [type, rate, name] of [[9, 16_000, 'G.722'], [111, 16_000, 'Opus'], [0, 16_000, 'PCMU'], [9, 8000, 'G.722 at 8 kHz']] as const) {
  behaviour(`a tap gives what the peer says (${name}), and not what the other says`, async (t) => {
    const { phone } = await openEngine(t)
    const [a, b] = [await phone({ codecs: String(type) }), await phone()]
    await a.endpoint.bridge(b.endpoint)
    const pieces = gathering<Int16Array>((all) => all.length >= 5)
    const tap = await a.endpoint.tap({ sampleRate: rate, onAudio: (pcm) => pieces.add(pcm) })
    await Promise.all([say(a.peer, tone(type, 1000, 35)), talk(35, { peer: b.peer, frequency: 440 })])
    await pieces.done
    await tap.close()
    assert.ok(pieces.all.every((piece) => piece.length === rate / 10))
    const heard = pieces.all.slice(1, 5).flatMap((piece) => [...piece])
    assert.ok(strength(heard, 1000, rate) > 7000, String(strength(heard, 1000, rate)))
    assert.ok(strength(heard, 440, rate) < 100)
  }, skip, noTap)
}

/** `count` packets of 20 ms at once; their timestamps say when they were. */
function burst(peer: RtpPeer, frequency: number, count: number, payload?: Buffer): void {
  for (let i = 0; i < count; i += 1) peer.send(frequency, 0, payload)
}

behaviour('a tap says when somebody begins to speak and when he stops, by silence or by sending no more', async (t) => {
  const { phone } = await openEngine(t)
  const { peer, endpoint } = await phone()
  const turns = gathering<boolean>((all) => all.length >= 4)
  await endpoint.tap({ sampleRate: 8000, onAudio: () => undefined, onVoice: (speaking) => turns.add(speaking) })
  const silence = Buffer.alloc(160, 0xff)
  burst(peer, 0, 20, silence)
  burst(peer, 400, 20)
  burst(peer, 0, 30, silence)
  burst(peer, 400, 20)
  await turns.done
  assert.deepEqual(turns.all, [true, false, true, false])
}, false, noTap)

behaviour('a consumer that keeps no pace loses sound and nothing else', async (t) => {
  const { phone } = await openEngine(t)
  const { peer, endpoint } = await phone()
  const release = Promise.withResolvers<void>()
  const first = Promise.withResolvers<void>()
  const pieces = gathering<number>((all) => all.some((dropped) => dropped > 0))
  await endpoint.tap({
    sampleRate: 8000,
    async onAudio(_pcm, droppedMs) {
      first.resolve()
      pieces.add(droppedMs)
      await release.promise
    },
  })
  for (let i = 0; i < 40; i += 1) {
    burst(peer, 400, 5)
    await endpoint.stats()
  }
  await first.promise
  assert.equal(pieces.all.length, 20, 'two seconds ahead and no more')
  release.resolve()
  await endpoint.stats()
  burst(peer, 400, 10)
  await pieces.done
  assert.equal(pieces.all.filter((dropped) => dropped > 0).length, 1)
  const closed = next(endpoint, 'closed')
  await endpoint.close()
  await closed
  await assert.rejects(endpoint.tap({ sampleRate: 8000, onAudio: () => undefined }), { code: 'gone' })
}, false, noTap)

behaviour('a consumer that fails disturbs nobody', async (t) => {
  const { phone } = await openEngine(t)
  const [a, b] = [await phone(), await phone()]
  await a.endpoint.bridge(b.endpoint)
  const failed = Promise.withResolvers<void>()
  await a.endpoint.tap({
    sampleRate: 16_000,
    onAudio() {
      failed.resolve()
      throw new Error('a broken consumer')
    },
  })
  burst(a.peer, 400, 10)
  await Promise.all([failed.promise, b.peer.until((heard) => heard.length >= 10)])
}, false, noTap)
