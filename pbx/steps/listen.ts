/** Listening to a call that goes on, however the supervisor came to it: its modes, its keys, and what is written down of it. */
import type { Actor } from '../../config/actor.ts'
import type { AuditEntry } from '../../config/database/index.ts'
import { messageOf, Refusal } from '../../config/errors.ts'
import type { Supervision, SupervisionMode } from '../../media/contract.ts'
import type { Call } from '../calls/call.ts'
import { leaveDirect } from '../calls/direct.ts'
import { hangUp } from '../calls/hang-up.ts'
import type { Leg } from '../calls/leg.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import { nameOf } from './introduce.ts'

export interface Watch {
  /** What is listened to, and from the side of which of its phones. */
  call: Call
  supervised: Leg
  /** The call of the supervisor, and the leg of it that hears. */
  own: Call
  ear: Leg
  mode: SupervisionMode
  actor: Actor
  /** The supervisor's number. */
  supervisor: string
}

/** What a key does; `other`: a whisper is for the other side of the call. */
interface Manner {
  mode: SupervisionMode
  other: boolean
}

const THIS = (mode: SupervisionMode): Manner => ({ mode, other: false })

/** 0 to 3 are what people know from other houses; 4 to 6 are those that were here before. */
const KEYS: Readonly<Record<string, Manner>> = {
  0: THIS('listen'), 1: THIS('whisper'), 2: { mode: 'whisper', other: true }, 3: THIS('barge'),
  4: THIS('listen'), 5: THIS('whisper'), 6: THIS('barge'),
}

/**
 * Lets an answered leg hear a call, until either ends; keys change how. That it begins is written down by the caller.
 *
 * @throws Refusal when the call is over, or the media engine cannot
 */
export async function listen(world: CallWorld, watch: Watch): Promise<void> {
  const { call, supervised, own, ear, actor } = watch
  if (call.over || !supervised.endpoint || !ear.endpoint) throw new Refusal('gone', 'the call has ended')
  const begun = Date.now()
  call.supervisors += 1
  own.cleanup.add(() => {
    call.supervisors -= 1
    world.audit(actor, endAudit(watch, begun, Date.now())).catch((error: unknown) => own.log.warn(`the end of the supervision is not audited: ${messageOf(error)}`))
  })
  await leaveDirect(call)
  let held = await begin(world, watch, supervised, watch.mode)
  if (own.over) return void (await held.supervision.close())
  own.cleanup.add(() => void held.supervision.close())
  noteIn(call, ear, watch.mode, actor.name)

  const change = async ({ mode, other }: Manner): Promise<void> => {
    const to = other ? otherSide(call, supervised) : supervised
    if (own.over || call.over || !to || (mode === held.supervision.mode && (mode !== 'whisper' || to === held.side))) return
    await world.audit(actor, supervisionAudit(watch, mode, to))
    if (own.over || call.over) return
    // Who only listens or joins may stay on the side where they are; a whisper is for one.
    if (mode !== 'whisper' || to === held.side) await held.supervision.change(mode)
    else {
      held.forget()
      await held.supervision.close()
      try {
        held = await begin(world, watch, to, mode)
      } catch (error) {
        hangUp(world, own, terminate('supervision-ended', 'system', null, `The other side could not be whispered to: ${messageOf(error)}.`))
        if (error instanceof Refusal) return
        throw error
      }
      if (own.over) return void (await held.supervision.close())
    }
    noteIn(call, ear, mode, actor.name, other ? to : undefined)
    await ear.endpoint?.play({ kind: 'prompt', name: other ? 'supervise-whisper-other' : `supervise-${mode}` }, { signal: own.signal })
  }
  // One after the other, in the order of the keys.
  let last = Promise.resolve()
  own.cleanup.add(ear.endpoint.on('digit', (digit) => {
    const manner = KEYS[digit]
    if (manner) last = last.then(() => change(manner)).catch((error: unknown) => own.log.warn({ mode: manner.mode }, `the supervisor stays in the mode before: ${messageOf(error)}`))
  }))
}

interface Held {
  side: Leg
  supervision: Supervision
  /** Its end is no longer the end of the supervisor's call. */
  forget: () => void
}

async function begin(world: CallWorld, { own, ear }: Watch, side: Leg, mode: SupervisionMode): Promise<Held> {
  if (!side.endpoint || !ear.endpoint) throw new Refusal('gone', 'the call has ended')
  const supervision = await side.endpoint.supervise(ear.endpoint, mode)
  return { side, supervision, forget: supervision.on('closed', () => hangUp(world, own, terminate('supervision-ended', 'system'))) }
}

function otherSide({ caller, callee }: Call, leg: Leg): Leg | undefined {
  return leg === caller ? callee : caller
}

const WORDS: Readonly<Record<SupervisionMode, string>> = { listen: 'Listened to', whisper: 'Whispered to', barge: 'Joined' }

/** The history of the call says who heard it. */
function noteIn(call: Call, ear: Leg, mode: SupervisionMode, by: string, to?: Leg): void {
  if (call.over || !call.plan) return
  call.plan = { ...call.plan, after: [...(call.plan.after ?? []), { step: `${WORDS[mode]}${to ? ` ${nameOf(to)}` : ''} by ${nameOf(ear)}`, reason: `${by} asked for it` }] }
  call.changed()
}

/** Who hears whose call in which mode, and who hears them when they whisper. */
export function supervisionAudit({ call, supervised, supervisor }: Pick<Watch, 'call' | 'supervised' | 'supervisor'>, mode: SupervisionMode, to = supervised): AuditEntry {
  return { action: `call.${mode}`, subjectType: 'call', subjectId: call.id, after: { ...parties(call), supervisor, ...(mode === 'whisper' && { heardBy: to.origin.number }) } }
}

function endAudit({ call, supervisor }: Watch, begun: number, ended: number): AuditEntry {
  return { action: 'call.listen-end', subjectType: 'call', subjectId: call.id, after: { ...parties(call), supervisor, begun: new Date(begun).toISOString(), ended: new Date(ended).toISOString() } }
}

function parties(call: Call): { from: string; to: string } {
  const { from, to } = call.view()
  return { from: from.number, to: to.number }
}
