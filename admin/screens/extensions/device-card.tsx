import { ActionIcon, Anchor, Code, Divider, Group, Menu, Stack, Text } from '@mantine/core'
import { Ellipsis, KeyRound, Pencil, Power, PowerOff, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { notify } from '../../app/notify.ts'
import type { Device, SipCredentials } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { Panel } from '../../components/panel.ts'
import { StatusDot } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import { Expiry, Reachability } from '../registrations/reachability.tsx'
import { changeDevice, removeDevice, renewCredentials } from './data.ts'
import { DeviceForm } from './device-form.tsx'
import { useRegistrations } from './presence.tsx'

interface DeviceCardProps {
  device: Device
  onlyOne: boolean
  mayWrite: boolean
  onCredentials: (credentials: SipCredentials) => void
}

/** One device: its user name, where it is registered, and what can be done to it. */
export function DeviceCard({ device, onlyOne, mayWrite, onCredentials }: DeviceCardProps) {
  const registrations = useRegistrations((registration) => registration.deviceId === device.id)
  const [doing, setDoing] = useState<'rename' | 'renew' | 'delete' | null>(null)
  const close = () => setDoing(null)
  return (
    <Panel>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div style={{ minWidth: 0 }}>
          <Text fw={600} className="break-anywhere">{device.name}</Text>
          <Text size="sm" c="dimmed">User name <Code>{device.sipUsername}</Code></Text>
          {device.phoneId !== null && <Anchor component={Link} href="/phones" size="sm">Set up under Phones</Anchor>}
        </div>
        {mayWrite && (
          <Menu position="bottom-end" shadow="md">
            <Menu.Target><ActionIcon aria-label={`Actions for device ${device.name}`}><Ellipsis size={18} aria-hidden /></ActionIcon></Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<KeyRound size={16} aria-hidden />} onClick={() => setDoing('renew')}>New password</Menu.Item>
              <Menu.Item leftSection={<Pencil size={16} aria-hidden />} onClick={() => setDoing('rename')}>Rename</Menu.Item>
              <Menu.Item
                leftSection={device.enabled ? <PowerOff size={16} aria-hidden /> : <Power size={16} aria-hidden />}
                onClick={() => void changeDevice(device, { enabled: !device.enabled }).then(() => notify.done(`${device.name} is ${device.enabled ? 'off' : 'on'}.`), notify.failed)}
              >
                {device.enabled ? 'Turn off' : 'Turn on'}
              </Menu.Item>
              <Menu.Divider />
              <Menu.Item c="var(--mantine-color-error)" leftSection={<Trash2 size={16} aria-hidden />} onClick={() => setDoing('delete')}>Delete</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </Group>
      <Divider my="sm" />
      {!device.enabled && <StatusDot label="Turned off" tone="quiet" />}
      {device.enabled && registrations.length === 0 && <Text size="sm" c="dimmed">Not registered. {device.phoneId === null ? 'Enter its user name and password in the phone; it appears here by itself.' : 'Its phone fetches user name and password by itself.'}</Text>}
      <Stack gap="xs">
        {registrations.map((registration) => (
          <div key={registration.id}>
            <Group justify="space-between" gap="xs">
              <Text size="sm" component="div"><Reachability registration={registration} /></Text>
              <Text size="xs" c="dimmed" component="div">Lasts another <Expiry registration={registration} /></Text>
            </Group>
            <Text size="xs" c="dimmed" className="break-anywhere">{registration.received} over {registration.transport.toUpperCase()}{registration.userAgent !== null && ` · ${registration.userAgent}`}</Text>
          </div>
        ))}
      </Stack>
      <Text size="xs" c="dimmed" mt="sm">Password made <Time at={device.credentialsChangedAt} /></Text>
      <DeviceForm opened={doing === 'rename'} extensionId={device.extensionId} device={device} onClose={close} />
      <Confirm opened={doing === 'renew'} onClose={close} title={`New password for ${device.name}?`} confirm="Make new password" onConfirm={async () => onCredentials(await renewCredentials(device.id))}>
        The old password stops working at once and the phone is signed out until {device.phoneId === null ? 'the new one is entered in it' : 'it has fetched the new one'}.
      </Confirm>
      <Confirm opened={doing === 'delete'} onClose={close} title={`Delete ${device.name}?`} confirm="Delete device" onConfirm={() => removeDevice(device.id)} done={`${device.name} is deleted.`}>
        The phone is signed out and its password stops working. {onlyOne && 'It is the only device: nothing will ring when this number is dialled. '}This cannot be undone.
      </Confirm>
    </Panel>
  )
}
