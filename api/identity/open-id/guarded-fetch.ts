/** HTTP to providers that follows no redirection and reaches no private network that the operator has not opened. */
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import type { CustomFetch } from 'openid-client'
import { bareHost, type Guard } from '../../../config/outbound/guard.ts'

/** Keys of a large provider are some 20 kB. */
const MOST_BYTES = 1_000_000

/** For openid-client. @param timeoutMs for the whole answer */
export function guardedFetch(guard: Pick<Guard, 'lookup' | 'refuses'>, timeoutMs: number): CustomFetch {
  return async (address, { method, headers, body, signal }) => {
    const url = new URL(address)
    // An address instead of a name is connected to without being looked up.
    const why = isIP(bareHost(url.hostname)) === 0 ? undefined : await guard.refuses(url)
    if (why !== undefined) throw new Error(why)
    const sent = body === null || body === undefined ? undefined : Buffer.from(await new Response(body).arrayBuffer())
    const { promise, resolve, reject } = Promise.withResolvers<Response>()
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    const limit = AbortSignal.timeout(timeoutMs)
    const request = send(url, { method, headers: { ...headers, Connection: 'close', ...(sent && { 'Content-Length': sent.length }) }, lookup: guard.lookup as never, agent: false, signal: signal ? AbortSignal.any([signal, limit]) : limit }, (response) => {
      const parts: Buffer[] = []
      let size = 0
      response.on('data', (part: Buffer) => {
        size += part.length
        if (size > MOST_BYTES) response.destroy(new Error('it answered with more than 1 MB'))
        else parts.push(part)
      })
      response.on('error', reject)
      response.on('end', () => {
        const status = response.statusCode ?? 0
        const read = new Headers(Object.entries(response.headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)] as [string, string]])))
        resolve(new Response(status === 204 || status === 304 ? null : Buffer.concat(parts), { status, headers: read }))
      })
    })
    request.on('error', reject)
    request.end(sent)
    return promise
  }
}
