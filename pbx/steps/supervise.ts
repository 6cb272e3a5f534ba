import { messageOf, Refusal } from '../../config/errors.ts'
import type { SupervisionMode } from '../../media/contract.ts'
import type { Call } from '../calls/call.ts'
import { leaveDirect } from '../calls/direct.ts'
import { hangUp } from '../calls/hang-up.ts'
import type { Leg } from '../calls/leg.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { SupervisionOrder } from '../door.ts'
import { nameOf } from './introduce.ts'
import { openOwnCall, ringOwn, takeAnswered } from './own-call.ts'

/** The keys with which the supervisor goes from one to the other. */
const KEYS: Readonly<Record<string, SupervisionMode>> = { 4: 'listen', 5: 'whisper', 6: 'barge' }

export interface Supervising extends SupervisionOrder {
  /** Who asked for it, in words for the history. */
  by: string
  /** Writes down that it goes on in this mode; it does not when this rejects. */
  noted: (mode: SupervisionMode) => Promise<unknown>
}

/**
 * Rings a phone of the supervisor and, once it is answered, lets it listen to this call from the side of one of its phones.
 * It is a call of its own, whose end disturbs nobody.
 *
 * @returns that call
 * @throws Refusal when the call cannot be listened to, or no phone of the supervisor could be rung
 */
export function supervise(world: CallWorld, call: Call, order: Supervising): Call {
  const leg = order.side === 'caller' ? call.caller : call.callee
  if (!world.media.capabilities.supervise) throw new Refusal('unsupported', 'The media engine in use lets nobody listen to a call.')
  if (call.over || call.state !== 'answered' || !leg?.endpoint) throw new Refusal('conflict', 'Only an answered call between two phones can be listened to.')
  const extension = world.directory.snapshot().extension(order.extensionId)
  if (extension?.tenantId !== call.tenantId || !extension.enabled) throw new Refusal('unprocessable', 'There is no such extension, or it is switched off.', { details: [{ field: 'extensionId', message: 'is no extension that can be rung' }] })
  if (call.legs.some((one) => one.origin.extensionId === extension.id && !one.over)) throw new Refusal('conflict', 'This extension is in the call itself.')
  const contacts = world.registrar.contactsOf(extension.id).filter((contact) => contact.reachable !== 'no')
  if (contacts.length === 0) throw new Refusal('conflict', `No phone of ${extension.number} is registered and answers.`)
  const { number } = leg.origin
  const name = `Listen to ${leg.origin.name ?? number}`
  const own = openOwnCall(world, { extension, shows: { number, name }, name, before: { step: `Supervise the call of ${nameOf(leg)}`, reason: `${order.by} asked for it (${order.mode})` } })
  ringOwn(world, own, extension, contacts, (answered) => listen(world, call, leg, own, answered, order))
  return own
}

async function listen(world: CallWorld, call: Call, supervised: Leg, own: Call, leg: Leg, order: Supervising): Promise<void> {
  if (!(await own.mailbox.run(() => takeAnswered(world, own, leg)))) return
  const { endpoint } = supervised
  try {
    if (call.over || !endpoint || !leg.endpoint) throw new Refusal('gone', 'the call has ended')
    call.supervisors += 1
    own.cleanup.add(() => { call.supervisors -= 1 })
    await leaveDirect(call)
    const supervision = await endpoint.supervise(leg.endpoint, order.mode)
    own.cleanup.add(() => void supervision.close())
    supervision.on('closed', () => hangUp(world, own, terminate('supervision-ended', 'system')))
    if (own.over) return void (await supervision.close())
    noteIn(call, leg, order.mode, order.by)
    own.cleanup.add(leg.endpoint.on('digit', (digit) => {
      const mode = KEYS[digit]
      if (mode === undefined || mode === supervision.mode) return
      void order.noted(mode)
        .then(() => supervision.change(mode))
        .then(() => {
          noteIn(call, leg, mode, order.by)
          return leg.endpoint?.play({ kind: 'prompt', name: `supervise-${mode}` }, { signal: own.signal })
        })
        .catch((error: unknown) => own.log.warn({ mode }, `the supervisor stays in the mode before: ${messageOf(error)}`))
    }))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    hangUp(world, own, terminate('supervision-ended', 'system', null, `The call could not be listened to: ${messageOf(error)}.`))
  }
}

const WORDS: Readonly<Record<SupervisionMode, string>> = { listen: 'Listened to', whisper: 'Whispered to', barge: 'Joined' }

/** The history of the call says who heard it. */
function noteIn(call: Call, leg: Leg, mode: SupervisionMode, by: string): void {
  if (call.over || !call.plan) return
  call.plan = { ...call.plan, after: [...(call.plan.after ?? []), { step: `${WORDS[mode]} by ${nameOf(leg)}`, reason: `${by} asked for it` }] }
  call.changed()
}
