/** Calls that outlive this process: kept in a file while they go on, taken over at the next start. */
import { join } from 'node:path'
import type { Logger } from '../../config/logger.ts'
import type { Call } from '../calls/call.ts'
import { endAfterBug, hangUp } from '../calls/hang-up.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import { openCallJournal } from './journal.ts'
import { reopenMedia } from './media.ts'
import { canGoOn, restoreCall } from './restore.ts'
import { markOf, saveCall, type SavedCall } from './saved.ts'

export interface Takeover {
  /** Takes the calls of the process before over; resolves when it is known which of them go on. Their sound follows. */
  begin(): Promise<void>
  /** We stop and the engine goes on: the calls that can go on are let go of, the others ended. Resolves when the file says so. */
  leave(): Promise<void>
  close(): Promise<void>
}

export interface TakeoverOptions {
  world: CallWorld
  home: string
  logger: Logger
  /** A recording ran when the process before ended. */
  recordAgain(call: Call): void
}

/** Calls whose phones are sent new media at once. */
const AT_ONCE = 20

export async function createTakeover({ world, home, logger, recordAgain }: TakeoverOptions): Promise<Takeover> {
  const journal = await openCallJournal({ path: join(home, 'spool', 'live-calls.jsonl'), logger })
  const marks = new Map<string, string>()
  let left = false

  const keep = (call: Call): void => {
    if (left || call.over) return
    const mark = markOf(call)
    if (marks.get(call.id) === mark) return
    marks.set(call.id, mark)
    journal.put(call.id, () => saveCall(call))
  }
  const stopEvents = world.events.subscribe((event) => {
    if (event.type === 'call.ended') {
      marks.delete(event.data.call.id)
      journal.drop(event.data.call.id)
    } else if (event.type === 'call.started' || event.type === 'call.updated') {
      const call = world.registry.get(event.tenantId, event.data.call.id)
      if (call && !call.restoring) keep(call)
    }
  })
  const stopTouched = world.registry.onTouched((call) => void (call.restoring || keep(call)))

  const goOn = async (call: Call, saved: SavedCall): Promise<void> => {
    try {
      await reopenMedia(world, call, saved.legs)
      if (call.over) return
      // What a person had paused is not begun again without one.
      if (saved.recording === 'on') recordAgain(call)
      else call.recordingTried = saved.recordingTried
      call.changed()
    } catch (error) {
      endAfterBug(world, call, error)
    }
  }

  return {
    async begin() {
      const restored: { call: Call; saved: SavedCall }[] = []
      for (const saved of journal.left) {
        try {
          restored.push({ saved, call: restoreCall(world, saved, journal.leftAt) })
        } catch (error) {
          logger.error({ err: error, call: saved.id }, 'a call of the process before cannot be read')
          journal.drop(saved.id)
        }
      }
      await world.sip.claim()
      const going: typeof restored = []
      for (const one of restored) {
        const { call, saved } = one
        if (!call.over && !canGoOn(saved)) hangUp(world, call, terminate('interrupted', 'system'))
        if (call.over) continue
        call.restoring = false
        call.endAt = undefined
        keep(call)
        going.push(one)
      }
      if (restored.length > 0) logger.info({ found: restored.length, going: going.length }, 'calls of the process before were taken over')
      const next = async (): Promise<void> => {
        for (let one = going.shift(); one; one = going.shift()) await goOn(one.call, one.saved)
      }
      for (let i = 0; i < AT_ONCE; i++) void next()
    },
    async leave() {
      const calls = world.registry.all()
      for (const call of calls) if (!canGoOn(saveCall(call))) hangUp(world, call, terminate('server-stopping', 'system'))
      await journal.flush()
      left = true
      for (const call of calls) {
        if (call.over) continue
        for (const stop of call.cleanup) stop()
        call.cleanup.clear()
        world.registry.remove(call)
      }
    },
    async close() {
      stopEvents()
      stopTouched()
      await journal.close()
    },
  }
}
