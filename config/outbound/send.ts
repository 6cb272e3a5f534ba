/** One bounded request to an address that a tenant named. */
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import { bareHost, type Guard } from './guard.ts'

export interface Sent {
  /** Null: nothing came back. */
  status: number | null
  /** What went wrong, for people; null when it was taken (2xx). */
  error: string | null
  ms: number
  /** As Retry-After asks, in seconds, at most an hour. */
  retryAfter: number | null
  /** What it answered, as far as it was read. */
  text: string
}

export interface Outgoing {
  url: URL
  method: 'GET' | 'POST' | 'PATCH'
  headers: Readonly<Record<string, string>>
  /** JSON, where the headers say nothing else; absent: none. */
  body?: string | Buffer | undefined
  /** Milliseconds until the whole answer must be here. */
  answerMs: number
  /** Characters of the answer that are read; who says more is not waited for. */
  most: number
  signal?: AbortSignal
}

const MOST_WAIT_SECONDS = 3_600

/** Never rejects; redirections are not followed, for they would lead past the guard. */
export function send(guard: Pick<Guard, 'lookup' | 'refuses'>, { url, method, headers, body, answerMs, most, signal }: Outgoing): Promise<Sent> {
  const begun = performance.now()
  const { promise, resolve } = Promise.withResolvers<Sent>()
  const end = (sent: Pick<Sent, 'status' | 'error'> & Partial<Sent>): void => resolve({ retryAfter: null, text: '', ...sent, ms: Math.round(performance.now() - begun) })
  const go = (): void => {
    const ask = url.protocol === 'https:' ? httpsRequest : httpRequest
    const request = ask(url, {
      method, lookup: guard.lookup as never, agent: false, signal: AbortSignal.any([AbortSignal.timeout(answerMs), ...(signal ? [signal] : [])]),
      headers: { ...(body !== undefined && { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }), Connection: 'close', ...headers },
    }, (response) => {
      const status = response.statusCode ?? 0
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => {
        text += part.slice(0, most - text.length)
        if (text.length >= most) response.destroy()
      })
      let failure: string | null = null
      response.on('error', (error: NodeJS.ErrnoException) => (failure = text.length >= most ? null : wordsFor(error, url, answerMs)))
      response.on('close', () => {
        if (status >= 200 && status < 300) return end({ status, error: failure, text })
        const words = status >= 300 && status < 400 ? 'a redirection, which is not followed: enter where it leads' : text.replace(/[\p{Cc}\p{Cs}]+/gu, ' ').trim()
        end({ status, error: `It answered ${status}${words === '' ? '' : `: ${words}`}`, retryAfter: secondsOf(response.headers['retry-after']), text })
      })
    })
    request.on('error', (error: NodeJS.ErrnoException) => end({ status: null, error: wordsFor(error, url, answerMs) }))
    request.end(body)
  }
  // An address instead of a name is connected to without being looked up.
  if (isIP(bareHost(url.hostname)) === 0) go()
  else void guard.refuses(url).then((why) => (why === undefined ? go() : end({ status: null, error: why })))
  return promise
}

/** RFC 9110 §10.2.3: seconds, or when. */
function secondsOf(header: string | undefined): number | null {
  if (header === undefined) return null
  const seconds = /^\s*\d+(\.\d+)?\s*$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(Math.ceil(seconds), MOST_WAIT_SECONDS) : null
}

function wordsFor({ name, code, message }: NodeJS.ErrnoException, { hostname, port, protocol }: URL, answerMs: number): string {
  if (name === 'AbortError' || name === 'TimeoutError') return `It did not answer within ${answerMs / 1000} seconds.`
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `The name ${hostname} was not found.`
  if (code === 'ECONNREFUSED') return `Nothing listens at ${hostname}:${port || (protocol === 'https:' ? 443 : 80)}.`
  if (code?.startsWith('ERR_TLS') || code?.startsWith('CERT') || /certificate|self.signed/i.test(message)) return `Its certificate is not trusted: ${message}.`
  return message
}
