import { Alert, Button, Group, Text } from '@mantine/core'
import { WifiOff } from 'lucide-react'
import { useEffect, useState } from 'react'
import { retryNow } from './connection.ts'
import { useLive } from './store.ts'
import { rich } from '../words/rich.ts'
import { t } from '../words/translate.ts'

/** Says that what is shown may be old. Waits two seconds first: short interruptions are nobody's business. */
export function ConnectionBanner() {
  const lost = useLive((state) => state.connection === 'lost')
  const retryAt = useLive((state) => state.retryAt)
  const [shown, setShown] = useState(false)
  const [, tick] = useState(0)
  useEffect(() => {
    if (!lost) return setShown(false)
    const wait = setTimeout(() => setShown(true), 2000)
    const ticking = setInterval(() => tick((count) => count + 1), 1000)
    return () => {
      clearTimeout(wait)
      clearInterval(ticking)
    }
  }, [lost])
  if (!shown) return null
  const seconds = retryAt === null ? 0 : Math.max(0, Math.ceil((retryAt - Date.now()) / 1000))
  return (
    <Alert color="orange" icon={<WifiOff size={18} aria-hidden />} title={t('Connection lost')} mb="md" role="status">
      <Group justify="space-between" gap="sm">
        <Text size="sm">
          {t('What you see may be out of date.')} {seconds > 0 ? rich('Trying again in {{seconds}} s.', { seconds: <span className="numbers">{seconds}</span> }) : t('Trying again now…')}
        </Text>
        <Button size="xs" variant="default" onClick={retryNow}>{t('Try now')}</Button>
      </Group>
    </Alert>
  )
}
