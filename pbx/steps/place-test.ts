import { setTimeout as wait } from 'node:timers/promises'
import { messageOf, Refusal } from '../../config/errors.ts'
import { newId } from '../../config/ids.ts'
import type { Endpoint } from '../../media/contract.ts'
import { soundOverTrunk } from '../calls/trunk-sound.ts'
import type { CallWorld } from '../calls/world.ts'
import type { DirectorySnapshot, Located, SnapshotTrunk } from '../directory/types.ts'
import type { PlaceTest, PlaceTested } from '../help/place-tests.ts'
import { mayBeHelp } from '../routing/help.ts'
import type { InviteFailure, OutgoingInvite, SipDialog } from '../sip/types.ts'
import { hostPart } from '../sip/uri.ts'
import { isFull } from './channels.ts'

/** A carrier's test says the address within this time, or nothing at all. */
const HEARD_MS = 6_000
/** So much of it is listened to before we hang up. */
const LISTEN_MS = 3_000
const RING_MS = 30_000
const PLACE_REFUSED: ReadonlySet<number> = new Set([400, 406, 413, 415, 420, 424, 488, 500, 501, 513, 606])

type World = Pick<CallWorld, 'directory' | 'media' | 'sip' | 'trunks' | 'registry' | 'help'>

/**
 * Calls the number for tests as a call for help from this place would be called: over the trunks for help in order, with its number and its
 * place. It ends no other call and waits for none; where it would stand in anybody's way, it is put off.
 */
export async function testPlace(world: World, { tenantId, number, signal, ...what }: PlaceTest): Promise<PlaceTested> {
  const snapshot = world.directory.snapshot()
  const located = { ...what.located, callbackNumber: what.located.callbackNumber ?? pooled(snapshot, tenantId, what.located) }
  const trunks = snapshot.trunksOf(tenantId).filter(({ enabled, emergency }) => enabled && emergency)
  const base = { trunk: null, status: null, place: 'not-sent', callbackNumber: located.callbackNumber ?? trunks[0]?.callerId ?? null } as const
  const fail = (message: string, more: object = {}): PlaceTested => ({ kind: 'tested', passed: false, ...base, ...more, message })
  if (trunks.length === 0) return fail('No trunk carries calls to the emergency services.')
  if (base.callbackNumber === null) return fail('No number would be shown that the dispatcher could call back: give the place, its site or the trunk one.')
  const gaps = located.problems.join(' ')
  // Sites may have come in countries where it is one of theirs.
  if (number !== null && mayBeHelp(snapshot, tenantId, number)) return fail(`${number} calls the emergency services themselves, and was not called. Choose another number for tests.`)
  if (number === null) {
    const doubtful = trunks.every(({ id }) => world.trunks.isDoubtful(id))
    if (doubtful) return fail(`Every trunk that carries calls for help is down or fails: ${trunks.map(({ name }) => name).join(', ')}.`)
    return gaps === '' ? { kind: 'tested', passed: true, ...base, message: 'Address, number and trunks are there. Nothing was called, for no number for tests is set.' } : fail(gaps)
  }
  const causes: string[] = []
  for (const trunk of trunks) {
    const put = inTheWay(world, trunk)
    if (put !== undefined) return { kind: 'later', why: put }
    let placed = trunk.sendLocation
    let told = await callOnce(world, trunk, { tenantId, located, number, signal, withPlace: placed })
    const refusedPlace = placed && told.kind === 'refused' && PLACE_REFUSED.has(told.status)
    if (refusedPlace) {
      placed = false
      causes.push(`${trunk.name} did not take the place (${told.kind === 'refused' ? told.status : ''}), so that a call for help would go out without it`)
      told = await callOnce(world, trunk, { tenantId, located, number, signal, withPlace: false })
    }
    if (told.kind === 'stopped') return { kind: 'later', why: 'somebody calls for help' }
    const found = { trunk: trunk.name, status: told.kind === 'heard' || told.kind === 'silent' ? 200 : told.status, place: placed ? 'sent' : refusedPlace ? 'refused' : 'not-sent', callbackNumber: located.callbackNumber ?? trunk.callerId }
    if (told.kind === 'heard') {
      const wrong = [gaps, ...causes.map((cause) => `${cause}.`)].filter((text) => text !== '').join(' ')
      // Another trunk carried it: help would come, and somebody should look.
      return wrong === '' ? { kind: 'tested', passed: true, ...base, ...found, message: `${number} answered over ${trunk.name} and was heard.` } as PlaceTested : fail(`${wrong} ${number} answered over ${trunk.name} and was heard.`, found)
    }
    if (told.kind === 'silent') return fail(`${number} answered over ${trunk.name}, and nothing was heard.`, found)
    causes.push(`${trunk.name}: ${told.why}`)
  }
  return fail(`${causes.join('; ')}.`, { trunk: trunks.at(-1)?.name ?? null })
}

/** Phones there would show one of these. */
function pooled(snapshot: DirectorySnapshot, tenantId: string, { locationId }: Located): string | null {
  const { sites, locations } = snapshot.emergencyOf(tenantId)
  const siteId = locations.find(({ id }) => id === locationId)?.siteId
  return sites.find(({ id }) => id === siteId)?.callbackPool[0] ?? null
}

/** Why it is no time for a test on this trunk. */
function inTheWay(world: World, trunk: SnapshotTrunk): string | undefined {
  if (world.registry.all().some((call) => call.urgent && !call.over)) return 'somebody calls for help'
  if (isFull(world, trunk.id, { planned: 1 })) return `${trunk.name} has as many calls as it may, but for one`
  return world.trunks.turn(trunk.id, 0) === undefined ? `${trunk.name} begins as many calls a second as it may` : undefined
}

type Told = { kind: 'heard' } | { kind: 'silent' } | { kind: 'stopped' } | { kind: 'refused'; status: number; why: string } | { kind: 'failed'; status: number; why: string }

async function callOnce(world: World, trunk: SnapshotTrunk, { tenantId, located, number, signal, withPlace }: PlaceTest & { number: string; withPlace: boolean }): Promise<Told> {
  const id = newId()
  const line = world.trunks.line(trunk.id, { number, callerId: located.callbackNumber ?? trunk.callerId, emergency: true, origin: { authenticated: true, id: tenantId }, located: withPlace ? located : null, reference: withPlace ? world.help.referenceForTest(tenantId, located) : null, hidden: false, more: false })
  if (!line) return { kind: 'failed', status: 503, why: 'it is switched off, or nothing is registered there' }
  let endpoint: Endpoint | undefined
  let dialog: SipDialog | undefined
  try {
    endpoint = await world.media.createEndpoint({ callId: id, legId: id, peerAddress: hostPart(line.address), ...soundOverTrunk(world, trunk.id, true) })
    // Somebody may have called for help meanwhile: then nothing is sent at all.
    if (signal.aborted) return { kind: 'stopped' }
    const started = Promise.withResolvers<boolean>()
    endpoint.on('media-started', () => started.resolve(true))
    const { uri, nextHop, route, domain, from, account, parts, rewrite = (plain) => plain } = line
    const answered = await answerOf(world.sip.invite({
      uri, ...(nextHop !== undefined && { nextHop }), ...(route && { route }), from: { domain, ...from }, to: { number, domain }, sdp: endpoint.localSdp, ...(account && { account }), ...(parts && { parts }), headers: rewrite(line.headers),
    }), signal)
    if ('status' in answered) return answered.kind === 'cancelled' && signal.aborted ? { kind: 'stopped' } : { kind: answered.kind === 'refused' ? 'refused' : 'failed', status: answered.status, why: answered.kind === 'timeout' ? 'it did not answer at all' : `it answered ${answered.status} ${answered.reason}` }
    dialog = answered
    const talking = endpoint
    dialog.onReinvite((offer) => (offer === undefined ? talking.reoffer('sendrecv') : talking.negotiate('offer', offer)))
    await endpoint.negotiate('answer', dialog.remoteSdp)
    const ended = new Promise<boolean>((resolve) => answered.onEnd(() => resolve(false)))
    const heard = await Promise.race([started.promise, ended, wait(HEARD_MS, false, { signal })])
    if (heard && !dialog.ended) await Promise.race([ended, wait(LISTEN_MS, undefined, { signal })])
    return heard || (await endpoint.stats()).packetsReceived > 0 ? { kind: 'heard' } : { kind: 'silent' }
  } catch (error) {
    if (signal.aborted) return { kind: 'stopped' }
    if (!(error instanceof Refusal)) throw error
    return { kind: 'failed', status: 503, why: messageOf(error).replace(/\.$/, '') }
  } finally {
    await dialog?.bye()
    await endpoint?.close()
  }
}

/** What came of the INVITE; it is taken back when nobody answers in time, or the signal says so. */
function answerOf(invite: OutgoingInvite, signal: AbortSignal): Promise<SipDialog | InviteFailure> {
  const { promise, resolve } = Promise.withResolvers<SipDialog | InviteFailure>()
  const stop = (): void => invite.cancel()
  const timer = setTimeout(stop, RING_MS)
  signal.addEventListener('abort', stop)
  invite.onAnswer(resolve)
  invite.onFailure((failure) => resolve(failure.kind === 'cancelled' && !signal.aborted ? { ...failure, reason: 'No answer within half a minute' } : failure))
  return promise.finally(() => {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  })
}
