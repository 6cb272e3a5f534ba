/**
 * Wakes the phone while the panel is closed: shows who calls, and opens the panel, which then rings. It keeps nothing and
 * serves nothing: without a connection there is no phone.
 */
const words = {
  en: { calls: 'calls you', missed: 'Missed call', answer: 'Open the phone' },
  es: { calls: 'le llama', missed: 'Llamada perdida', answer: 'Abrir el teléfono' },
}[new URL(self.location.href).searchParams.get('language') ?? 'en']

self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

const pages = () => self.clients.matchAll({ type: 'window', includeUncontrolled: true })

async function told({ kind, callId, number, name, missed }) {
  const open = await pages()
  const who = name ?? number
  const options = { tag: `dialplane.${callId}`, icon: '/admin/icon-192.png', badge: '/admin/icon-192.png', data: { callId } }
  if (kind === 'call') {
    // The phone of a page that is open rings by itself.
    for (const page of open) page.postMessage({ kind: 'dialplane.call' })
    if (open.some(({ visibilityState }) => visibilityState === 'visible')) return
    return self.registration.showNotification(who, { ...options, body: name === null ? words.calls : `${number} ${words.calls}`, requireInteraction: true, vibrate: [400, 200, 400, 200, 400] })
  }
  for (const shown of await self.registration.getNotifications({ tag: options.tag })) shown.close()
  if (missed && !open.some(({ visibilityState }) => visibilityState === 'visible')) return self.registration.showNotification(who, { ...options, body: words.missed, silent: true })
}

self.addEventListener('push', (event) => event.waitUntil(told(event.data.json())))

async function answer() {
  const [page] = await pages()
  if (!page) return self.clients.openWindow('/admin/?ring')
  page.postMessage({ kind: 'dialplane.call' })
  return page.focus()
}

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(answer())
})
