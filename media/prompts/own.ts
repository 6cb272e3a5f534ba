import { access, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { messageOf, Refusal, wrongField } from '../../config/errors.ts'
import { JobThread } from '../job-thread.ts'
import type { ConvertJob } from './convert-thread.ts'

const LARGEST_BYTES = 10_000_000
const LONGEST_SECONDS = 300

/** The prompts that tenants have replaced: a file a prompt, in a folder a tenant. */
export interface OwnPrompts {
  find(name: string, tenantId: string): Promise<string | undefined>
  /** Converts and keeps; returns its length in seconds. Refuses `unprocessable` and `too-large`. */
  keep(name: string, tenantId: string, sound: Uint8Array): Promise<number>
  remove(name: string, tenantId: string): Promise<void>
  close(): Promise<void>
}

export function openOwnPrompts(folder: string): OwnPrompts {
  const converting = new JobThread<ConvertJob, number>(() => new Worker(new URL('./convert-thread.ts', import.meta.url), { name: 'prompts' }))
  const pathOf = (name: string, tenantId: string): string => {
    // Both become part of a path.
    if (!/^[a-z0-9-]+$/.test(name) || !/^[0-9a-f-]{36}$/.test(tenantId)) throw new Refusal('not-found', 'There is no such prompt.')
    return join(folder, tenantId, `${name}.wav`)
  }
  return {
    async find(name, tenantId) {
      const path = pathOf(name, tenantId)
      return (await access(path).then(() => true, () => false)) ? path : undefined
    },
    async keep(name, tenantId, sound) {
      if (sound.length > LARGEST_BYTES) throw new Refusal('too-large', `The file is larger than ${LARGEST_BYTES / 1_000_000} MB.`)
      try {
        return await converting.run({ sound, path: pathOf(name, tenantId), longestSeconds: LONGEST_SECONDS })
      } catch (error) {
        if (error instanceof Error && 'code' in error) throw new Refusal('unavailable', `The prompt could not be written: ${messageOf(error)}`, { cause: error })
        throw wrongField('sound', messageOf(error), error)
      }
    },
    remove: (name, tenantId) => rm(pathOf(name, tenantId), { force: true }),
    close: () => converting.close(),
  }
}
