/** Ties the WebSocket to the live store and to the query cache. */
import { queryClient } from '../app/query-client.ts'
import { keys } from '../app/keys.ts'
import { applyMessage, isLiveMessage } from './apply.ts'
import { LiveSocket } from './socket.ts'
import { liveStore } from './store.ts'

let socket: LiveSocket | undefined

/** Opens the live connection for whoever is signed in. Returns the way to end it. */
export function startLive(): () => void {
  const address = new URL('/api/v1/ws', window.location.href)
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
  let place: { resume: string; seq: number } | undefined
  const own = new LiveSocket({
    url: () => {
      if (place === undefined) return address.href
      const back = new URL(address)
      back.searchParams.set('resume', place.resume)
      back.searchParams.set('after', String(place.seq))
      return back.href
    },
    onOpen: () => liveStore.update(() => ({ connection: 'open', retryAt: null })),
    onMessage: (message) => {
      if (!isLiveMessage(message)) return
      // Too much was missed: everything on screen is read again. What came before `resumed` is as true as it was.
      if (message.type === 'hello' && place !== undefined) void queryClient.invalidateQueries({ predicate: (query) => query.queryKey[0] !== keys.session[0] })
      if (message.type === 'hello' || message.type === 'resumed') place = { resume: message.resume, seq: message.seq }
      else if (place !== undefined) place.seq = message.seq
      applyMessage(message)
    },
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
