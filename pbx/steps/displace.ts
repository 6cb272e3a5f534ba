/** A call for help always fits: an ordinary one makes room. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Call } from '../calls/call.ts'
import { hangUp } from '../calls/hang-up.ts'
import type { Leg } from '../calls/leg.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import { leadsToHelp } from '../routing/plan.ts'
import { callsOver } from './channels.ts'

/** The carrier hears of the end of the one before it hears of the other, or the other does not wait for that. */
const DISPLACED_MS = 500

/** The carrier knows of it: whoever is rung outside only later takes no channel yet. */
const isCarried = (leg: Leg, trunkId: string): boolean => leg.origin.trunkId === trunkId && !leg.over && (leg.invite ?? leg.dialog) !== undefined

/** Its sound has a place in the media engine. */
const holdsMedia = ({ endpoint, over }: Leg): boolean => !over && endpoint !== undefined && endpoint.bypass !== true

/** The newest ordinary call on the trunk makes room. False when there is none. */
export async function displaceOn(world: CallWorld, call: Call, trunkId: string): Promise<boolean> {
  return displace(world, call, callsOver(world, trunkId).filter((other) => other.legs.some((leg) => isCarried(leg, trunkId))), world.directory.snapshot().trunk(trunkId)?.name ?? trunkId)
}

/** The newest ordinary call that has a place in the media engine gives it up, one of the same tenant first. False when there is none. */
export async function displaceForMedia(world: CallWorld, call: Call): Promise<boolean> {
  // One that is down would not come up by that.
  const { endpoints } = await world.media.load().catch(() => ({ endpoints: 0 }))
  if (endpoints === 0) return false
  const holding = world.registry.all().filter((other) => !other.over && other.legs.some(holdsMedia))
  const own = holding.filter(({ tenantId }) => tenantId === call.tenantId)
  const held = 'a place in the media engine'
  return (await displace(world, call, own, held)) || displace(world, call, holding, held)
}

async function displace(world: CallWorld, call: Call, those: readonly Call[], held: string): Promise<boolean> {
  const others = those.filter((other) => other !== call && !(other.plan && leadsToHelp(other.plan)))
  // A dispatcher may be calling back: the last to go.
  const calledBack = ({ request }: Call): number => Number(request.callBack !== undefined)
  const ordinary = others.toSorted((a, b) => calledBack(a) - calledBack(b) || b.startedAt - a.startedAt)[0]
  if (!ordinary) return false
  // What another tenant does is none of this one's business.
  const named = ordinary.tenantId === call.tenantId
  call.displaced.push({ caller: named ? ordinary.caller.origin.number : '', called: named ? (ordinary.plan?.number ?? ordinary.request.dialled) : '', held, at: Date.now() })
  call.log.warn({ emergency: true, displaced: ordinary.id, held }, 'an ordinary call made room for a call for help')
  hangUp(world, ordinary, terminate('displaced', 'system'))
  await Promise.race([ordinary.mailbox.run(() => undefined), wait(DISPLACED_MS, undefined, { ref: false })])
  return true
}
