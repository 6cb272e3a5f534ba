import { Badge, Button, Group, Stack, Text } from '@mantine/core'
import { Siren } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { useCan } from '../../app/session.tsx'
import type { EmergencyCall } from '../../app/types.ts'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { EmptyState } from '../../components/states.tsx'
import { StatusDot } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import { useListState } from '../../components/use-list-state.ts'
import { partyName, type Wording } from '../../words/call.ts'
import { addressWords, sourceWords } from '../../words/emergency.ts'
import { AcknowledgeForm } from './acknowledge-form.tsx'
import { useHelpCalls } from './data.ts'
import { t } from '../../words/translate.ts'

export function helpState({ kind, answeredAt, endedAt, acknowledgedAt }: EmergencyCall): Wording {
  if (kind === 'test') return { label: t('Test'), tone: 'quiet' }
  if (endedAt === null) return { label: t('Going on'), tone: 'bad' }
  if (acknowledgedAt === null) return { label: t('Not acknowledged'), tone: 'warning' }
  return answeredAt === null ? { label: t('Never answered'), tone: 'warning' } : { label: t('Acknowledged'), tone: 'good' }
}

const columns: Column<EmergencyCall>[] = [
  { key: 'at', title: t('When'), width: 150, render: ({ startedAt }) => <Time at={startedAt} /> },
  { key: 'who', title: t('Caller'), card: 'title', render: (call) => <Link href={`/emergency/${call.id}`}>{partyName(call.caller)}</Link> },
  { key: 'dialled', title: t('Dialled'), render: ({ dialled, kind }) => <Group gap={6} wrap="nowrap"><span className="numbers">{dialled}</span>{kind === 'test' && <Badge variant="light" color="gray" tt="none" radius="sm">{t('Test')}</Badge>}</Group> },
  { key: 'state', title: t('State'), card: 'aside', render: (call) => <StatusDot {...helpState(call)} /> },
  { key: 'where', title: t('Where'), render: ({ location }) => (
    <Stack gap={2} maw={420}>
      <Text span inherit c={location === null ? 'red' : undefined}>{location === null ? t('Not known') : addressWords(location)}</Text>
      {location !== null && <Text span size="xs" c="dimmed">{sourceWords(location.source)}</Text>}
    </Stack>
  ) },
]

/** Calls for help and tests, newest first. */
export function HelpCalls() {
  const list = useListState('started_at', 'desc')
  const can = useCan()
  const query = useHelpCalls(list.page)
  const [acknowledging, setAcknowledging] = useState<EmergencyCall | null>(null)
  return (
    <>
      <DataTable
        label={t('Calls for help')}
        columns={columns}
        rows={query.data?.data}
        rowKey={({ id }) => id}
        {...(can('emergency.write') && { actions: (call: EmergencyCall) => (call.kind === 'call' && call.acknowledgedAt === null ? <Button size="xs" onClick={() => setAcknowledging(call)}>{t('Acknowledge')}</Button> : null) })}
        error={query.error}
        retry={() => void query.refetch()}
        {...(query.data !== undefined && { paging: { ...query.data.pagination, onChange: list.toPage } })}
        empty={<EmptyState icon={Siren} title={t('Nobody has called for help')}>{t('Dial 933 from any phone: it tells where help would be sent, and that it did appears here.')}</EmptyState>}
      />
      <AcknowledgeForm call={acknowledging} onClose={() => setAcknowledging(null)} />
    </>
  )
}
