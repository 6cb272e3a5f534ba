/** Tells of a call outside of the page, while nobody looks at it and nothing else does. */
import { isSomebodyWoken } from './sleep.ts'
import type { PhoneCall } from './store.ts'
import { t } from '../words/translate.ts'

export function announce({ name, number }: PhoneCall): Notification | undefined {
  if (document.visibilityState === 'visible' || !('Notification' in window) || Notification.permission !== 'granted' || isSomebodyWoken()) return undefined
  const notice = new Notification(name ?? number, { body: name === null ? t('calls you') : t('{{number}} calls you', { number }), icon: '/admin/favicon.svg', tag: 'dialplane.call', requireInteraction: true })
  notice.onclick = () => {
    window.focus()
    notice.close()
  }
  return notice
}

/** Whether a person was not asked yet. */
export const mayAsk = (): boolean => 'Notification' in window && Notification.permission === 'default'
