/** A drachtio-server of the operator's, instead of the embedded engine. */
import { connect } from 'node:net'
import { messageOf, Refusal } from '../../config/errors.ts'
import type { Signalling } from './signalling.ts'

const CONNECT_MS = 5000

/** Makes sure that somebody listens there, so that a wrong address stops the start with a sentence. The secret is checked when the PBX connects. */
export async function useExternal(server: { host: string; port: number; secret: string }): Promise<Signalling> {
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ host: server.host, port: server.port, timeout: CONNECT_MS })
    const refuse = (cause: string) => {
      socket.destroy()
      reject(new Refusal('unavailable', `No drachtio-server at ${server.host}:${server.port} (${cause}). Start it, or set DRACHTIO to its control address, or unset DRACHTIO to use the embedded engine.`))
    }
    socket.once('connect', () => {
      socket.destroy()
      resolve()
    })
    socket.once('timeout', () => refuse('no answer'))
    socket.once('error', (error) => refuse(messageOf(error)))
  })
  return {
    control: { host: server.host, port: server.port, secret: server.secret },
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
