import { ActionIcon, Button, Menu, Stack, Title } from '@mantine/core'
import { CircleParking, Ellipsis, Pencil, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { useCan } from '../../app/session.tsx'
import type { ParkedCall, ParkLot } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { EmptyState } from '../../components/states.tsx'
import { StatusDot } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import { partyName } from '../../words/call.ts'
import { HistoryDrawer, HistoryItem } from '../audit/history.tsx'
import { removeParkLot, useParkedCalls, useParkLots } from './data.ts'
import { ParkLotForm, type Editing } from './park-lot-form.tsx'

const columns: Column<ParkLot>[] = [
  { key: 'number', title: 'Number', width: 110, card: 'hide', render: ({ number }) => <span className="numbers" style={{ fontWeight: 600 }}>{number}</span> },
  { key: 'title', title: 'Park lot', card: 'title', cardOnly: true, render: ({ number, name }) => <><span className="numbers">{number}</span> {name}</> },
  { key: 'name', title: 'Name', card: 'hide', render: ({ name }) => name },
  { key: 'state', title: 'State', card: 'aside', render: ({ enabled }) => <StatusDot {...(enabled ? { label: 'On', tone: 'good' as const } : { label: 'Turned off', tone: 'quiet' as const })} /> },
  { key: 'slots', title: 'Slots', render: ({ firstSlot, lastSlot }) => <span className="numbers">{firstSlot}–{lastSlot}</span> },
  { key: 'returns', title: 'Returns', render: ({ timeoutSeconds, returnTo }) => <>after <span className="numbers">{timeoutSeconds} s</span> to {returnTo ?? 'who parked it'}</> },
]

const waiting: Column<ParkedCall>[] = [
  { key: 'slot', title: 'Slot', card: 'title', width: 110, render: ({ slot }) => <span className="numbers" style={{ fontWeight: 600 }}>{slot}</span> },
  { key: 'who', title: 'Waits', render: (call) => <Link href={`/calls/${call.callId}`}>{partyName(call)}</Link> },
  { key: 'by', title: 'Parked by', render: ({ by }) => by?.number ?? 'Nobody' },
  { key: 'since', title: 'Since', render: ({ since }) => <Time at={since} /> },
  { key: 'until', title: 'Returns', render: ({ until }) => <Time at={until} /> },
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
  const create = <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setEditing({ kind: 'new' })}>New park lot</Button>
  return (
    <Stack gap="md">
      <PageHeader title="Parking" lead="Transfer a call to the lot and it waits in a slot, with music, until anybody dials the slot. Call the lot first, and you are told a free slot. Nobody comes: the call returns." actions={mayWrite && create} />
      <DataTable
        label="Park lots"
        columns={columns}
        rows={query.data}
        rowKey={({ id }) => id}
        {...(mayWrite && {
          actions: (lot: ParkLot) => (
            <Menu position="bottom-end" shadow="md">
              <Menu.Target><ActionIcon aria-label={`Actions for park lot ${lot.number}`}><Ellipsis size={18} aria-hidden /></ActionIcon></Menu.Target>
              <Menu.Dropdown>
                <Menu.Item leftSection={<Pencil size={16} aria-hidden />} onClick={() => setEditing({ kind: 'edit', lot })}>Edit</Menu.Item>
                <HistoryItem onClick={() => setHistory(lot)} />
                <Menu.Divider />
                <Menu.Item c="var(--mantine-color-error)" leftSection={<Trash2 size={16} aria-hidden />} onClick={() => setDeleting(lot)}>Delete</Menu.Item>
              </Menu.Dropdown>
            </Menu>
          ),
        })}
        error={query.error}
        retry={() => void query.refetch()}
        empty={<EmptyState icon={CircleParking} title="No park lots" action={mayWrite && create}>A lot has a number, such as 5900, and slots, such as 5901 to 5999.</EmptyState>}
      />
      {can('calls.read') && (
        <Stack gap="xs" component="section" aria-labelledby="waiting">
          <Title order={2} size="h4" id="waiting">Waiting now</Title>
          <DataTable
            label="Parked calls"
            columns={waiting}
            rows={parked.data}
            rowKey={({ slot }) => slot}
            error={parked.error}
            retry={() => void parked.refetch()}
            empty={<EmptyState icon={CircleParking} title="Nobody waits" order={2}>Parked calls appear here by themselves.</EmptyState>}
          />
        </Stack>
      )}
      <HistoryDrawer of={history === null ? undefined : { type: 'park-lot', id: history.id, title: `park lot ${history.number}` }} onClose={() => setHistory(null)} />
      <ParkLotForm editing={editing} onClose={() => setEditing(null)} />
      <Confirm opened={deleting !== null} onClose={() => setDeleting(null)} title={`Delete park lot ${deleting?.number ?? ''}?`} confirm="Delete park lot" onConfirm={async () => deleting && removeParkLot(deleting.id)} done={`Park lot ${deleting?.number ?? ''} is deleted.`}>
        Calls that wait in it return to who parked them. The lot can be brought back from the audit log.
      </Confirm>
    </Stack>
  )
}
