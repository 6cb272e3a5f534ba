import { Text } from '@mantine/core'
import type { Extension, Registration } from '../../app/types.ts'
import { StatusDot } from '../../components/status.tsx'
import { useLive } from '../../live/store.ts'

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
  if (!extension.enabled) return <StatusDot label="Turned off" tone="quiet" />
  if (extension.forwardAlways !== null) return <StatusDot label={`Forwarded to ${extension.forwardAlways}`} tone="warning" />
  if (extension.doNotDisturb) return <StatusDot label="Do not disturb" tone="warning" />
  if (inCall) return <StatusDot label="In a call" tone="busy" />
  const reachable = registrations.filter((registration) => registration.reachable !== 'no').length
  if (reachable > 0) return <StatusDot label="Reachable" tone="good" />
  if (registrations.length > 0) return <StatusDot label="Not answering" tone="bad" />
  return <StatusDot label="No phone" tone="warning" />
}

/** `2 of 3`: phones registered now, of the devices there are. */
export function PhoneCount({ extension }: { extension: Extension }) {
  const registrations = useRegistrations((registration) => registration.extensionId === extension.id)
  const devices = new Set(registrations.map((registration) => registration.deviceId)).size
  return <Text span inherit className="numbers" style={{ whiteSpace: 'nowrap' }}>{devices} of {extension.devices.length} registered</Text>
}
