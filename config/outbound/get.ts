/** One bounded GET of an address that a stranger named. */
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import { bareHost, type Guard } from './guard.ts'

export interface Got {
  /** Null: nothing came back. */
  status: number | null
  /** Empty unless the status is 200. */
  body: Buffer
  /** As the server allows it to be kept, in seconds; null: it says nothing of that. */
  maxAge: number | null
  /** What went wrong, as the end of a sentence; null: nothing. */
  error: string | null
  /** The guard lets nobody go there. */
  forbidden: boolean
}

/**
 * Never rejects. Redirections are not followed, for they would lead past the guard.
 *
 * @param ca PEM: believed besides no other; for tests
 */
export function get(guard: Pick<Guard, 'lookup' | 'refuses'>, url: URL, { answerMs, mostBytes, agent, accept, ca }: { answerMs: number; mostBytes: number; agent: string; accept: string; ca?: string | undefined }): Promise<Got> {
  const { promise, resolve } = Promise.withResolvers<Got>()
  const fail = (error: string, status: number | null = null, forbidden = false): void => resolve({ status, body: Buffer.alloc(0), maxAge: null, error, forbidden })
  const go = (): void => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    const request = send(url, { method: 'GET', lookup: guard.lookup as never, agent: false, signal: AbortSignal.timeout(answerMs), headers: { Accept: accept, 'User-Agent': agent, Connection: 'close' }, ...(ca !== undefined && { ca }) }, (response) => {
      const { statusCode = 0 } = response
      if (statusCode !== 200) {
        response.destroy()
        return fail(`it answered ${statusCode}${statusCode >= 300 && statusCode < 400 ? ', a redirection, which is not followed' : ''}`, statusCode)
      }
      const parts: Buffer[] = []
      let size = 0
      response.on('data', (part: Buffer) => {
        size += part.length
        parts.push(part)
        if (size <= mostBytes) return
        response.destroy()
        fail(`it answered more than ${mostBytes} bytes`, statusCode)
      })
      response.on('error', (error) => fail(error.message))
      response.on('end', () => resolve({ status: statusCode, body: Buffer.concat(parts), maxAge: maxAgeOf(response.headers['cache-control'], Number(response.headers.age ?? 0)), error: null, forbidden: false }))
      response.on('close', () => fail('the connection ended in the middle of the answer', statusCode))
    })
    request.on('error', (error: NodeJS.ErrnoException) => fail(error.name === 'AbortError' || error.name === 'TimeoutError' ? `it did not answer within ${answerMs / 1000} seconds` : error.message, null, error.code === 'EPRIVATE'))
    request.end()
  }
  // An address instead of a name is connected to without being looked up.
  if (isIP(bareHost(url.hostname)) === 0) go()
  else void guard.refuses(url).then((why) => (why === undefined ? go() : fail(why, null, true)))
  return promise
}

/** RFC 9111 §5.2.2, less what it has been kept for already. */
function maxAgeOf(header: string | undefined, age: number): number | null {
  if (header === undefined) return null
  if (/\bno-(store|cache)\b/i.test(header)) return 0
  const seconds = /\bmax-age="?(\d{1,9})/i.exec(header)?.[1]
  return seconds === undefined ? null : Math.max(0, Number(seconds) - (Number.isFinite(age) ? age : 0))
}
