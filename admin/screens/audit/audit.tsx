import { ActionIcon, Button, Drawer, Group, Stack, Text, Tooltip } from '@mantine/core'
import { PanelRightOpen, ScrollText, SearchX } from 'lucide-react'
import { useState } from 'react'
import type { AuditEvent, AuditVerification } from '../../app/types.ts'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { Fact } from '../../components/fact.tsx'
import { DayInput } from '../../components/day-input.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { SearchInput } from '../../components/search-input.tsx'
import { EmptyState } from '../../components/states.tsx'
import { Time } from '../../components/time.tsx'
import { useLastOpen } from '../../components/use-last-open.ts'
import { useListState } from '../../components/use-list-state.ts'
import { exactTime, instant } from '../../words/time.ts'
import { dayToInstant } from '../history/data.ts'
import { actionWords } from './actions.ts'
import { subjectName } from './changes.ts'
import { useAudit } from './data.ts'
import { Changes, UndoButton } from './history.tsx'
import { Verified, VerifyButton } from './verify.tsx'
import { inSense, t } from '../../words/translate.ts'

const actorKinds: Record<string, string> = { user: t('Person'), token: t('API token'), device: t('Phone'), service: t('Dialplane itself') }

const columns: Column<AuditEvent>[] = [
  { key: 'at', title: t('When'), sort: 'at', width: 160, render: (entry) => <Time at={entry.at} /> },
  { key: 'action', title: t('What'), card: 'title', render: (entry) => <Text span inherit fw={500}>{actionWords(entry.action)}</Text> },
  { key: 'subject', title: t('Which'), render: (entry) => <span className="break-anywhere">{subjectName(entry.before, entry.after) ?? '–'}</span> },
  { key: 'actor', title: t('Who'), render: (entry) => <span className="break-anywhere">{entry.actor.name} <Text span size="xs" c="dimmed">{actorKinds[entry.actor.kind] ?? entry.actor.kind}</Text></span> },
  { key: 'address', title: inSense('address', 'From'), render: (entry) => <span className="numbers">{entry.address ?? '–'}</span> },
]

/** Who changed what. */
export default function Audit() {
  const list = useListState('at', 'desc')
  const [search, from, to] = ['search', 'from', 'to'].map(list.get) as [string, string, string]
  const start = dayToInstant(from, false)
  const end = dayToInstant(to, true)
  const query = useAudit({ page: list.page, limit: 25, order: list.order, ...(search !== '' && { search }), ...(start !== undefined && { from: start }), ...(end !== undefined && { to: end }) })
  const [open, setOpen] = useState<AuditEvent | null>(null)
  const [verified, setVerified] = useState<AuditVerification | null>(null)
  const shown = useLastOpen(open !== null, open)
  const filtered = search !== '' || from !== '' || to !== ''
  const clear = () => list.set({ search: '', from: '', to: '' })
  return (
    <Stack gap="md">
      <PageHeader title={t('Audit log')} lead={t('Who changed what, and when. Entries can be neither changed nor deleted; most changes can be undone.')} actions={<VerifyButton onResult={setVerified} />} />
      {verified !== null && <Verified result={verified} onClose={() => setVerified(null)} />}
      <Group gap="sm" align="flex-end">
        <SearchInput label={t('Search who, what or which')} value={search} onChange={(value) => list.set({ search: value })} />
        <DayInput end="from" max={to === '' ? undefined : to} value={from} onChange={(day) => list.set({ from: day })} />
        <DayInput end="to" min={from === '' ? undefined : from} value={to} onChange={(day) => list.set({ to: day })} />
        {filtered && <Button variant="subtle" onClick={clear}>{t('Clear filters')}</Button>}
      </Group>
      <DataTable
        label={t('Audit log')}
        columns={columns}
        rows={query.data?.data}
        rowKey={(entry) => entry.id}
        actions={(entry) => <Tooltip label={t('Details')}><ActionIcon aria-label={t('Details of {{action}}', { action: actionWords(entry.action) })} onClick={() => setOpen(entry)}><PanelRightOpen size={16} aria-hidden /></ActionIcon></Tooltip>}
        error={query.error}
        retry={() => void query.refetch()}
        sorting={{ field: 'at', order: list.order, onChange: list.sortBy }}
        {...(query.data !== undefined && { paging: { ...query.data.pagination, onChange: list.toPage } })}
        empty={filtered
          ? <EmptyState icon={SearchX} title={t('Nothing found')} action={<Button variant="default" onClick={clear}>{t('Clear filters')}</Button>}>{t('Try fewer filters or other days.')}</EmptyState>
          : <EmptyState icon={ScrollText} title={t('Nothing has been changed yet')}>{t('Every change made in the panel or through the API is written down here.')}</EmptyState>}
      />
      <Drawer opened={open !== null} onClose={() => setOpen(null)} title={<Text span fw={650} fz="lg">{shown === null ? '' : actionWords(shown.action)}</Text>}>
        {shown !== null && <Entry entry={shown} onDone={() => setOpen(null)} />}
      </Drawer>
    </Stack>
  )
}

function Entry({ entry, onDone }: { entry: AuditEvent; onDone: () => void }) {
  return (
    <Stack gap="md">
      <Fact label={t('When')}>{exactTime(instant(entry.at))}</Fact>
      <Fact label={t('Who')}>{entry.actor.name} ({(actorKinds[entry.actor.kind] ?? entry.actor.kind).toLowerCase()})</Fact>
      <Fact label={inSense('address', 'From')}>{entry.address ?? t('Not known')}</Fact>
      <Fact label={t('Action')}>{t('{{action}} on {{subjectType}} {{subjectId}}', { action: entry.action, subjectType: entry.subjectType, subjectId: entry.subjectId })}</Fact>
      <Changes entry={entry} />
      <Group><UndoButton entry={entry} onDone={onDone} /></Group>
    </Stack>
  )
}
