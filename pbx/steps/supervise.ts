import type { Actor } from '../../config/actor.ts'
import type { AuditEntry } from '../../config/database/index.ts'
import { messageOf, Refusal } from '../../config/errors.ts'
import type { Call } from '../calls/call.ts'
import { hangUp } from '../calls/hang-up.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { SupervisionOrder } from '../door.ts'
import { nameOf } from './introduce.ts'
import { listen, supervisionAudit } from './listen.ts'
import { openOwnCall, ringOwn, takeAnswered } from './own-call.ts'

/**
 * Rings a phone of the supervisor and, once it is answered, lets it listen to this call from the side of one of its phones.
 * It is a call of its own, whose end disturbs nobody.
 *
 * @returns that call
 * @throws Refusal when the call cannot be listened to, no phone of the supervisor could be rung, or it cannot be written down
 */
export async function superviseFor(world: CallWorld, actor: Actor, call: Call, order: SupervisionOrder): Promise<Call> {
  const { own, entry } = ring(world, actor, call, order)
  try {
    await world.audit(actor, entry)
    return own
  } catch (error) {
    // Nobody listens without an audit row.
    hangUp(world, own, terminate('administrator', 'system', null, 'It could not be written down that somebody listens, so nobody does.'))
    throw error
  }
}

function ring(world: CallWorld, actor: Actor, call: Call, { extensionId, side, mode }: SupervisionOrder): { own: Call; entry: AuditEntry } {
  const leg = side === 'caller' ? call.caller : call.callee
  if (!world.media.capabilities.supervise) throw new Refusal('unsupported', 'The media engine in use lets nobody listen to a call.')
  if (call.over || call.state !== 'answered' || !leg?.endpoint) throw new Refusal('conflict', 'Only an answered call between two phones can be listened to.')
  const extension = world.directory.snapshot().extension(extensionId)
  if (extension?.tenantId !== call.tenantId || !extension.enabled) throw new Refusal('unprocessable', 'There is no such extension, or it is switched off.', { details: [{ field: 'extensionId', message: 'is no extension that can be rung' }] })
  if (call.legs.some((one) => one.origin.extensionId === extension.id && !one.over)) throw new Refusal('conflict', 'This extension is in the call itself.')
  const contacts = world.registrar.contactsOf(extension.id).filter((contact) => contact.reachable !== 'no')
  if (contacts.length === 0) throw new Refusal('conflict', `No phone of ${extension.number} is registered and answers.`)
  const { number } = leg.origin
  const name = `Listen to ${leg.origin.name ?? number}`
  const own = openOwnCall(world, { extension, shows: { number, name }, name, before: { step: `Supervise the call of ${nameOf(leg)}`, reason: `${actor.name} asked for it (${mode})` } })
  const watch = { call, supervised: leg, own, mode, actor, supervisor: extension.number }
  ringOwn(world, own, extension, contacts, async (answered) => {
    if (!(await own.mailbox.run(() => takeAnswered(world, own, answered)))) return
    try {
      await listen(world, { ...watch, ear: answered })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      hangUp(world, own, terminate('supervision-ended', 'system', null, `The call could not be listened to: ${messageOf(error)}.`))
    }
  })
  return { own, entry: supervisionAudit(watch, mode) }
}
