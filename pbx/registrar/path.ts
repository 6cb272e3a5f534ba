/** The proxies between us and a phone (RFC 3327): which Path we take, and from whom. */
import type { Clock } from '../../config/clock.ts'
import { Refusal } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import { createNetworkSet } from '../../config/network-set.ts'
import { createQuietLog } from '../../config/quiet-log.ts'
import { parseAddress, splitOutside } from '../sip/address.ts'
import { namesExtension } from '../sip/headers.ts'
import type { IncomingRequest } from '../sip/types.ts'

/** Proxies in a row, more than any network has. */
const MOST_HOPS = 8
/** Characters in all: it is stored with each binding and sent with each request. */
const LONGEST = 2_048

/**
 * Reads the Path of a REGISTER; empty when it has none.
 *
 * A Path decides where our requests go, so it is taken from edges of the operator only: from a phone, or whoever has its
 * password, it would send calls, and who calls whom, to any host that we can reach. Whether the phone says `Supported: path`
 * does not matter then (§5.3 leaves it to the registrar): hardly any does, and the edge answers for what it wrote.
 *
 * @param edges networks of those proxies; undefined: Route cannot be sent, so a Path is used by nobody
 * @throws Refusal `unsupported` naming `path` (420), or `malformed`
 */
export function createPathReader(options: { edges: readonly string[] | undefined; logger: Logger; clock: Clock }): (request: IncomingRequest) => readonly string[] {
  const { edges } = options
  const trusted = createNetworkSet(edges)
  const quiet = createQuietLog(options.logger, options.clock)
  return (request) => {
    const header = request.header('path')
    if (header === undefined || header.trim() === '') return []
    const { address } = request.source
    if (edges === undefined) {
      // Not understood is left alone (RFC 3261 §8.2.2); the phone is reached where its REGISTER came from.
      if (namesExtension(request.header('require'), 'path')) throw notTaken()
      return []
    }
    if (trusted.covering(address) === undefined) {
      quiet.write('warn', `path ${address}`, { address }, `a phone registered through a proxy at ${address} that SIP_EDGES does not name, and was refused`)
      throw notTaken()
    }
    const path = splitPath(header)
    const good = header.length <= LONGEST && path.length <= MOST_HOPS && path.every((value) => {
      const { scheme } = parseAddress(value)?.uri ?? {}
      return value.startsWith('<') && (scheme === 'sip' || scheme === 'sips')
    })
    if (!good) throw new Refusal('malformed', 'The Path header is malformed or too long')
    return path
  }
}

function notTaken(): Refusal {
  return new Refusal('unsupported', 'A Path is not taken from here', { details: [{ field: 'Path', message: 'path' }] })
}

/** The values of a Path, also of one that was stored. */
export function splitPath(text: string): readonly string[] {
  return splitOutside(text, ',').map((value) => value.trim()).filter((value) => value !== '')
}

export function writePath(path: readonly string[]): string {
  return path.join(', ')
}
