import { Button, Select, Stack, Switch, Text } from '@mantine/core'
import { useEffect, useState } from 'react'
import { sentenceOf } from '../app/api-error.ts'
import { useSession } from '../app/session.tsx'
import { mayAsk } from './announce.ts'
import { choose, chosen, openMicrophone, type Chosen } from './devices.ts'
import type { BrowserPhone } from './phone.ts'
import { beWoken, canBeWoken, isWoken, sleepOn } from './sleep.ts'
import { phoneStore } from './store.ts'
import { t } from '../words/translate.ts'

const fields: { field: keyof Chosen; label: string; kind: MediaDeviceKind }[] = [
  { field: 'microphone', label: t('Microphone'), kind: 'audioinput' },
  { field: 'speaker', label: t('Loudspeaker'), kind: 'audiooutput' },
  { field: 'bell', label: t('Rings at'), kind: 'audiooutput' },
]

/** Which devices are used; also in the middle of a call. */
export function SoundSettings({ phone }: { phone: BrowserPhone }) {
  const [devices, setDevices] = useState<MediaDeviceInfo[]>([])
  const [values, setValues] = useState(chosen)
  const [ask, setAsk] = useState(mayAsk)
  useEffect(() => {
    const read = async (): Promise<void> => setDevices(await navigator.mediaDevices.enumerateDevices())
    void read()
    navigator.mediaDevices.addEventListener('devicechange', read)
    return () => navigator.mediaDevices.removeEventListener('devicechange', read)
  }, [])
  // Before a page was let use the microphone, devices have no names.
  const unnamed = devices.some(({ label }) => label === '')
  const allow = async (): Promise<void> => {
    try {
      for (const track of (await openMicrophone()).getTracks()) track.stop()
      setDevices(await navigator.mediaDevices.enumerateDevices())
    } catch (error) {
      phoneStore.update({ problem: error instanceof Error ? error.message : String(error) })
    }
  }
  return (
    <Stack gap="xs">
      {unnamed && <Button size="xs" variant="default" onClick={() => void allow()}>{t('Let this page use the microphone')}</Button>}
      {fields.map(({ field, label, kind }) => (
        <Select
          key={field}
          label={label}
          allowDeselect={false}
          comboboxProps={{ zIndex: 400 }}
          data={[{ value: '', label: t('The usual one') }, ...devices.filter((one) => one.kind === kind && one.deviceId !== '' && one.deviceId !== 'default').map((one) => ({ value: one.deviceId, label: one.label || one.deviceId.slice(0, 8) }))]}
          value={devices.some(({ deviceId }) => deviceId === values[field]) ? values[field] : ''}
          onChange={(device) => {
            choose({ [field]: device ?? '' })
            setValues(chosen())
            phone.devicesChanged()
          }}
        />
      ))}
      {ask && <Button size="xs" variant="default" onClick={() => void Notification.requestPermission().then(() => setAsk(mayAsk()))}>{t('Tell of calls while this page is hidden')}</Button>}
      <Sleep />
      <Text size="xs" c="dimmed">{t('Kept in this browser.')}</Text>
    </Stack>
  )
}

/** Whether calls ring while this page is closed. */
function Sleep() {
  const { user } = useSession()
  const [woken, setWoken] = useState(() => isWoken(user.id))
  const [busy, setBusy] = useState(false)
  if (!canBeWoken()) return <Text size="xs" c="dimmed">{t('This browser wakes no closed page for a call. On an iPhone or iPad, add this page to the home screen first.')}</Text>
  const change = async (wanted: boolean): Promise<void> => {
    setBusy(true)
    try {
      await (wanted ? beWoken(user.id) : sleepOn())
      setWoken(wanted)
      phoneStore.update({ problem: null })
    } catch (error) {
      phoneStore.update({ problem: sentenceOf(error) })
    } finally {
      setBusy(false)
    }
  }
  return <Switch size="sm" label={t('Tell of calls while this page is closed')} description={t('By the push service of this browser, which sees only that something came. As long as you are signed in: twelve hours after this page was last used at most.')} checked={woken} disabled={busy} onChange={({ currentTarget }) => void change(currentTarget.checked)} />
}
