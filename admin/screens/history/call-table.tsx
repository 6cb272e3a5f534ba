import { Group, Text, Tooltip } from '@mantine/core'
import { Disc } from 'lucide-react'
import type { ReactNode } from 'react'
import type { CallDetail } from '../../app/types.ts'
import { PartyCell } from '../../components/party-cell.tsx'
import { DataTable, type Column, type Paging, type Sorting } from '../../components/data-table.tsx'
import { StatusBadge, StatusDot } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import { callWording, endedByWords, partyName, qualityWording, worstMos } from '../../words/call.ts'
import { duration, instant } from '../../words/time.ts'
import { t } from '../../words/translate.ts'

/** Time talked; how long it rang when nobody answered is told on the call's own page. */
export function TalkTime({ call }: { call: CallDetail }) {
  if (call.answeredAt === null || call.endedAt === null) return <Text span inherit c="dimmed">–</Text>
  return <span className="numbers">{duration(instant(call.endedAt) - instant(call.answeredAt))}</span>
}

const columns: Column<CallDetail>[] = [
  { key: 'started', title: t('Started'), sort: 'started_at', width: 150, render: (call) => <Time at={call.startedAt} /> },
  {
    key: 'parties',
    title: t('From → to'),
    card: 'title',
    cardOnly: true,
    render: (call) => <Text span inherit fw={500}>{partyName(call.from)} <Text span inherit c="dimmed">→</Text> {partyName(call.to)}</Text>,
  },
  { key: 'from', title: t('From'), card: 'hide', render: (call) => <PartyCell party={call.from} /> },
  { key: 'to', title: t('To'), card: 'hide', render: (call) => <PartyCell party={call.to} /> },
  { key: 'result', title: t('Result'), card: 'aside', render: (call) => <StatusBadge {...callWording(call)} /> },
  { key: 'talked', title: t('Talked'), align: 'right', render: (call) => <TalkTime call={call} /> },
  {
    key: 'why',
    title: t('Ended by'),
    render: (call) => call.termination === null
      ? <Text span inherit c="dimmed">{t('Still going on')}</Text>
      : <span><Text span inherit fw={500}>{endedByWords[call.termination.by]}</Text> <Text span size="xs" c="dimmed" display="block" maw={340} lineClamp={2}>{call.termination.explanation}</Text></span>,
  },
  {
    key: 'quality',
    title: t('Quality'),
    render: (call) => {
      const mos = worstMos(call)
      if (mos === null) return <Text span inherit c="dimmed">–</Text>
      return (
        <Group gap={8} wrap="nowrap" component="span" display="inline-flex">
          <StatusDot {...qualityWording(mos)} />
          {call.recordings.length > 0 && <Tooltip label={t('Recorded')}><Disc size={14} aria-label={t('Recorded')} /></Tooltip>}
        </Group>
      )
    },
  },
]

interface CallTableProps {
  label: string
  rows: CallDetail[] | undefined
  error?: unknown
  retry?: () => void
  empty: ReactNode
  sorting?: Sorting
  paging?: Paging
}

/** Past calls, each leading to its page. */
export function CallTable(props: CallTableProps) {
  return <DataTable {...props} columns={columns} rowKey={(call) => call.id} href={(call) => `/calls/${call.id}`} />
}
