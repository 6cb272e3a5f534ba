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
import { rich } from '../../words/rich.ts'
import { t } from '../../words/translate.ts'

function offers({ keys, directDial }: Attendant): string {
  const pressed = Object.entries(keys).map(([key, target]) => `${key}: ${target}`).join(', ')
  if (pressed === '') return directDial ? t('Any extension') : t('Nothing: an announcement')
  return directDial ? t('{{pressed}}, or any extension', { pressed }) : pressed
}

const columns: Column<Attendant>[] = [
  ...numberColumns(t('Attendant')),
  { key: 'state', title: t('State'), card: 'aside', render: ({ enabled }) => <OnOff enabled={enabled} /> },
  { key: 'keys', title: t('Offers'), render: (attendant) => <span className="numbers">{offers(attendant)}</span> },
  { key: 'then', title: t('Nothing chosen'), render: ({ noInput }) => noInput === null ? t('The call ends') : rich('On to {{noInput}}', { noInput: <span className="numbers">{noInput}</span> }) },
]

/** Numbers that greet callers and let them choose. */
export default function Attendants() {
  const query = useAttendants()
  const can = useCan()
  const [editing, setEditing] = useState<Editing>(null)
  const [history, setHistory] = useState<Attendant | null>(null)
  const [deleting, setDeleting] = useState<Attendant | null>(null)
  const mayWrite = can('extensions.write')
  const create = <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setEditing({ kind: 'new' })}>{t('New attendant')}</Button>
  return (
    <Stack gap="md">
      <PageHeader title={t('Attendants')} lead={t('A voice that greets callers and lets them choose with a key who they want to reach. Without keys it is an announcement.')} actions={mayWrite && create} />
      <DataTable
        label={t('Attendants')}
        columns={columns}
        rows={query.data}
        rowKey={({ id }) => id}
        {...(mayWrite && {
          actions: (attendant: Attendant) => (
            <RowMenu of={t('attendant {{number}}', { number: attendant.number })} onEdit={() => setEditing({ kind: 'edit', attendant })} onHistory={() => setHistory(attendant)} onDelete={() => setDeleting(attendant)} />
          ),
        })}
        error={query.error}
        retry={() => void query.refetch()}
        empty={<EmptyState icon={Grip} title={t('No attendants yet')} action={mayWrite && create}>{t('“For sales, press 1.” Create one, say what callers hear and where each key leads.')}</EmptyState>}
      />
      <HistoryDrawer of={history === null ? undefined : { type: 'attendant', id: history.id, title: t('attendant {{number}}', { number: history.number }) }} onClose={() => setHistory(null)} />
      <AttendantForm editing={editing} onClose={() => setEditing(null)} />
      <Confirm opened={deleting !== null} onClose={() => setDeleting(null)} title={t('Delete attendant {{number}}?', { number: deleting?.number ?? '' })} confirm={t('Delete attendant')} onConfirm={async () => deleting && removeAttendant(deleting.id)} done={t('Attendant {{number}} is deleted.', { number: deleting?.number ?? '' })}>
        {rich('Calls to {{number}} are then told that there is no such number. It can be brought back from the audit log, without a recording of its greeting.', { number: deleting?.number })}
      </Confirm>
    </Stack>
  )
}
