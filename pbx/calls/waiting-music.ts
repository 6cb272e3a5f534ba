import { messageOf } from '../../config/errors.ts'
import type { Endpoint, PlaySource } from '../../media/contract.ts'
import type { Call } from './call.ts'
import type { CallWorld } from './world.ts'

const SILENCE: PlaySource = { kind: 'tone', frequencies: [0], cadenceMs: [1000] }

/** Music for one who waits and is connected with nobody, until `signal`; silence where there is none. Never rejects. */
export async function playWaiting(world: CallWorld, call: Call, endpoint: Endpoint | undefined, signal: AbortSignal): Promise<void> {
  const { music } = world.settings.calls
  for (const source of [...(music === undefined ? [] : [{ kind: 'music', name: music } as const]), SILENCE]) {
    if (signal.aborted) return
    try {
      await endpoint?.play(source, { repeat: Infinity, signal })
      return
    } catch (error) {
      if (signal.aborted || call.over) return
      call.log.warn({ err: error }, `a call that waits hears no music: ${messageOf(error)}`)
    }
  }
}
