/** One request to a receiver. */
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import { bareHost, type Guard } from '../http/guard.ts'
import { signedHeaders } from './signature.ts'

export interface Sent {
  /** Null: nothing came back. */
  status: number | null
  /** What went wrong, for people; null when it was taken (2xx). */
  error: string | null
  ms: number
  /** As Retry-After asks, in seconds. */
  retryAfter: number | null
}

/** A receiver answers first and works then. */
const ANSWER_MS = 10_000
/** Read of what it answers, to be shown. */
const MOST_BYTES = 500

/** Posts the body. Never rejects; redirections are not followed, for they would lead past the guard. */
export function post(guard: Pick<Guard, 'lookup' | 'refuses'>, url: URL, id: string, body: string, secrets: readonly string[]): Promise<Sent> {
  const begun = performance.now()
  const { promise, resolve } = Promise.withResolvers<Sent>()
  const end = (sent: Omit<Sent, 'ms' | 'retryAfter'> & { retryAfter?: number | null }): void => resolve({ retryAfter: null, ...sent, ms: Math.round(performance.now() - begun) })
  const go = (): void => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    const request = send(url, {
      method: 'POST', lookup: guard.lookup as never, agent: false, signal: AbortSignal.timeout(ANSWER_MS),
      headers: { 'Content-Type': 'application/json', 'User-Agent': 'Dialplane-Webhooks', 'Content-Length': Buffer.byteLength(body), Connection: 'close', ...signedHeaders(id, Date.now(), body, secrets) },
    }, (response) => {
      const status = response.statusCode ?? 0
      const seconds = Number(response.headers['retry-after'])
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => {
        text += part.slice(0, MOST_BYTES - text.length)
        if (text.length >= MOST_BYTES) response.destroy()
      })
      response.on('error', () => undefined)
      response.on('close', () => {
        if (status >= 200 && status < 300) return end({ status, error: null })
        const words = status >= 300 && status < 400 ? 'a redirection, which is not followed: enter where it leads' : text.replace(/[\p{Cc}\p{Cs}]+/gu, ' ').trim()
        end({ status, error: `It answered ${status}${words === '' ? '' : `: ${words}`}`, retryAfter: Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 3_600) : null })
      })
    })
    request.on('error', (error: NodeJS.ErrnoException) => end({ status: null, error: wordsFor(error, url) }))
    request.end(body)
  }
  // An address instead of a name is connected to without being looked up.
  if (isIP(bareHost(url.hostname)) === 0) go()
  else void guard.refuses(url).then((why) => (why === undefined ? go() : end({ status: null, error: why })))
  return promise
}

function wordsFor({ name, code, message }: NodeJS.ErrnoException, { hostname, port, protocol }: URL): string {
  if (name === 'AbortError' || name === 'TimeoutError') return `It did not answer within ${ANSWER_MS / 1000} seconds.`
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `The name ${hostname} was not found.`
  if (code === 'ECONNREFUSED') return `Nothing listens at ${hostname}:${port || (protocol === 'https:' ? 443 : 80)}.`
  if (code?.startsWith('ERR_TLS') || code?.startsWith('CERT') || /certificate|self.signed/i.test(message)) return `Its certificate is not trusted: ${message}.`
  return message
}
