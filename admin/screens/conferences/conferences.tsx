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
import { t } from '../../words/translate.ts'

function access({ hasPin, hasModeratorPin, waitForModerator }: Conference): string {
  const pins = hasPin ? (hasModeratorPin ? t('PIN, moderator PIN') : 'PIN') : hasModeratorPin ? t('Moderator PIN') : t('Open')
  return waitForModerator ? t('{{pins}}; waits for a moderator', { pins }) : pins
}

const columns: Column<Conference>[] = [
  ...numberColumns(t('Room')),
  { key: 'now', title: t('Now'), card: 'aside', render: (conference) => <RoomState conference={conference} /> },
  { key: 'access', title: t('Who may come in'), render: access },
  { key: 'size', title: t('People at most'), align: 'right', width: 130, render: (conference) => <span className="numbers">{conference.maxParties}</span> },
]

/** Conference rooms, and how many are in each now. */
export default function Conferences() {
  const can = useCan()
  const query = useConferences()
  const [editing, setEditing] = useState<Editing>(null)
  const mayWrite = can('conferences.write')
  const create = <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setEditing({ kind: 'new' })}>{t('New room')}</Button>
  return (
    <Stack gap="md">
      <PageHeader title={t('Conference rooms')} lead={t('Numbers at which several people talk together. Open one to see who is in it.')} actions={mayWrite && create} />
      <DataTable
        label={t('Conference rooms')}
        columns={columns}
        rows={query.data}
        rowKey={(conference) => conference.id}
        href={(conference) => `/conferences/${conference.id}`}
        {...(mayWrite && { actions: (conference: Conference) => <ConferenceMenu conference={conference} onEdit={() => setEditing({ kind: 'edit', conference })} /> })}
        error={query.error}
        retry={() => void query.refetch()}
        empty={<EmptyState icon={Users} title={t('No conference rooms yet')} action={mayWrite && create}>{t('A room is a number that several people dial to talk together, with or without a PIN.')}</EmptyState>}
      />
      <ConferenceForm editing={editing} onClose={() => setEditing(null)} />
    </Stack>
  )
}
