import { Button, Stack, Title } from '@mantine/core'
import { CircleParking, Plus } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { useCan } from '../../app/session.tsx'
import type { ParkedCall, ParkLot } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { numberColumns, OnOff } from '../../components/number-columns.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { RowMenu } from '../../components/row-menu.tsx'
import { EmptyState } from '../../components/states.tsx'
import { Time } from '../../components/time.tsx'
import { partyName } from '../../words/call.ts'
import { HistoryDrawer } from '../audit/history.tsx'
import { removeParkLot, useParkedCalls, useParkLots } from './data.ts'
import { ParkLotForm, type Editing } from './park-lot-form.tsx'
import { Transfers } from './transfers.tsx'
import { t } from '../../words/translate.ts'
import { rich } from '../../words/rich.ts'

const columns: Column<ParkLot>[] = [
  ...numberColumns(t('Park lot')),
  { key: 'state', title: t('State'), card: 'aside', render: ({ enabled }) => <OnOff enabled={enabled} /> },
  { key: 'slots', title: t('Slots'), render: ({ firstSlot, lastSlot }) => <span className="numbers">{firstSlot}–{lastSlot}</span> },
  { key: 'returns', title: t('Returns'), render: ({ timeoutSeconds, returnTo }) => rich('after {{time}} to {{who}}', { time: <span className="numbers">{timeoutSeconds} s</span>, who: returnTo ?? t('who parked it') }) },
]

const waiting: Column<ParkedCall>[] = [
  { key: 'slot', title: t('Slot'), card: 'title', width: 110, render: ({ slot }) => <span className="numbers" style={{ fontWeight: 600 }}>{slot}</span> },
  { key: 'who', title: t('Waits'), render: (call) => <Link href={`/calls/${call.callId}`}>{partyName(call)}</Link> },
  { key: 'by', title: t('Parked by'), render: ({ by }) => by?.number ?? t('Nobody') },
  { key: 'since', title: t('Since'), render: ({ since }) => <Time at={since} /> },
  { key: 'until', title: t('Returns'), render: ({ until }) => <Time at={until} /> },
]

/** Park lots, and who waits in them. */
export default function ParkingPage() {
  const query = useParkLots()
  const can = useCan()
  const parked = useParkedCalls({ enabled: can('calls.read') })
  const [editing, setEditing] = useState<Editing>(null)
  const [history, setHistory] = useState<ParkLot | null>(null)
  const [deleting, setDeleting] = useState<ParkLot | null>(null)
  const mayWrite = can('extensions.write')
  const create = <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setEditing({ kind: 'new' })}>{t('New park lot')}</Button>
  return (
    <Stack gap="md">
      <PageHeader title={t('Parking')} lead={t('Transfer a call to the lot and it waits in a slot, with music, until anybody dials the slot. Call the lot first, and you are told a free slot. Nobody comes: the call returns.')} actions={mayWrite && create} />
      <DataTable
        label={t('Park lots')}
        columns={columns}
        rows={query.data}
        rowKey={({ id }) => id}
        {...(mayWrite && {
          actions: (lot: ParkLot) => (
            <RowMenu of={t('park lot {{number}}', { number: lot.number })} onEdit={() => setEditing({ kind: 'edit', lot })} onHistory={() => setHistory(lot)} onDelete={() => setDeleting(lot)} />
          ),
        })}
        error={query.error}
        retry={() => void query.refetch()}
        empty={<EmptyState icon={CircleParking} title={t('No park lots')} action={mayWrite && create}>{t('A lot has a number, such as 5900, and slots, such as 5901 to 5999.')}</EmptyState>}
      />
      {can('calls.read') && (
        <Stack gap="xs" component="section" aria-labelledby="waiting">
          <Title order={2} size="h4" id="waiting">{t('Waiting now')}</Title>
          <DataTable
            label={t('Parked calls')}
            columns={waiting}
            rows={parked.data}
            rowKey={({ slot }) => slot}
            error={parked.error}
            retry={() => void parked.refetch()}
            empty={<EmptyState icon={CircleParking} title={t('Nobody waits')} order={2}>{t('Parked calls appear here by themselves.')}</EmptyState>}
          />
        </Stack>
      )}
      <Transfers />
      <HistoryDrawer of={history === null ? undefined : { type: 'park-lot', id: history.id, title: t('park lot {{number}}', { number: history.number }) }} onClose={() => setHistory(null)} />
      <ParkLotForm editing={editing} onClose={() => setEditing(null)} />
      <Confirm opened={deleting !== null} onClose={() => setDeleting(null)} title={t('Delete park lot {{number}}?', { number: deleting?.number ?? '' })} confirm={t('Delete park lot')} onConfirm={async () => deleting && removeParkLot(deleting.id)} done={t('Park lot {{number}} is deleted.', { number: deleting?.number ?? '' })}>
        {t('Calls that wait in it return to who parked them. The lot can be brought back from the audit log.')}
      </Confirm>
    </Stack>
  )
}
