import { ActionIcon, Button, Group, Stack, Text } from '@mantine/core'
import { Phone, Voicemail } from 'lucide-react'
import { useCode } from '../app/feature-codes.ts'
import { useCan, useSession } from '../app/session.tsx'
import { Time } from '../components/time.tsx'
import { mark, useMessages } from '../screens/voicemail/data.ts'
import { partyName } from '../words/call.ts'
import type { BrowserPhone } from './phone.ts'
import { usePhone } from './store.ts'
import { plural, t } from '../words/translate.ts'

export function Messages({ phone }: { phone: BrowserPhone }) {
  const can = useCan()
  // The organisation may have given it another code than the customary *97, or switched it off.
  const listen = useCode()('voicemail-own')
  const count = usePhone((state) => state.newMessages)
  return (
    <Stack gap="xs">
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">{count === 0 ? t('No new messages') : plural(count, '{{count}} new message', '{{count}} new messages')}</Text>
        {listen !== undefined && <Button size="xs" variant="default" leftSection={<Voicemail size={14} aria-hidden />} onClick={() => phone.dial(listen)}>{t('Listen by phone')}</Button>}
      </Group>
      {can('voicemail.read') && <List phone={phone} />}
    </Stack>
  )
}

function List({ phone }: { phone: BrowserPhone }) {
  const { extension } = useSession()
  const can = useCan()
  const rows = useMessages({ mailboxId: extension?.id ?? '', limit: 10 }).data?.data ?? []
  return rows.map((message) => (
    <Stack key={message.id} gap={4}>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <div style={{ minWidth: 0 }}>
          <Text size="sm" fw={message.heardAt === null ? 650 : 400} truncate>{partyName(message.from)}</Text>
          <Text size="xs" c="dimmed" component="div"><Time at={message.leftAt} /></Text>
        </div>
        <ActionIcon variant="default" size="lg" aria-label={t('Call {{name}}', { name: partyName(message.from) })} disabled={message.from.number === ''} onClick={() => phone.dial(message.from.number)}><Phone size={16} aria-hidden /></ActionIcon>
      </Group>
      <audio controls preload="none" style={{ width: '100%', height: 36 }} aria-label={t('Message of {{from}}', { from: partyName(message.from) })} src={`/api/v1/voicemail/${message.id}/audio.wav`} onEnded={() => { if (message.heardAt === null && can('voicemail.write')) void mark(message.id, { heard: true }).catch(() => undefined) }} />
    </Stack>
  ))
}
