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
import { rich } from '../../words/rich.ts'
import { t } from '../../words/translate.ts'

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
          <Text size="sm" c="dimmed">{rich('User name {{sipUsername}}', { sipUsername: <Code>{device.sipUsername}</Code> })}</Text>
          {device.phoneId !== null && <Anchor component={Link} href="/phones" size="sm">{t('Set up under Phones')}</Anchor>}
        </div>
        {mayWrite && (
          <Menu position="bottom-end" shadow="md">
            <Menu.Target><ActionIcon aria-label={t('Actions for device {{name}}', { name: device.name })}><Ellipsis size={18} aria-hidden /></ActionIcon></Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<KeyRound size={16} aria-hidden />} onClick={() => setDoing('renew')}>{t('New password')}</Menu.Item>
              <Menu.Item leftSection={<Pencil size={16} aria-hidden />} onClick={() => setDoing('rename')}>{t('Rename')}</Menu.Item>
              <Menu.Item
                leftSection={device.enabled ? <PowerOff size={16} aria-hidden /> : <Power size={16} aria-hidden />}
                onClick={() => void changeDevice(device, { enabled: !device.enabled }).then(() => notify.done(device.enabled ? t('{{name}} is off.', { name: device.name }) : t('{{name}} is on.', { name: device.name })), notify.failed)}
              >
                {device.enabled ? t('Turn off') : t('Turn on')}
              </Menu.Item>
              <Menu.Divider />
              <Menu.Item c="var(--mantine-color-error)" leftSection={<Trash2 size={16} aria-hidden />} onClick={() => setDoing('delete')}>{t('Delete')}</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </Group>
      <Divider my="sm" />
      {!device.enabled && <StatusDot label={t('Turned off')} tone="quiet" />}
      {device.enabled && registrations.length === 0 && <Text size="sm" c="dimmed">{t('Not registered.')} {device.phoneId === null ? t('Enter its user name and password in the phone; it appears here by itself.') : t('Its phone fetches user name and password by itself.')}</Text>}
      <Stack gap="xs">
        {registrations.map((registration) => (
          <div key={registration.id}>
            <Group justify="space-between" gap="xs">
              <Text size="sm" component="div"><Reachability registration={registration} /></Text>
              <Text size="xs" c="dimmed" component="div">{rich('Lasts another {{time}}', { time: <Expiry registration={registration} /> })}</Text>
            </Group>
            <Text size="xs" c="dimmed" className="break-anywhere">{t('{{address}} over {{transport}}', { address: registration.received, transport: registration.transport.toUpperCase() })}{registration.userAgent !== null && ` · ${registration.userAgent}`}</Text>
          </div>
        ))}
      </Stack>
      <Text size="xs" c="dimmed" mt="sm">{rich('Password made {{time}}', { time: <Time at={device.credentialsChangedAt} /> })}</Text>
      <DeviceForm opened={doing === 'rename'} extensionId={device.extensionId} device={device} onClose={close} />
      <Confirm opened={doing === 'renew'} onClose={close} title={t('New password for {{name}}?', { name: device.name })} confirm={t('Make new password')} onConfirm={async () => onCredentials(await renewCredentials(device.id))}>
        {device.phoneId === null ? t('The old password stops working at once and the phone is signed out until the new one is entered in it.') : t('The old password stops working at once and the phone is signed out until it has fetched the new one.')}
      </Confirm>
      <Confirm opened={doing === 'delete'} onClose={close} title={t('Delete {{name}}?', { name: device.name })} confirm={t('Delete device')} onConfirm={() => removeDevice(device.id)} done={t('{{name}} is deleted.', { name: device.name })}>
        {t('The phone is signed out and its password stops working.')} {onlyOne && `${t('It is the only device: nothing will ring when this number is dialled.')} `}{t('This cannot be undone.')}
      </Confirm>
    </Panel>
  )
}
