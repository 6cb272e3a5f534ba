import { ActionIcon, Badge, Button, CloseButton, Group, Select, Stack, Text, Tooltip } from '@mantine/core'
import { AudioLines, CircleAlert, Lock, Play, SearchX, Settings2 } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { useCan } from '../../app/session.tsx'
import type { Recording } from '../../app/types.ts'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { DayInput } from '../../components/day-input.tsx'
import { PartyCell } from '../../components/party-cell.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Panel } from '../../components/panel.ts'
import { SearchInput } from '../../components/search-input.tsx'
import { EmptyState, ErrorState } from '../../components/states.tsx'
import { Time } from '../../components/time.tsx'
import { useListState } from '../../components/use-list-state.ts'
import { partyName } from '../../words/call.ts'
import { fileSize } from '../../words/size.ts'
import { duration } from '../../words/time.ts'
import { dayToInstant } from '../history/data.ts'
import { ExtensionFilter } from '../history/extension-filter.tsx'
import { useRecording, useRecordings } from './data.ts'
import { RecordingMenu } from './recording-menu.tsx'
import { RecordingPlayer } from './recording-player.tsx'
import { RecordingSettingsForm } from './settings-form.tsx'
import { t } from '../../words/translate.ts'

const starter = (recording: Recording): string => (recording.startedBy === 'automatic' ? t('the extension’s setting') : (recording.startedBy ?? ''))

/** What is out of the ordinary, as small signs. */
function Signs({ recording }: { recording: Recording }) {
  return (
    <Group gap={6} wrap="nowrap" component="span" display="inline-flex">
      {recording.status === 'recording' && <Badge color="red" variant="light" tt="none" radius="sm">{t('Recording')}</Badge>}
      {recording.status === 'deleted' && <Badge color="gray" variant="light" tt="none" radius="sm">{t('Deleted')}</Badge>}
      {recording.hold !== null && <Tooltip label={t('Legal hold: {{reason}}', { reason: recording.hold.reason })}><Lock size={14} aria-label={t('Legal hold')} /></Tooltip>}
      {recording.failure !== null && <Tooltip label={recording.failure} multiline maw={320}><CircleAlert size={14} color="var(--mantine-color-red-6)" aria-label={t('Not whole')} /></Tooltip>}
    </Group>
  )
}

const columns: Column<Recording>[] = [
  { key: 'started', title: t('Started'), sort: 'started_at', width: 150, render: (recording) => <Time at={recording.startedAt} /> },
  { key: 'parties', title: t('From → to'), card: 'title', cardOnly: true, render: (recording) => <>{partyName(recording.from)} <Text span inherit c="dimmed">→</Text> {partyName(recording.to)}</> },
  { key: 'from', title: t('From'), card: 'hide', render: (recording) => <PartyCell party={recording.from} /> },
  { key: 'to', title: t('To'), card: 'hide', render: (recording) => <PartyCell party={recording.to} /> },
  { key: 'seconds', title: t('Length'), sort: 'seconds', align: 'right', render: (recording) => <span className="numbers">{recording.seconds === null ? '–' : duration(recording.seconds * 1000)}</span> },
  { key: 'size', title: t('Size'), align: 'right', render: (recording) => <span className="numbers">{recording.stored && recording.bytes !== null ? fileSize(recording.bytes) : '–'}</span> },
  { key: 'quality', title: t('Sound'), render: (recording) => recording.rate === null ? '–' : <span title={recording.codecs ?? undefined}>{recording.rate >= 16_000 ? t('Wideband') : t('Telephone')}</span> },
  { key: 'by', title: t('Started by'), render: (recording) => <span className="break-anywhere">{starter(recording)}</span> },
  { key: 'signs', title: '', card: 'aside', render: (recording) => <Signs recording={recording} /> },
]

const statuses = [{ value: 'failed', label: t('Not whole') }, { value: 'recording', label: t('Going on') }, { value: 'deleted', label: t('Deleted') }]

/** Every recording, and a player. Filters and what is open live in the address. */
export default function Recordings() {
  const list = useListState('started_at', 'desc')
  const can = useCan()
  const [settings, setSettings] = useState(false)
  const [search, extensionId, from, to, status, held, open] = ['search', 'extensionId', 'from', 'to', 'status', 'held', 'open'].map(list.get) as [string, string, string, string, string, string, string]
  const start = dayToInstant(from, false)
  const end = dayToInstant(to, true)
  const query = useRecordings({
    page: list.page, limit: 25, order: list.order, sort: list.sort === 'seconds' ? 'seconds' : 'started_at',
    ...(search !== '' && { search }), ...(extensionId !== '' && { extensionId }), ...(start !== undefined && { from: start }), ...(end !== undefined && { to: end }),
    ...(status !== '' && { status: status as Recording['status'] }), ...(held === 'true' && { held: 'true' as const }),
  })
  const filtered = [search, extensionId, from, to, status, held].some((value) => value !== '')
  const clear = () => list.set({ search: '', extensionId: '', from: '', to: '', status: '', held: '' })
  const kind = held === 'true' ? 'held' : status
  return (
    <Stack gap="md">
      <PageHeader
        title={t('Recordings')}
        lead={t('What was said in recorded calls, stereo: the caller left, the other side right. They are kept encrypted. Each listening and download is noted in the audit log.')}
        actions={can('recordings.write') && <Button variant="default" leftSection={<Settings2 size={16} aria-hidden />} onClick={() => setSettings(true)}>{t('Recording settings')}</Button>}
      />
      <Group gap="sm" align="flex-end">
        <SearchInput label={t('Search number or name')} value={search} onChange={(value) => list.set({ search: value })} />
        <ExtensionFilter value={extensionId} onChange={(value) => list.set({ extensionId: value })} />
        <Select aria-label={t('Kind')} placeholder={t('All kept')} clearable data={[...statuses, { value: 'held', label: t('Under legal hold') }]} value={kind === '' ? null : kind} onChange={(value) => list.set({ status: value === null || value === 'held' ? '' : value, held: value === 'held' ? 'true' : '' })} w={{ base: '100%', xs: 170 }} />
        <DayInput end="from" max={to === '' ? undefined : to} value={from} onChange={(day) => list.set({ from: day })} />
        <DayInput end="to" min={from === '' ? undefined : from} value={to} onChange={(day) => list.set({ to: day })} />
        {filtered && <Button variant="subtle" onClick={clear}>{t('Clear filters')}</Button>}
      </Group>
      {open !== '' && <Opened key={open} id={open} onClose={() => list.stay({ open: '' })} />}
      <DataTable
        label={t('Recordings')}
        columns={columns}
        rows={query.data?.data}
        rowKey={(recording) => recording.id}
        actions={(recording) => (
          <Group gap={4} wrap="nowrap" justify="flex-end">
            {recording.stored && <Tooltip label={t('Listen')}><ActionIcon aria-label={t('Listen to {{from}} → {{to}}', { from: partyName(recording.from), to: partyName(recording.to) })} onClick={() => list.stay({ open: recording.id })}><Play size={16} aria-hidden /></ActionIcon></Tooltip>}
            <RecordingMenu recording={recording} />
          </Group>
        )}
        error={query.error}
        retry={() => void query.refetch()}
        sorting={{ field: list.sort, order: list.order, onChange: list.sortBy }}
        {...(query.data !== undefined && { paging: { ...query.data.pagination, onChange: list.toPage } })}
        empty={filtered
          ? <EmptyState icon={SearchX} title={t('No recording matches')} action={<Button variant="default" onClick={clear}>{t('Clear filters')}</Button>}>{t('Try fewer filters or other days.')}</EmptyState>
          : (
              <EmptyState icon={AudioLines} title={t('Nothing is recorded yet')} action={can('extensions.read') && <Button component={Link} href="/extensions" variant="default">{t('Extensions')}</Button>}>
                {t('Edit an extension and set Recording to “Every call”. Or record one call: press Record in Live calls, or *1 on the phone while talking.')}
              </EmptyState>
            )}
      />
      <RecordingSettingsForm opened={settings} onClose={() => setSettings(false)} />
    </Stack>
  )
}

function Opened({ id, onClose }: { id: string; onClose: () => void }) {
  const query = useRecording(id)
  const recording = query.data
  return (
    <Panel component="section" aria-label={t('Player')}>
      {query.error !== null && <ErrorState error={query.error} retry={() => void query.refetch()} />}
      {recording !== undefined && (
        <>
          <Group justify="space-between" wrap="nowrap" mb="xs" align="flex-start">
            <div style={{ minWidth: 0 }}>
              <Text fw={600} className="break-anywhere">{partyName(recording.from)} <Text span inherit c="dimmed">→</Text> {partyName(recording.to)}</Text>
              <Text size="sm" c="dimmed" component="div"><Time at={recording.startedAt} /> · {recording.codecs ?? t('unknown codec')}{recording.startedBy !== null && ` · ${t('started by {{by}}', { by: starter(recording) ?? '' })}`}</Text>
            </div>
            <Group gap={4} wrap="nowrap">
              <RecordingMenu recording={recording} onDeleted={onClose} />
              <CloseButton aria-label={t('Close the player')} onClick={onClose} />
            </Group>
          </Group>
          <RecordingPlayer recording={recording} />
        </>
      )}
    </Panel>
  )
}
