/** One connection to a control port: authenticated, asked whether an engine of ours is behind it. */
import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { messageOf } from '../../../config/errors.ts'
import { createFrameReader } from '../engine/wire/frames.ts'
import { decode, encode, VERSION, type FromApart, type ToApart } from './messages.ts'

const CONNECT_MS = 5_000
/** Names and certificates of very many may come in one frame. */
const FRAME_MAX = 64 * 1024 * 1024

export type Found =
  | { kind: 'ours'; line: ApartLine; hello: Extract<FromApart, { say: 'hello' }> }
  /** Somebody who speaks drachtio's wire and nothing beyond it. */
  | { kind: 'drachtio' }
  | { kind: 'secret' }
  | { kind: 'unreachable'; cause: string }

export interface ApartLine {
  send(message: ToApart): void
  close(): void
}

/**
 * Says secret and hello. Never rejects.
 * @param on told of what comes after the hello, and once that the connection is gone
 */
export function openApartLine(at: { host: string; port: number; secret: string }, on: { message(message: FromApart): void; gone(): void }): Promise<Found> {
  const { promise, resolve } = Promise.withResolvers<Found>()
  const socket = connect({ host: at.host, port: at.port, noDelay: true })
  socket.setEncoding('latin1')
  const timer = setTimeout(() => end({ kind: 'unreachable', cause: 'no answer' }), CONNECT_MS)
  let state: 'secret' | 'hello' | 'open' | 'over' = 'secret'
  const end = (found: Found): void => {
    const was = state
    state = 'over'
    clearTimeout(timer)
    socket.destroy()
    if (was === 'open') on.gone()
    resolve(found)
  }
  const send = (payload: string): void => void socket.write(`${payload.length}#${payload}`, 'latin1')
  const sendAside = (message: ToApart): void => {
    if (state !== 'over') send(`${randomUUID()}|dialplane|\r\n${encode(message)}`)
  }
  const line: ApartLine = {
    send: sendAside,
    close() {
      state = 'over'
      socket.destroy()
    },
  }
  const frames = createFrameReader(FRAME_MAX, {
    onGarbled: (reason) => end({ kind: 'unreachable', cause: reason }),
    onFrame(payload) {
      const at = payload.indexOf('\r\n')
      const tokens = (at === -1 ? payload : payload.slice(0, at)).split('|')
      if (tokens[1] === 'dialplane') {
        const message = decode<FromApart>(at === -1 ? '' : payload.slice(at + 2))
        if (!message) return
        if (state === 'open') return on.message(message)
        if (state !== 'hello' || message.say !== 'hello') return
        if (message.version !== VERSION) return end({ kind: 'unreachable', cause: 'the engine is of another version of Dialplane' })
        state = 'open'
        clearTimeout(timer)
        return resolve({ kind: 'ours', line, hello: message })
      }
      if (tokens[1] !== 'response') return
      if (tokens[3] === 'OK') {
        if (state !== 'secret') return
        state = 'hello'
        return sendAside({ say: 'hello', version: VERSION })
      }
      end({ kind: state === 'secret' ? 'secret' : 'drachtio' })
    },
  })
  socket.on('connect', () => send(`${randomUUID()}|authenticate|${at.secret}|`))
  socket.on('data', (chunk: string) => frames.push(chunk))
  socket.on('error', (error) => end({ kind: 'unreachable', cause: messageOf(error) }))
  // A drachtio-server may hang up on what it does not know without a word.
  socket.on('close', () => end(state === 'hello' ? { kind: 'drachtio' } : { kind: 'unreachable', cause: 'it hung up' }))
  return promise
}
