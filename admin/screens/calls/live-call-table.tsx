import { Badge, Group, Text } from '@mantine/core'
import { CirclePause, Disc, Lock } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Call } from '../../app/types.ts'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { StatusBadge, StatusDot } from '../../components/status.tsx'
import { RunningTime } from '../../components/time.tsx'
import { useLive } from '../../live/store.ts'
import { callWording, codecName, partyName, qualityWording, worstMos } from '../../words/call.ts'
import { isEncrypted } from '../../words/encryption.ts'
import { instant } from '../../words/time.ts'
import { CallControls } from './call-controls.tsx'
import { t } from '../../words/translate.ts'

/** Calls going on, oldest first, so that rows do not jump when a new one comes. */
export function useLiveCalls(): { calls: Call[]; connecting: boolean } {
  const calls = useLive((state) => state.calls)
  const connecting = useLive((state) => state.connection === 'connecting')
  return { calls: [...calls.values()].toSorted((a, b) => instant(a.startedAt) - instant(b.startedAt)), connecting }
}

/** Encodings in use, the caller's first; one name when both sides use the same. */
export function codecsOf(call: Call): string {
  const names = new Set(call.legs.filter((leg) => leg.codec !== null && leg.state !== 'ended').map((leg) => codecName(leg.codec)))
  return names.size === 0 ? '–' : [...names].join(' ↔ ')
}

export function CallBadges({ call }: { call: Call }) {
  return (
    <Group gap={6} component="span" display="inline-flex" justify="flex-start">
      <StatusBadge {...callWording(call)} />
      {call.recording === 'on' && <Badge variant="light" color="red" tt="none" miw="max-content" radius="sm" leftSection={<Disc size={12} aria-hidden />}>{t('Recording')}</Badge>}
      {call.recording === 'paused' && <Badge variant="light" color="gray" tt="none" miw="max-content" radius="sm" leftSection={<CirclePause size={12} aria-hidden />}>{t('Recording paused')}</Badge>}
    </Group>
  )
}

function Quality({ call }: { call: Call }) {
  const mos = worstMos(call)
  return (
    <span>
      {codecsOf(call)}{isEncrypted(call) && <Lock size={12} role="img" aria-label={t('Encrypted')} style={{ marginInlineStart: 4 }} />}
      {call.direct && <Text span size="xs" display="block" c="dimmed">{t('Phone to phone')}</Text>}
      {!call.direct && mos !== null && <Text span size="xs" display="block"><StatusDot {...qualityWording(mos)} /></Text>}
    </span>
  )
}

const columns: Column<Call>[] = [
  {
    key: 'parties',
    title: t('From → to'),
    card: 'title',
    render: (call) => <Text span inherit fw={600}>{partyName(call.from)} <Text span inherit c="dimmed">→</Text> {partyName(call.to)}</Text>,
  },
  { key: 'state', title: t('State'), card: 'aside', render: (call) => <CallBadges call={call} /> },
  { key: 'time', title: t('Time'), align: 'right', width: 90, render: (call) => <RunningTime since={call.answeredAt ?? call.startedAt} /> },
  { key: 'sound', title: t('Sound'), render: (call) => <Quality call={call} /> },
]

export function LiveCallTable({ rows, empty }: { rows: Call[] | undefined; empty: ReactNode }) {
  return (
    <DataTable
      label={t('Live calls')}
      columns={columns}
      rows={rows}
      rowKey={(call) => call.id}
      href={(call) => `/calls/${call.id}`}
      actions={(call) => <CallControls call={call} compact />}
      empty={empty}
    />
  )
}
