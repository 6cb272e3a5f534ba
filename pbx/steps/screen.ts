/** Callers who say their name before an extension rings. */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../../config/errors.ts'
import { newId } from '../../config/ids.ts'
import type { PlaySource } from '../../media/contract.ts'
import type { Call } from '../calls/call.ts'
import type { DialTarget } from '../calls/dial.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { ExtensionStep, Step } from '../routing/plan.ts'
import { partsOf } from '../recording/files.ts'
import { answerAndTalk, canTalk, type Talk } from '../voicemail/talk.ts'
import { spokenNumber } from '../voicemail/world.ts'
import type { StepOutcome } from './outcome.ts'

const ASKED = ['screening-ask', 'screening-again'] as const
const LONGEST_SECONDS = 8
/** Whoever hears it waits through what is behind the name. */
const SILENCE_SECONDS = 1.5
const START_SECONDS = 4

const folderOf = ({ settings }: Pick<CallWorld, 'settings'>): string => join(settings.home, 'screening')

/** What a crash left is nobody's. */
export const forgetScreened = (world: Pick<CallWorld, 'settings'>): Promise<void> => rm(folderOf(world), { recursive: true, force: true })

/**
 * Answers and has the caller say a name, who then goes on as a call of his own that knows it. Whoever says nothing, asked twice, rings
 * nobody: it goes on as if nobody had answered. Undefined when phones are to be rung now: nobody is asked, the caller was, or cannot be.
 *
 * @param rest what follows the step, for the call of his own
 */
export async function screen(world: CallWorld, call: Call, step: ExtensionStep, rest: readonly Step[]): Promise<StepOutcome | undefined> {
  if (step.screen === undefined) return undefined
  if (call.introduced !== undefined) return call.introduced.length > 0 ? undefined : { kind: 'next', verdict: terminate('not-introduced', 'system') }
  const { tenantId, request: { caller }, plan } = call
  if (step.screen === 'unknown' && (await world.isContact(tenantId, caller.number))) return undefined
  if (call.over || !plan) return { kind: 'done' }
  if (!canTalk(world, call)) {
    call.log.warn('a caller was not asked for a name: the media engine cannot play and hear keys now')
    return undefined
  }
  call.parting = (by) => terminate('not-introduced', by, null, 'The caller hung up when asked for a name.')
  const talk = await answerAndTalk(world, call)
  if (!talk) return { kind: 'done' }
  const path = join(folderOf(world), `${newId()}.wav`)
  let kept = false
  try {
    const said = await askForName(world, call, talk, path)
    if (call.over) return { kind: 'done' }
    call.parting = undefined
    const introduced = said ?? [{ kind: 'speak', text: caller.name || spokenNumber(caller.number) }]
    const why = `The caller was asked for a name, and ${said === undefined ? 'it could not be recorded' : said.length > 0 ? 'said one' : 'said nothing'}`
    const { before, after: _after, ...left } = plan
    const reason = before ? `${before.step}, ${before.reason}; ${why}` : why
    await world.goOnBy(call, { ...left, steps: [step, ...rest], before: { step: 'Ask the caller for a name', reason } }, why, undefined, (next) => {
      kept = true
      next.introduced = introduced
      next.cleanup.add(() => world.registry.linger(remove(call, path)))
    })
    return { kind: 'done' }
  } finally {
    if (!kept) await remove(call, path)
  }
}

/** These with what the caller said, for whoever answers. */
export function announced(call: Call, step: ExtensionStep, targets: readonly DialTarget[]): readonly DialTarget[] {
  const { introduced, tenantId } = call
  if (step.screen === undefined || introduced === undefined) return targets
  const sounds: PlaySource[] = [{ kind: 'prompt', name: 'screening-from', tenantId }, ...introduced, { kind: 'prompt', name: 'screening-press', tenantId }]
  return targets.map((target) => ({ ...target, announced: sounds }))
}

/** What was said; empty: nothing. Undefined when it could not be recorded. */
async function askForName(world: CallWorld, call: Call, talk: Talk, path: string): Promise<PlaySource[] | undefined> {
  try {
    await mkdir(folderOf(world), { recursive: true, mode: 0o700 })
    for (const prompt of ASKED) {
      await talk.say(prompt)
      if (talk.over) return []
      const { spoke } = await talk.record(path, { seconds: LONGEST_SECONDS, silenceSeconds: SILENCE_SECONDS, startSeconds: START_SECONDS })
      if (spoke && !talk.over) {
        await talk.say('screening-thanks')
        return (await partsOf(path)).map((part): PlaySource => ({ kind: 'file', path: part }))
      }
      await remove(call, path)
    }
    return []
  } catch (error) {
    call.log.error({ err: error }, `what a caller said could not be recorded: ${messageOf(error)}. Check the free space of the data folder.`)
    return undefined
  }
}

async function remove({ log }: Call, path: string): Promise<void> {
  try {
    for (const part of await partsOf(path)) await rm(part, { force: true })
  } catch (error) {
    log.error({ err: error }, `what a caller said was not deleted: ${messageOf(error)}`)
  }
}
