/** Ties the WebSocket to the live store and to the query cache. */
import { queryClient } from '../app/query-client.ts'
import { keys } from '../app/keys.ts'
import { applyMessage } from './apply.ts'
import { LiveSocket } from './socket.ts'
import { liveStore } from './store.ts'

let socket: LiveSocket | undefined

/** Opens the live connection for whoever is signed in. Returns the way to end it. */
export function startLive(): () => void {
  const address = new URL('/api/v1/live', window.location.href)
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
  let before = false
  const own = new LiveSocket({
    url: address.href,
    onOpen: () => {
      // Events sent while we were away are lost, so everything on screen is read again.
      if (before) void queryClient.invalidateQueries({ predicate: (query) => query.queryKey[0] !== keys.session[0] })
      before = true
      liveStore.update(() => ({ connection: 'open', retryAt: null }))
    },
    onMessage: applyMessage,
    onLost: (retryAt) => {
      liveStore.update(() => ({ connection: 'lost', retryAt }))
      // A browser is not told why a handshake failed: ask whether we are still signed in.
      void queryClient.invalidateQueries({ queryKey: keys.session })
    },
    onRefused: () => void queryClient.invalidateQueries({ queryKey: keys.session }),
  })
  socket = own
  return () => {
    own.close()
    if (socket === own) socket = undefined
    liveStore.reset()
  }
}

export function retryNow(): void {
  liveStore.update(() => ({ retryAt: null }))
  socket?.retryNow()
}
