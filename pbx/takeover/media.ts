/** Sound for a call of the process before: its ports ended with that, so both phones are told new ones by re-INVITE. */
import { messageOf, Refusal } from '../../config/errors.ts'
import type { Call } from '../calls/call.ts'
import { encryptionOfCaller } from '../calls/encryption.ts'
import { hangUp } from '../calls/hang-up.ts'
import { applyDirection } from '../calls/hold.ts'
import type { Leg } from '../calls/leg.ts'
import { terminate } from '../calls/termination.ts'
import { soundOverTrunk } from '../calls/trunk-sound.ts'
import { watchCall } from '../calls/watch.ts'
import type { CallWorld } from '../calls/world.ts'
import { hostPart } from '../sip/uri.ts'
import type { SavedLeg } from './saved.ts'

/** Descriptions that the process before may have given after it last told us of one. */
const SPARE_VERSIONS = 100

/** Resolves when both phones have answered, or the call is over. */
export async function reopenMedia(world: CallWorld, call: Call, saved: readonly SavedLeg[]): Promise<void> {
  const { caller, callee } = call
  if (!callee) return
  try {
    await call.mailbox.run(async () => {
      if (call.over) return
      for (const leg of [caller, callee]) leg.endpoint = await openEndpoint(world, call, leg, saved.find((one) => one.id === leg.id))
      await caller.endpoint?.bridge(callee.endpoint!)
    })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return hangUp(world, call, terminate('no-media', 'system', null, `After a restart the media engine cannot take the call on: ${messageOf(error)}.`))
  }
  if (call.over) return
  watchCall(world, call)
  await Promise.all([caller, callee].map((leg) => tellPhone(world, call, leg)))
}

function openEndpoint(world: CallWorld, call: Call, leg: Leg, saved: SavedLeg | undefined): ReturnType<CallWorld['media']['createEndpoint']> {
  const { codecs } = world.media.capabilities
  // What the phones agreed on before comes first, so that nothing changes but the ports.
  const first = codecs.filter((name) => name === leg.codec)
  const description = saved?.description
  return world.media.createEndpoint({
    callId: call.id,
    legId: leg.id,
    peerAddress: hostPart(leg.origin.address),
    encryption: { ...encryptionOfCaller(world, leg.origin.extensionId, leg.origin.transport), browser: saved?.security?.keying === 'dtls' },
    codecs: [...first, ...codecs.filter((name) => name !== leg.codec)],
    ...soundOverTrunk(world, leg.origin.trunkId, call.urgent),
    ...(description ? { follows: { id: description.id, version: description.version + SPARE_VERSIONS } } : {}),
  })
}

async function tellPhone(world: CallWorld, call: Call, leg: Leg): Promise<void> {
  const { dialog, endpoint } = leg
  if (!dialog || !endpoint) return
  try {
    const answer = await dialog.reinvite(endpoint.localSdp)
    await call.mailbox.run(async () => {
      if (call.over) return
      await endpoint.negotiate('answer', answer)
      await applyDirection(world, call, leg)
    })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    // One that does not know the call any more, or does not answer, is told by its dialog.
    if (call.over || dialog.ended) return
    hangUp(world, call, terminate(leg === call.caller ? 'caller-media' : 'callee-media', 'system', 488, `After a restart of Dialplane the phone did not take the call on: ${error.message}`))
  }
}
