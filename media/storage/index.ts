import { mkdir, realpath, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, sep } from 'node:path'
import { Refusal } from '../../config/errors.ts'

/** The folders sound lives in, all below one home. */
export interface Storage {
  /** Synthesised prompts; may be deleted at any time, they are made again. */
  readonly prompts: string
  /** What tenants say instead of the prompts of the house. */
  readonly announcements: string
  /** Music the operator puts there. */
  readonly music: string
  /** The file to play, absolute. Refuses `forbidden` outside the home and `not-found`. */
  sound(path: string): Promise<string>
  /** Refuses `unprocessable` unless `path` is absolute and in a folder that exists. */
  checkRecording(path: string): Promise<void>
}

/** Makes the folders (readable by the owner only: recordings are private) and looks after paths. */
export async function openStorage(home: string): Promise<Storage> {
  const prompts = join(home, 'prompts')
  await mkdir(prompts, { recursive: true, mode: 0o700 })
  await mkdir(join(home, 'recordings'), { recursive: true, mode: 0o700 })
  const root = await realpath(home)
  return {
    prompts,
    announcements: join(home, 'announcements'),
    music: join(home, 'music'),
    async sound(path) {
      const wanted = isAbsolute(path) ? path : join(home, path)
      const found = await realpath(wanted).catch(() => { throw new Refusal('not-found', 'the sound file does not exist') })
      // Compared after links are followed: a link must not lead out of the home either.
      if (!found.startsWith(root + sep)) throw new Refusal('forbidden', 'only sound files in the data folder can be played')
      return found
    },
    async checkRecording(path) {
      if (!isAbsolute(path)) throw new Refusal('unprocessable', 'a recording needs an absolute path')
      const folder = await stat(dirname(path)).catch(() => undefined)
      if (folder?.isDirectory() !== true) throw new Refusal('unprocessable', 'the folder for the recording does not exist')
    },
  }
}
