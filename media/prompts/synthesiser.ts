import { Worker } from 'node:worker_threads'
import { JobThread } from '../job-thread.ts'
import type { SpeechJob } from './speech-thread.ts'

/** Part of every file's name: change it when the way speech is made changes. */
export const VOICE = 'flite-slt-1'

/** Text to speech in a thread of its own, which lives only while there is work (the model is 21 MB). */
export class Synthesiser {
  readonly #thread: JobThread<SpeechJob, null>

  /** @param folder where unfinished files may be put */
  constructor(folder: string) {
    this.#thread = new JobThread(() => new Worker(new URL('./speech-thread.ts', import.meta.url), {
      name: 'speech', workerData: { folder },
      // WASI is announced as experimental on standard error, once per thread; this use of it is tested.
      execArgv: ['--disable-warning=ExperimentalWarning'],
    }))
  }

  async speak(text: string, path: string): Promise<void> {
    await this.#thread.run({ text, path })
  }

  close(): Promise<void> {
    return this.#thread.close()
  }
}
