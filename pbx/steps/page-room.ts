/** A page while it lasts: who speaks, and the phones that answered, in one conference. */
import { messageOf, Refusal } from '../../config/errors.ts'
import type { Conference, Endpoint } from '../../media/contract.ts'
import type { Call } from '../calls/call.ts'
import { endAfterBug, hangUp } from '../calls/hang-up.ts'
import { shownAs } from '../calls/hidden.ts'
import type { Leg } from '../calls/leg.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { SnapshotExtension, SnapshotPagingGroup } from '../directory/types.ts'
import type { Contact } from '../registrar/types.ts'
import type { PageStep } from '../routing/plan.ts'
import { beep } from './beep.ts'
import { openOwnCall, ringOwn, takeAnswered } from './own-call.ts'

/** A phone that is to be paged. */
export interface PagedPhone {
  extension: SnapshotExtension
  contact: Contact
}

export interface Page {
  step: PageStep
  group: SnapshotPagingGroup
  room: Conference
  phones: readonly PagedPhone[]
}

/** After the first phone answered, the others have this long until the caller is told to speak. */
const OTHERS_MS = 1_500

/**
 * Takes the caller in, and every phone as it answers, in a call of its own. The page ends with its caller, and when
 * no phone is left; a phone that hangs up leaves the others to it.
 */
export async function openPage(world: CallWorld, call: Call, page: Page): Promise<void> {
  const { room, step, group } = page
  const speaker = call.caller.endpoint!
  const calls = new Set<Call>()
  /** Those who hear it now, with what holds them mute besides a hold. */
  const parties = new Map<Call, { endpoint: Endpoint; muted: boolean }>([[call, { endpoint: speaker, muted: false }]])
  const start = goAhead(world, call, speaker)
  const stopEvents = world.events.subscribe((event) => {
    if (event.type === 'call.updated') muteWhileHeld(event.data.call.id)
  })
  const muteWhileHeld = (id: string): void => {
    for (const [one, { endpoint, muted }] of parties) {
      if (one.id !== id) continue
      const leg = one === call ? call.caller : one.callee
      // What a phone plays while it holds us is not for the others.
      room.mute(endpoint, muted || leg?.state === 'held').catch(whenGone)
    }
  }
  call.cleanup.add(() => {
    stopEvents()
    start.stop()
    for (const own of calls) hangUp(world, own, terminate('page-ended', 'system'))
    void room.close()
  })
  room.on('closed', (reason) => {
    if (reason !== 'closed') hangUp(world, call, terminate('media-lost', 'system'))
  })
  const left = (own: Call): void => {
    const heard = parties.delete(own)
    calls.delete(own)
    start.decided(calls.size === parties.size - 1)
    if (calls.size > 0 || call.over) return
    hangUp(world, call, heard || start.began ? terminate('page-ended', 'system', null, 'Every phone that was paged has hung up.') : terminate('nobody-paged', 'system'))
  }
  const take = async (own: Call, leg: Leg): Promise<void> => {
    if (!(await own.mailbox.run(() => takeAnswered(world, own, leg))) || !leg.endpoint) return
    const muted = !step.twoWay
    await room.join(leg.endpoint, { muted })
    if (own.over) return
    parties.set(own, { endpoint: leg.endpoint, muted })
    beep(world, own, leg.endpoint)
    start.arrived(calls.size === parties.size - 1)
  }
  try {
    await room.join(speaker)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return hangUp(world, call, terminate('no-media', 'system', null, `Nobody can be paged: ${messageOf(error)}.`))
  }
  if (call.over) return
  const caller = shownAs(call.caller)
  for (const { extension, contact } of page.phones) {
    const own = openOwnCall(world, {
      extension, rootId: call.rootId,
      shows: caller, name: caller.name ?? caller.number,
      before: { step: `Page ${extension.number}: its phone answers by itself`, reason: `${caller.number} pages ${group.number} (${group.name})` },
    })
    calls.add(own)
    own.cleanup.add(() => left(own))
    ringOwn(world, own, { ...extension, ringSeconds: step.answerSeconds }, [contact], (leg) => take(own, leg).catch((error: unknown) => {
      if (error instanceof Refusal) hangUp(world, own, terminate('no-media', 'system', null, `It could not be taken into the page: ${messageOf(error)}.`))
      else endAfterBug(world, own, error)
    }), { namePrefix: `${group.name}:`, autoAnswer: true, near: room })
  }
}

/** Tells the caller by a beep to speak, once: when every phone has answered or will not, or the first one waited long enough for the others. */
function goAhead(world: CallWorld, call: Call, speaker: Endpoint): { readonly began: boolean; arrived(all: boolean): void; decided(all: boolean): void; stop(): void } {
  let timer: NodeJS.Timeout | undefined
  let began = false
  let told = false
  const tell = (): void => {
    clearTimeout(timer)
    if (told || call.over) return
    told = true
    beep(world, call, speaker)
  }
  return {
    get began() {
      return began
    },
    arrived(all) {
      began = true
      if (all) tell()
      else timer ??= setTimeout(tell, OTHERS_MS)
    },
    decided(all) {
      if (began && all) tell()
    },
    stop: () => clearTimeout(timer),
  }
}

/** Whoever it was about has just left. */
function whenGone(error: unknown): void {
  if (!(error instanceof Refusal)) throw error
}
