/** A connection of its own to the signalling engine, for the legs that a media server outside is reached by. */
import SrfModule from 'drachtio-srf'
import { messageOf, Refusal } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import { openLink, type EngineAddress } from './link.ts'
import type { SrfConstructor } from './srf-types.ts'

/** What calls media servers. Opaque: it is handed on to drachtio-fsmrf, which knows what it is. */
export interface MediaLine {
  readonly srf: unknown
  close(): Promise<void>
}

const CONNECT_MS = 10_000

/**
 * Resolves when the engine accepted us. No request outside dialogs ever comes over this connection: it asks for no method.
 * @throws Refusal `unauthenticated` when the secret is wrong, `unavailable` when nobody answers in time
 */
export async function openMediaLine({ logger, ...address }: EngineAddress & { logger: Logger }): Promise<MediaLine> {
  const srf = new (SrfModule as unknown as SrfConstructor)('dialplane-media')
  const first = Promise.withResolvers<void>()
  const timer = setTimeout(() => first.reject(new Refusal('unavailable', `The signalling engine at ${address.control.host}:${address.control.port} cannot be reached.`)), CONNECT_MS)
  srf.on('connect', (error) => {
    if (error) return first.reject(new Refusal('unauthenticated', 'The signalling engine did not accept our secret (DRACHTIO_SECRET).'))
    link.accepted()
    first.resolve()
  })
  srf.on('error', (error) => logger.warn({ err: error }, `the connection to the signalling engine for media failed: ${messageOf(error)}`))
  const link = openLink(srf, address, [])
  try {
    await first.promise
  } catch (error) {
    await link.close()
    throw error
  } finally {
    clearTimeout(timer)
  }
  return { srf, close: () => link.close() }
}
