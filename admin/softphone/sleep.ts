/** Being woken for calls while this page is closed: the browser's part of Web Push. */
import { getPush, subscribePush, unsubscribePush } from '../client/index.ts'
import { language } from '../words/language.ts'
import { t } from '../words/translate.ts'
import { phoneStore } from './store.ts'

/** Whose wish it is, in this browser: another person here has not asked for it. */
const KEPT = 'dialplane.woken'
const WORKER = `/admin/push.js?language=${language}`
const SCOPE = '/admin/'

/** Whether this browser can be woken at all; a telephone may have to install the page first. */
export const canBeWoken = (): boolean => 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window

export const isWoken = (userId: string): boolean => localStorage.getItem(KEPT) === userId

/** Then notifications of calls come from there. */
export const isSomebodyWoken = (): boolean => localStorage.getItem(KEPT) !== null

/** Asks the person and the browser. Rejects with a sentence that says why not. */
export async function beWoken(userId: string): Promise<void> {
  if ((await Notification.requestPermission()) !== 'granted') throw new Error(t('This browser may not show notifications of this page. Allow them in its settings for the page.'))
  await subscribe()
  localStorage.setItem(KEPT, userId)
}

export async function sleepOn(): Promise<void> {
  localStorage.removeItem(KEPT)
  const registration = await navigator.serviceWorker.getRegistration(SCOPE)
  await (await registration?.pushManager.getSubscription())?.unsubscribe()
  await unsubscribePush({ throwOnError: true })
}

/** A new session has to be told which browser it is in. */
export async function stayWoken(userId: string): Promise<void> {
  if (canBeWoken() && isWoken(userId) && Notification.permission === 'granted') await subscribe()
}

/** The worker tells open pages of calls: the phone is opened, registers, and rings. */
export function openWhenCalled(): () => void {
  const onMessage = ({ data }: MessageEvent<{ kind?: string } | null>): void => {
    if (data?.kind === 'dialplane.call') phoneStore.show(true)
  }
  navigator.serviceWorker?.addEventListener('message', onMessage)
  return () => navigator.serviceWorker?.removeEventListener('message', onMessage)
}

async function subscribe(): Promise<void> {
  const registration = await navigator.serviceWorker.register(WORKER, { scope: SCOPE })
  const { publicKey } = (await getPush({ throwOnError: true })).data.data
  await navigator.serviceWorker.ready
  const known = await registration.pushManager.getSubscription()
  const subscription = known ?? (await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: publicKey }).catch((error: unknown) => {
    throw new Error(t('The push service of this browser takes nothing on: {{reason}}. Private windows have none.', { reason: error instanceof Error ? error.message : String(error) }))
  }))
  const { endpoint, keys } = subscription.toJSON()
  await subscribePush({ body: { endpoint: endpoint ?? '', keys: { p256dh: keys?.['p256dh'] ?? '', auth: keys?.['auth'] ?? '' } }, throwOnError: true })
}
