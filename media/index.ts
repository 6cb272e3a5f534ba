/** Sound: the media engine behind its contract, prompts and storage. */
import { join } from 'node:path'
import type { Logger } from '../config/logger.ts'
import type { Settings } from '../config/settings/settings.ts'
import { MediaServerWithBypass } from './bypass/server.ts'
import type { MediaServer, PromptDesk } from './contract.ts'
import { EmbeddedMediaServer } from './embedded/server.ts'
import { FreeswitchMediaServer } from './freeswitch/server.ts'
import { openMusic } from './music/index.ts'
import { createPromptDesk } from './prompts/desk.ts'
import { openPrompts } from './prompts/index.ts'
import { openOwnPrompts } from './prompts/own.ts'
import { openStorage } from './storage/index.ts'

export { createSoundKeeper } from './storage/keeper.ts'
export type * from './contract.ts'

export interface MediaOptions {
  settings: Pick<Settings, 'home' | 'media' | 'sip' | 'calls'>
  logger: Logger
  /** Folder for prompts and sounds; the data folder when absent. */
  storage?: string
  /** What calls FreeSWITCHes (`openMediaLine` of pbx/sip); needed when the settings name some. */
  srf?: unknown
}

/** Starts the media engine and resolves when it takes calls. Prompts not yet made are made in the background. */
export async function startMedia(options: MediaOptions): Promise<{ media: MediaServer; prompts: PromptDesk }> {
  const { settings } = options
  const logger = options.logger.child({ room: 'media' })
  const storage = await openStorage(options.storage ?? settings.home)
  const own = openOwnPrompts(storage.announcements)
  const prompts = openPrompts(storage.prompts, logger, own)
  const music = openMusic(storage.music, join(storage.prompts, 'music'), logger)
  const { freeswitch } = settings.media
  const server = freeswitch === undefined
    ? new EmbeddedMediaServer({ settings, logger, prompts, music, storage })
    : new FreeswitchMediaServer({ settings, freeswitch, logger, prompts, music, storage, srf: options.srf })
  try {
    await server.start()
  } catch (error) {
    await server.stop()
    throw error
  }
  return { media: new MediaServerWithBypass(server, logger), prompts: createPromptDesk(prompts, own) }
}
