import { Text } from '@mantine/core'
import type { Extension, Registration } from '../../app/types.ts'
import { StatusDot } from '../../components/status.tsx'
import { useLive } from '../../live/store.ts'
import { t } from '../../words/translate.ts'

/** Registrations of one extension, or of one of its devices. */
export function useRegistrations(belongs: (registration: Registration) => boolean): Registration[] {
  const all = useLive((state) => state.registrations)
  return [...all.values()].filter(belongs)
}

export function useInCall(extensionId: string): boolean {
  return useLive((state) => [...state.calls.values()].some((call) => call.legs.some((leg) => leg.extensionId === extensionId && leg.state !== 'ended')))
}

/** Whether an extension can be called now, in one word. */
export function Presence({ extension }: { extension: Extension }) {
  const registrations = useRegistrations((registration) => registration.extensionId === extension.id)
  const inCall = useInCall(extension.id)
  if (!extension.enabled) return <StatusDot label={t('Turned off')} tone="quiet" />
  if (extension.forwardAlways !== null) return <StatusDot label={t('Forwarded to {{forwardAlways}}', { forwardAlways: extension.forwardAlways })} tone="warning" />
  if (extension.doNotDisturb) return <StatusDot label={t('Do not disturb')} tone="warning" />
  if (inCall) return <StatusDot label={t('In a call')} tone="busy" />
  const reachable = registrations.filter((registration) => registration.reachable !== 'no').length
  if (reachable > 0) return <StatusDot label={t('Reachable')} tone="good" />
  if (registrations.length > 0) return <StatusDot label={t('Not answering')} tone="bad" />
  return <StatusDot label={t('No phone')} tone="warning" />
}

/** `2 of 3`: phones registered now, of the devices there are. */
export function PhoneCount({ extension }: { extension: Extension }) {
  const registrations = useRegistrations((registration) => registration.extensionId === extension.id)
  const devices = new Set(registrations.map((registration) => registration.deviceId)).size
  return <Text span inherit className="numbers" style={{ whiteSpace: 'nowrap' }}>{t('{{devices}} of {{devices2}} registered', { devices, devices2: extension.devices.length })}</Text>
}
