import { Button, Select, Stack, Text } from '@mantine/core'
import { useEffect, useState } from 'react'
import { mayAsk } from './announce.ts'
import { choose, chosen, openMicrophone, type Chosen } from './devices.ts'
import type { BrowserPhone } from './phone.ts'
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
      <Text size="xs" c="dimmed">{t('Kept in this browser.')}</Text>
    </Stack>
  )
}
