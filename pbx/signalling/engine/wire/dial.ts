/** The connection to an application that waits to be dialled. */
import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { DialTarget } from './handlers.ts'

const CONNECT_MS = 2000

/** Undefined when it cannot be reached in time. */
export function connectTo({ host, port, tls, verify }: DialTarget): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket: Socket = tls ? connectTls({ host, port, rejectUnauthorized: verify, ...(isIP(host) === 0 ? { servername: host } : {}) }) : connect({ host, port })
    const failed = (): void => {
      clearTimeout(slow)
      socket.destroy()
      resolve(undefined)
    }
    const slow = setTimeout(failed, CONNECT_MS)
    socket.once('error', failed)
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      clearTimeout(slow)
      socket.removeListener('error', failed)
      resolve(socket)
    })
  })
}
