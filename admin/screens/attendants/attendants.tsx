import { Button, Stack } from '@mantine/core'
import { Grip, Plus } from 'lucide-react'
import { useState } from 'react'
import { useCan } from '../../app/session.tsx'
import type { Attendant } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { numberColumns, OnOff } from '../../components/number-columns.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { RowMenu } from '../../components/row-menu.tsx'
import { EmptyState } from '../../components/states.tsx'
import { HistoryDrawer } from '../audit/history.tsx'
import { AttendantForm, type Editing } from './attendant-form.tsx'
import { removeAttendant, useAttendants } from './data.ts'

function offers({ keys, directDial }: Attendant): string {
  const pressed = Object.entries(keys).map(([key, target]) => `${key}: ${target}`).join(', ')
  if (pressed === '') return directDial ? 'Any extension' : 'Nothing: an announcement'
  return directDial ? `${pressed}, or any extension` : pressed
}

const columns: Column<Attendant>[] = [
  ...numberColumns('Attendant'),
  { key: 'state', title: 'State', card: 'aside', render: ({ enabled }) => <OnOff enabled={enabled} /> },
  { key: 'keys', title: 'Offers', render: (attendant) => <span className="numbers">{offers(attendant)}</span> },
  { key: 'then', title: 'Nothing chosen', render: ({ noInput }) => noInput === null ? 'The call ends' : <>On to <span className="numbers">{noInput}</span></> },
]

/** Numbers that greet callers and let them choose. */
export default function Attendants() {
  const query = useAttendants()
  const can = useCan()
  const [editing, setEditing] = useState<Editing>(null)
  const [history, setHistory] = useState<Attendant | null>(null)
  const [deleting, setDeleting] = useState<Attendant | null>(null)
  const mayWrite = can('extensions.write')
  const create = <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setEditing({ kind: 'new' })}>New attendant</Button>
  return (
    <Stack gap="md">
      <PageHeader title="Attendants" lead="A voice that greets callers and lets them choose with a key who they want to reach. Without keys it is an announcement." actions={mayWrite && create} />
      <DataTable
        label="Attendants"
        columns={columns}
        rows={query.data}
        rowKey={({ id }) => id}
        {...(mayWrite && {
          actions: (attendant: Attendant) => (
            <RowMenu of={`attendant ${attendant.number}`} onEdit={() => setEditing({ kind: 'edit', attendant })} onHistory={() => setHistory(attendant)} onDelete={() => setDeleting(attendant)} />
          ),
        })}
        error={query.error}
        retry={() => void query.refetch()}
        empty={<EmptyState icon={Grip} title="No attendants yet" action={mayWrite && create}>“For sales, press 1.” Create one, say what callers hear and where each key leads.</EmptyState>}
      />
      <HistoryDrawer of={history === null ? undefined : { type: 'attendant', id: history.id, title: `attendant ${history.number}` }} onClose={() => setHistory(null)} />
      <AttendantForm editing={editing} onClose={() => setEditing(null)} />
      <Confirm opened={deleting !== null} onClose={() => setDeleting(null)} title={`Delete attendant ${deleting?.number ?? ''}?`} confirm="Delete attendant" onConfirm={async () => deleting && removeAttendant(deleting.id)} done={`Attendant ${deleting?.number ?? ''} is deleted.`}>
        Calls to {deleting?.number} are then told that there is no such number. It can be brought back from the audit log, without a recording of its greeting.
      </Confirm>
    </Stack>
  )
}
