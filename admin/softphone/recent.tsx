import { ActionIcon, Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Phone, PhoneIncoming, PhoneMissed, PhoneOutgoing } from 'lucide-react'
import { keys } from '../app/keys.ts'
import { useSession } from '../app/session.tsx'
import type { CallDetail } from '../app/types.ts'
import { listCalls } from '../client/index.ts'
import { Time } from '../components/time.tsx'
import { partyName, resultWords } from '../words/call.ts'
import type { BrowserPhone } from './phone.ts'
import { inSense, t } from '../words/translate.ts'

/** The last calls of the own extension, each with a way to call back. */
export function Recent({ phone }: { phone: BrowserPhone }) {
  const { extension } = useSession()
  const id = extension?.id ?? ''
  const { data } = useQuery({
    queryKey: [...keys.history, 'softphone', id],
    queryFn: async () => (await listCalls({ query: { extensionId: id, limit: 15 }, throwOnError: true })).data.data,
  })
  if (data?.length === 0) return <Text size="sm" c="dimmed">{t('No calls yet.')}</Text>
  return <Stack gap="xs">{data?.map((call) => <Row key={call.id} call={call} own={extension?.number ?? ''} phone={phone} />)}</Stack>
}

function Row({ call, own, phone }: { call: CallDetail; own: string; phone: BrowserPhone }) {
  const out = call.from.number === own
  const other = out ? call.to : call.from
  const result = call.termination?.result
  const Icon = out ? PhoneOutgoing : result === 'answered' ? PhoneIncoming : PhoneMissed
  return (
    <Group justify="space-between" wrap="nowrap" gap="xs">
      <Icon size={16} aria-hidden style={{ flexShrink: 0 }} />
      <div style={{ minWidth: 0, flex: 1 }}>
        <Text size="sm" fw={500} truncate>{partyName(other)}</Text>
        <Text size="xs" c="dimmed" component="div">{out ? inSense('call', 'Out') : inSense('call', 'In')}, {result === undefined ? t('going on') : resultWords[result].label.toLowerCase()} · <Time at={call.startedAt} /></Text>
      </div>
      <ActionIcon variant="default" size="lg" aria-label={t('Call {{name}}', { name: partyName(other) })} disabled={other.number === ''} onClick={() => phone.dial(other.number)}><Phone size={16} aria-hidden /></ActionIcon>
    </Group>
  )
}
