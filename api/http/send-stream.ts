import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import type { Response } from 'express'
import type { StreamAnswer } from './define-route.ts'
import { HttpProblem } from './errors.ts'

/** Sends what is read piece by piece, with Range (RFC 9110 §14) and ETag. Closes it, whatever happens. */
export async function sendStream(response: Response, answer: StreamAnswer): Promise<void> {
  const { req: request } = response
  try {
    const { bytes } = answer
    if (bytes === undefined) return await send(response, answer, 0, 0)
    response.setHeader('Accept-Ranges', answer.ranges ? 'bytes' : 'none')
    if (answer.tag !== undefined) response.setHeader('ETag', `"${answer.tag}"`)
    if (request.fresh) return void response.status(304).end()
    const condition = request.headers['if-range']
    const wanted = answer.ranges && (condition === undefined || condition === `"${answer.tag}"`) ? request.range(bytes) : undefined
    if (wanted === -1) {
      response.setHeader('Content-Range', `bytes */${bytes}`)
      throw new HttpProblem(416, 'range-not-satisfiable', 'The file is shorter than that.')
    }
    // Several ranges at once may be answered with the whole (§14.2).
    const range = Array.isArray(wanted) && wanted.type === 'bytes' && wanted.length === 1 ? wanted[0] : undefined
    const [start, end] = range ? [range.start, range.end + 1] : [0, bytes]
    if (range) response.status(206).setHeader('Content-Range', `bytes ${start}-${end - 1}/${bytes}`)
    response.setHeader('Content-Length', end - start)
    await send(response, answer, start, end)
  } finally {
    await answer.close()
  }
}

async function send(response: Response, answer: StreamAnswer, start: number, end: number): Promise<void> {
  // Gone while it was opened.
  if (response.req.method === 'HEAD' || response.destroyed) return void response.end()
  await pipeline(Readable.from(answer.read(start, end), { objectMode: false }), response).catch((error: unknown) => {
    // Whoever listened went away: a player does that at every jump.
    if (!response.destroyed || !isGone(error)) throw error
  })
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE'].includes(String(error.code))
}
