import { Button, Stack } from '@mantine/core'
import { Plus, Users } from 'lucide-react'
import { useState } from 'react'
import { useCan } from '../../app/session.tsx'
import type { Conference } from '../../app/types.ts'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { numberColumns } from '../../components/number-columns.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { EmptyState } from '../../components/states.tsx'
import { ConferenceForm, type Editing } from './conference-form.tsx'
import { ConferenceMenu } from './conference-menu.tsx'
import { useConferences } from './data.ts'
import { RoomState } from './room-state.tsx'

function access({ hasPin, hasModeratorPin, waitForModerator }: Conference): string {
  const pins = hasPin ? (hasModeratorPin ? 'PIN, moderator PIN' : 'PIN') : hasModeratorPin ? 'Moderator PIN' : 'Open'
  return waitForModerator ? `${pins}; waits for a moderator` : pins
}

const columns: Column<Conference>[] = [
  ...numberColumns('Room'),
  { key: 'now', title: 'Now', card: 'aside', render: (conference) => <RoomState conference={conference} /> },
  { key: 'access', title: 'Who may come in', render: access },
  { key: 'size', title: 'People at most', align: 'right', width: 130, render: (conference) => <span className="numbers">{conference.maxParties}</span> },
]

/** Conference rooms, and how many are in each now. */
export default function Conferences() {
  const can = useCan()
  const query = useConferences()
  const [editing, setEditing] = useState<Editing>(null)
  const mayWrite = can('conferences.write')
  const create = <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setEditing({ kind: 'new' })}>New room</Button>
  return (
    <Stack gap="md">
      <PageHeader title="Conference rooms" lead="Numbers at which several people talk together. Open one to see who is in it." actions={mayWrite && create} />
      <DataTable
        label="Conference rooms"
        columns={columns}
        rows={query.data}
        rowKey={(conference) => conference.id}
        href={(conference) => `/conferences/${conference.id}`}
        {...(mayWrite && { actions: (conference: Conference) => <ConferenceMenu conference={conference} onEdit={() => setEditing({ kind: 'edit', conference })} /> })}
        error={query.error}
        retry={() => void query.refetch()}
        empty={<EmptyState icon={Users} title="No conference rooms yet" action={mayWrite && create}>A room is a number that several people dial to talk together, with or without a PIN.</EmptyState>}
      />
      <ConferenceForm editing={editing} onClose={() => setEditing(null)} />
    </Stack>
  )
}
