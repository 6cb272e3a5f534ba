import type { Call } from './call.ts'
import { considerDirect } from './direct.ts'
import { hangUp } from './hang-up.ts'
import type { Leg } from './leg.ts'
import { terminate } from './termination.ts'
import type { CallWorld } from './world.ts'

/** How often the figures of a call that is going on are renewed. */
const FIGURES_MS = 5_000
/** When both phones have been heard, and a change of what was just agreed on surprises none of them. */
const SETTLED_MS = 1_000

/**
 * Notices that an answered call is dead although nobody hung up: no audio from either phone, a
 * phone that no longer knows the call, a media worker that died, or a call beyond any sane length.
 */
export function watchCall(world: CallWorld, call: Call): void {
  const { sessionRefreshSeconds, hoursMax } = world.settings.calls
  for (const leg of legsOf(call)) watchLeg(world, call, leg)

  every(call, FIGURES_MS, () => void measureLegs(call, legsOf(call)).then(() => considerDirect(world, call)))
  const first = setTimeout(() => void considerDirect(world, call), SETTLED_MS)
  call.cleanup.add(() => clearTimeout(first))
  if (sessionRefreshSeconds > 0) {
    const heard = new Map<Leg, number>()
    every(call, sessionRefreshSeconds * 1000, () => void probeLegs(world, call, legsOf(call), heard, sessionRefreshSeconds))
  }
  const longest = setTimeout(() => hangUp(world, call, terminate('too-long', 'system')), hoursMax * 3_600_000)
  call.cleanup.add(() => clearTimeout(longest))
}

/** The two who talk; a transfer changes them. */
function legsOf(call: Call): Leg[] {
  return [call.caller, call.callee].filter((leg): leg is Leg => leg !== undefined)
}

/** Hears when a phone's sound fails or falls silent. What a leg says that has left the call is of no interest. */
export function watchLeg(world: CallWorld, call: Call, leg: Leg): void {
  const { mediaTimeoutSeconds } = world.settings.calls
  const { endpoint } = leg
  if (!endpoint) return
  call.cleanup.add(endpoint.on('closed', (reason) => {
    if (reason !== 'closed' && leg.endpoint === endpoint) hangUp(world, call, terminate('media-lost', 'system'))
  }))
  call.cleanup.add(endpoint.on('secured', () => { if (!call.over) call.changed() }))
  call.cleanup.add(endpoint.on('insecure', (reason) => {
    if (leg.endpoint === endpoint) hangUp(world, call, terminate('insecure', 'system', null, reason))
  }))
  if (mediaTimeoutSeconds === 0) return
  call.cleanup.add(endpoint.on('media-timeout', (seconds) => {
    // Whoever sends his sound elsewhere is silent here.
    if (seconds < mediaTimeoutSeconds || leg.endpoint !== endpoint || call.direct) return
    leg.silent = true
    const legs = legsOf(call)
    // A phone on hold, or one whose other side is being transferred, is silent by right; only when nobody sends is the call abandoned.
    if (!call.transferring && legs.every((each) => each.silent) && !legs.some((each) => each.state === 'held')) hangUp(world, call, terminate('media-vanished', 'system'))
  }))
}

/** Loss, jitter and MOS as they are now, for whoever watches the call. A leg that just closed keeps its last ones. */
async function measureLegs(call: Call, legs: readonly Leg[]): Promise<void> {
  await Promise.all(legs.map(async (leg) => {
    const heard = leg.figures?.packetsReceived ?? 0
    if (leg.endpoint) leg.measure(await leg.endpoint.stats())
    if ((leg.figures?.packetsReceived ?? 0) > heard) leg.silent = false
  })).catch(() => undefined)
  if (!call.over) call.changed()
}

/**
 * Asks phones whether they are still there: those of which nothing else says so, neither audio since the last time
 * nor a session timer (RFC 4028) that runs out as soon.
 */
async function probeLegs(world: CallWorld, call: Call, legs: readonly Leg[], heard: Map<Leg, number>, seconds: number): Promise<void> {
  await measureLegs(call, legs)
  for (const leg of legs) {
    const before = heard.get(leg) ?? 0
    const now = leg.figures?.packetsReceived ?? 0
    heard.set(leg, now)
    if (now > before) continue
    if (call.over || !leg.dialog || leg.dialog.ended) return
    if (leg.dialog.session && leg.dialog.session.interval <= seconds) continue
    const answer = await leg.dialog.probe().catch(() => 'gone' as const)
    if (answer === 'gone') return hangUp(world, call, terminate('peer-vanished', leg.origin.role))
  }
}

function every(call: Call, ms: number, work: () => void): void {
  const timer = setInterval(work, ms)
  call.cleanup.add(() => clearInterval(timer))
}

/** A call that has its verdict and yet is not gone after this long is stuck, which is a bug. */
const STUCK_MS = 60_000

/**
 * Counts and names calls that do not end. Returns the way to stop and the count so far.
 */
export function watchForStuckCalls(world: CallWorld): { stop(): void; readonly stuck: number } {
  const since = new Map<string, number>()
  let stuck = 0
  const timer = setInterval(() => {
    const now = Date.now()
    const ending = new Set<string>()
    for (const call of world.registry.all()) {
      if (call.state !== 'ending') continue
      ending.add(call.id)
      const first = since.get(call.id)
      if (first === undefined) since.set(call.id, now)
      else if (now - first > STUCK_MS) {
        stuck += 1
        call.log.error({ reason: call.verdict?.reason, legs: call.legs.map((leg) => leg.state) }, 'a call does not end; it is dropped from the list')
        // Its mailbox is stuck, so its teardown never came: the phones are freed from outside.
        for (const leg of call.legs) if (leg.dialog && !leg.dialog.ended) world.registry.linger(leg.dialog.bye())
        world.registry.remove(call)
        world.events.emit('call.ended', call.tenantId, { call: call.view() })
        since.delete(call.id)
      }
    }
    for (const id of since.keys()) if (!ending.has(id)) since.delete(id)
  }, STUCK_MS / 2)
  timer.unref()
  return {
    stop: () => clearInterval(timer),
    get stuck() {
      return stuck
    },
  }
}
