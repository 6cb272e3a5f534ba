import { Button, Code, Drawer, Group, SimpleGrid, Skeleton, Stack, Text } from '@mantine/core'
import { Eye } from 'lucide-react'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import { useCan } from '../../app/session.tsx'
import type { PhoneVendor, ProvisionedPhone } from '../../app/types.ts'
import { CopyField } from '../../components/copy.tsx'
import { Fact } from '../../components/fact.tsx'
import { ErrorState } from '../../components/states.tsx'
import { StatusDot } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import { useLastOpen } from '../../components/use-last-open.ts'
import { macWords, phoneStates } from '../../words/phone.ts'
import { ExtensionName } from '../extensions/extension-name.tsx'
import { showPassword, usePhoneSettings } from './data.ts'
import { rich } from '../../words/rich.ts'
import { t } from '../../words/translate.ts'

/** What a phone fetched and answered, its password, and its settings. */
export function Details({ phone, vendor, onClose }: { phone: ProvisionedPhone | null; vendor: PhoneVendor | undefined; onClose: () => void }) {
  const shown = useLastOpen(phone !== null, phone)
  return (
    <Drawer opened={phone !== null} onClose={onClose} size="lg" title={<Text fw={650} fz="lg" span>{shown?.name}</Text>}>
      {shown !== null && <Facts key={shown.id} phone={shown} vendor={vendor} />}
    </Drawer>
  )
}

function Facts({ phone, vendor }: { phone: ProvisionedPhone; vendor: PhoneVendor | undefined }) {
  const can = useCan()
  const settings = usePhoneSettings(phone.id)
  const [password, setPassword] = useState<string | null>(null)
  const { fetch, told, link } = phone
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <Fact label={t('Model')}>{vendor?.name ?? phone.vendor} {phone.model}</Fact>
        {phone.mac !== null && <Fact label={t('MAC address')}>{macWords(phone.mac)}</Fact>}
        <Fact label={t('Settings')}><StatusDot {...phoneStates[phone.state]} /></Fact>
        <Fact label={t('Fetched last')}>{fetch === null ? t('Never') : rich('{{time}} from {{address}}: {{file}}', { time: <Time at={fetch.at} ago />, address: fetch.address, file: fetch.file })}</Fact>
        <Fact label={t('Calls itself')}>{fetch === null || fetch.userAgent === '' ? '—' : fetch.userAgent}</Fact>
        <Fact label={t('Told last')}>{told === null ? t('Never') : <><Time at={told.at} ago />, {told.status === null ? t('no answer') : t('it answered {{status}}', { status: told.status })}</>}</Fact>
        <Fact label={t('Link for its first settings')}>{link === null ? t('None') : link.usedFrom === null ? rich('Good until {{time}}', { time: <Time at={link.until} /> }) : t('Used from {{usedFrom}}', { usedFrom: link.usedFrom })}</Fact>
        <Fact label={t('Lines')}><Stack gap={2}>{phone.lines.map((id) => <ExtensionName key={id} id={id} />)}</Stack></Fact>
      </SimpleGrid>
      {vendor?.soft !== true && can('extensions.write') && (password === null
        ? <Group><Button variant="default" leftSection={<Eye size={16} aria-hidden />} onClick={() => void showPassword(phone.id).then(setPassword, notify.failed)}>{t('Show the phone’s password')}</Button></Group>
        : <CopyField label={t('Password of the phone’s own administrator')} value={password} note={t('For its web page and its menu, as admin. That it was shown is in the audit log.')} />)}
      <div>
        <Text fw={600} size="sm" mb={4} id="phone-settings">{t('Its settings, without passwords and links')}</Text>
        {settings.data === undefined
          ? settings.error === null ? <Skeleton height={160} /> : <ErrorState error={settings.error} retry={() => void settings.refetch()} />
          : <Code block tabIndex={0} role="region" aria-labelledby="phone-settings" style={{ maxHeight: '22rem', overflow: 'auto' }}>{settings.data.text}</Code>}
      </div>
    </Stack>
  )
}
