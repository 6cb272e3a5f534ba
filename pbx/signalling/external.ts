/** Signalling in another process: an engine of ours (`--roles=signalling`), or a drachtio-server of the operator's. */
import { Refusal } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import { useApart } from './apart/connect.ts'
import type { Signalling } from './signalling.ts'

/**
 * Makes sure that somebody is there who takes our secret, so that a wrong address stops the start with a sentence, and
 * finds out who: an engine of ours can be told more than a drachtio-server, and keeps calls for us while we are away.
 *
 * @param identity proves to an engine of ours that we are the same PBX as before
 */
export async function useExternal(control: Signalling['control'], identity: string, logger: Logger): Promise<Signalling> {
  const found = await useApart({ control, identity, logger })
  if ('signalling' in found) {
    logger.info({ host: control.host, port: control.port }, 'signalling is an engine of ours in a process of its own')
    return found.signalling
  }
  if (found.kind === 'secret') throw new Refusal('unauthenticated', `The signalling engine at ${control.host}:${control.port} does not accept DRACHTIO_SECRET. Set it to the secret that the engine was started with.`)
  if (found.kind === 'unreachable') {
    throw new Refusal('unavailable', `No drachtio-server and no signalling engine of ours at ${control.host}:${control.port} (${found.cause}). Start it, or set DRACHTIO to its control address, or unset DRACHTIO to use the embedded engine.`)
  }
  return {
    control,
    identity: undefined,
    openLine: undefined,
    trace: undefined,
    gate: undefined,
    lane: undefined,
    names: undefined,
    status: undefined,
    onGone: undefined,
    certificates: undefined,
    external: true,
    // A lost connection is seen, and mended, by the client of the control port.
    onFailure: () => undefined,
    close: () => Promise.resolve(),
  }
}
