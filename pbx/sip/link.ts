/** How srf reaches the engine: over a line within this process where there is one, else over TCP. */
import { Server } from 'node:net'
import { LineSocket, type ControlLine } from './line-socket.ts'
import type { Srf } from './srf-types.ts'

/** Where the engine is: the part of `startSignalling` that reaching it takes. */
export interface EngineAddress {
  /** The engine's control port. */
  control: { host: string; port: number; secret: string }
  /** The same wire within this process. */
  openLine?: (() => ControlLine) | undefined
}

export interface Link {
  /** Call it when srf says that the engine accepted us. */
  accepted(): void
  /** Says goodbye and waits until the engine is gone. */
  close(): Promise<void>
}

/** The methods that we take. */
const ROUTED = ['invite', 'register', 'options', 'message', 'subscribe', 'publish', 'info', 'notify', 'refer']
const REOPEN_MS = 200
const GOODBYE_MS = 1000

/** @param methods requests outside dialogs that the engine shall bring to us */
export function openLink(srf: Srf, { control, openLine }: EngineAddress, methods: readonly string[] = ROUTED): Link {
  return openLine === undefined ? openSocket(srf, control, methods) : openWithin(srf, control.secret, openLine, methods)
}

function openSocket(srf: Srf, control: EngineAddress['control'], methods: readonly string[]): Link {
  for (const method of methods) srf.app.use(method, () => {})
  srf.connect({ ...control, reconnect: { retryMaxDelay: 2000 } })
  const { wp } = srf.app.client
  return {
    accepted() {
      // srf does this for its first connection only; without it answers wait for Nagle's timer.
      for (const socket of srf.app.client.mapServer.keys()) socket.setNoDelay(true)
    },
    async close() {
      // srf would go on reconnecting: it looks at `closing` only when a connection ends.
      wp.closing = true
      if (wp.reconnectVars?.retryTimer) clearTimeout(wp.reconnectVars.retryTimer)
      await hangUp(srf)
    },
  }
}

/** srf takes connections that engines open to it; here the engine is next door, and nobody listens on any port for that. */
function openWithin(srf: Srf, secret: string, openLine: () => ControlLine, methods: readonly string[]): Link {
  const server = new Server()
  let closing = false
  let timer: NodeJS.Timeout | undefined
  const open = (): void => {
    const socket = new LineSocket(openLine())
    socket.on('close', () => {
      if (!closing) timer = setTimeout(open, REOPEN_MS)
    })
    server.emit('connection', socket)
  }
  srf.listen({ server, secret })
  open()
  return {
    accepted() {
      // Over connections of this kind srf does not ask for methods.
      for (const socket of srf.app.client.mapServer.keys()) for (const method of methods) srf.app.client.wp.send(socket, `route|${method}`)
    },
    async close() {
      closing = true
      clearTimeout(timer)
      await hangUp(srf)
    },
  }
}

async function hangUp(srf: Srf): Promise<void> {
  const sockets = [...srf.app.client.mapServer.keys()]
  await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => {
    const timer = setTimeout(() => socket.destroy(), GOODBYE_MS)
    socket.once('close', () => {
      clearTimeout(timer)
      resolve()
    })
    socket.end()
  })))
}
