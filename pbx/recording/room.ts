import { join } from 'node:path'
import type { Database } from '../../config/database/index.ts'
import type { Logger } from '../../config/logger.ts'
import type { Secrets } from '../../config/secrets.ts'
import type { SoundKeeper } from '../../media/contract.ts'
import type { CallWorld } from '../calls/world.ts'
import type { Pbx } from '../door.ts'
import { adoptInterruptedRecordings, tidyRecordings } from './adopt.ts'
import { recordAutomatically } from './automatic.ts'
import { recordByKeys } from './key-code.ts'
import { createRecordingKeys } from './keys.ts'
import { createLibrary } from './library.ts'
import { createRecordings, type Recordings } from './recording.ts'
import { loadRecordingRules } from './settings.ts'
import { createRecordingStore } from './store.ts'
import { sweepRecordings } from './sweep.ts'

export interface RecordingRoom extends Pick<Recordings, 'control'> {
  door: Pbx['recordings']
  /** Deletes what is older than it may be; says how many. */
  sweep(): Promise<number>
  /** Recordings that wait to be stored because the last try failed. */
  readonly failing: number
  close(): Promise<void>
}

/** Everything about recording: starting it, storing it, finding it, and forgetting it. */
export async function openRecordingRoom(options: {
  world: CallWorld; database: Database; secrets: Secrets; logger: Logger; home: string; sounds: SoundKeeper
  /** Days without a setting of the tenant. */
  keepDays: number
}): Promise<RecordingRoom> {
  const { world, database, logger, home, sounds, keepDays } = options
  const { events, directory } = world
  const root = join(home, 'recordings')
  const started = Date.now()
  const rules = await loadRecordingRules(database, keepDays)
  const keys = createRecordingKeys(database, options.secrets)
  const store = createRecordingStore({ database, events, logger, root, keys, sounds })
  const library = createLibrary({ database, events, logger, root, keys, sounds, store })
  const { shred: _shred, ...finished } = library
  const recordings = createRecordings({ database, events, logger, home, directory, rules, onFinished: (waits) => (waits ? store.later() : store.wake()) })
  // What was spooled says more of a recording than its file.
  await recordings.settle()
  await adoptInterruptedRecordings(database, root)
  const tidying = tidyRecordings(database, root, logger, started).then(() => store.wake())
  const upToDate = async (): Promise<void> => (recordings.pending ? recordings.settle() : undefined)
  const stops = [recordAutomatically(world, recordings), recordByKeys(world, recordings)]

  return {
    control: (call, action, by) => recordings.control(call, action, by),
    door: {
      ...finished,
      // One that has just ended is found at once.
      list: async (actor, filter) => (await upToDate(), library.list(actor, filter)),
      get: async (actor, id) => (await upToDate(), library.get(actor, id)),
      open: async (actor, id, as, purpose) => (await upToDate(), library.open(actor, id, as, purpose)),
      settings: (actor) => rules.of(actor.tenantId),
      configure: (actor, input) => rules.change(actor, input),
    },
    sweep: () => sweepRecordings(database, library, keepDays),
    get failing() {
      return store.failing
    },
    async close() {
      for (const stop of stops) stop()
      await recordings.close()
      await tidying
      await store.close()
    },
  }
}
