/** Makes music ready to play, away from calls: the tune of the house, and files of the operator brought to 8 kHz mono. */
import { readFile, rename, writeFile } from 'node:fs/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { SAMPLE_RATE } from '../embedded/worker/pcm.ts'
import { readWav, wavHeader } from '../embedded/worker/wav.ts'
import { makeTune } from './tune.ts'

export interface MusicJob {
  /** The file to bring to what we play; undefined: the tune. */
  from: string | undefined
  to: string
}

/** What became of a job; `error` in words for people. */
export interface MusicDone {
  job: MusicJob
  error: string | undefined
}

async function work(job: MusicJob): Promise<void> {
  const samples = job.from === undefined ? makeTune(SAMPLE_RATE) : readWav(await readFile(job.from))
  const data = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)
  // A file appears whole or not at all.
  const unfinished = `${job.to}.making`
  await writeFile(unfinished, Buffer.concat([wavHeader(1, data.length), data]), { mode: 0o600 })
  await rename(unfinished, job.to)
}

for (const job of workerData as MusicJob[]) {
  const done: MusicDone = { job, error: undefined }
  try {
    await work(job)
  } catch (error) {
    done.error = error instanceof Error ? error.message : String(error)
  }
  parentPort?.postMessage(done)
}
