import { ActionIcon, Indicator, Tooltip } from '@mantine/core'
import { Phone } from 'lucide-react'
import { lazy, Suspense, useEffect } from 'react'
import { useCan, useSession } from '../app/session.tsx'
import { openWhenCalled, stayWoken } from './sleep.ts'
import { phoneStore, usePhone } from './store.ts'
import { t } from '../words/translate.ts'

const Dock = lazy(() => import('./dock.tsx'))

/** Whether the person signed in has a phone here: an extension of their own, and the permission. */
export function useHasPhone(): boolean {
  const { extension } = useSession()
  return useCan()('softphone.use') && extension !== null
}

/** Opens and closes the phone; shows that it rings, and that messages wait. */
export function PhoneButton() {
  const has = useHasPhone()
  const open = usePhone((state) => state.open)
  const calls = usePhone((state) => state.calls)
  const messages = usePhone((state) => state.newMessages)
  if (!has) return null
  const busy = calls.length > 0
  const label = open ? t('Close the phone') : t('Open the phone')
  return (
    <Tooltip label={busy ? t('Hang up first') : label}>
      <Indicator disabled={!open || messages === 0} label={messages} size={16} color="red">
        <ActionIcon size="lg" variant={open ? 'filled' : 'default'} aria-label={label} aria-pressed={open} aria-disabled={busy} onClick={() => { if (!busy) phoneStore.show(!open) }}>
          <Phone size={18} aria-hidden />
        </ActionIcon>
      </Indicator>
    </Tooltip>
  )
}

/** The phone, on every page and the same on all of them. */
export function PhoneHost() {
  const has = useHasPhone()
  const open = usePhone((state) => state.open)
  const { user } = useSession()
  useEffect(() => {
    if (!has) return
    // It is tried again with the next page.
    stayWoken(user.id).catch(() => undefined)
    return openWhenCalled()
  }, [has, user.id])
  if (!has || !open) return null
  return <Suspense fallback={null}><Dock /></Suspense>
}
