import { MessageChannel, Worker } from 'node:worker_threads'
import { rm } from 'node:fs/promises'
import type { KeptSound, SoundKeeper, StoredSound } from '../contract.ts'
import { JobThread } from '../job-thread.ts'
import { wavBytes, type Kept } from './keep.ts'
import type { KeepingJob } from './keeping-thread.ts'
import { openSealed } from './sealed.ts'

/** Keeps finished recordings as Opus in Ogg, sealed; the work is done in a thread of its own, one after the other. */
export function createSoundKeeper(): SoundKeeper {
  const open = (): Worker => new Worker(new URL('./keeping-thread.ts', import.meta.url), { name: 'recordings' })
  const keeping = new JobThread<KeepingJob, Kept | undefined>(open)
  // Whoever downloads does not wait for an hour's call to be stored, nor the other way.
  const unfolding = new JobThread<KeepingJob, Kept | undefined>(open)

  return {
    async keep(sources, target, key, name, { mono = false } = {}): Promise<KeptSound> {
      const kept = await keeping.run({ kind: 'keep', sources: [...sources], target, key, name, mono })
      if (kept === undefined) throw new Error('the keeping thread did not say what it kept')
      return { ...kept, peaks: Buffer.from(kept.peaks) }
    },
    async open(path, key, name): Promise<StoredSound> {
      return openSealed(path, key, name)
    },
    async openWav(path, key, name, rate): Promise<StoredSound> {
      const sealed = await openSealed(path, key, name)
      const bytes = await wavBytes(sealed, rate).finally(() => sealed.close())
      const { port1, port2 } = new MessageChannel()
      return {
        bytes,
        read: (start, end) => cut(pieces(port1, unfolding.run({ kind: 'wav', path, key, name, rate, port: port2 }, [port2])), start, end),
        close: async () => port1.close(),
      }
    },
    remove: (path) => rm(path, { force: true }),
    async close() {
      await Promise.all([keeping.close(), unfolding.close()])
    },
  }
}

/** What the thread sends; each piece is answered when the next is wanted. */
async function* pieces(port: MessageChannel['port1'], work: Promise<unknown>): AsyncGenerator<Buffer, void, undefined> {
  const waiting: Uint8Array[] = []
  let wake = Promise.withResolvers<void>()
  let over = false
  const ended = work.finally(() => {
    over = true
    wake.resolve()
  })
  ended.catch(() => undefined)
  port.on('message', (piece: Uint8Array) => {
    waiting.push(piece)
    wake.resolve()
  })
  try {
    for (;;) {
      const piece = waiting.shift()
      if (piece !== undefined) {
        yield Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
        port.postMessage(null)
      } else if (over) return void (await ended)
      else {
        await wake.promise
        wake = Promise.withResolvers<void>()
      }
    }
  } finally {
    port.close()
  }
}

async function* cut(all: AsyncGenerator<Buffer, void, undefined>, start: number, end: number): AsyncGenerator<Buffer, void, undefined> {
  let at = 0
  for await (const piece of all) {
    const part = piece.subarray(Math.max(0, start - at), Math.max(0, end - at))
    if (part.length > 0) yield part
    at += piece.length
    if (at >= end) return
  }
}
