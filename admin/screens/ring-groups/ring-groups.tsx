import { ActionIcon, Button, Menu, Stack } from '@mantine/core'
import { Ellipsis, Pencil, Plus, Trash2, UsersRound } from 'lucide-react'
import { useState } from 'react'
import { useCan } from '../../app/session.tsx'
import type { RingGroup } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { EmptyState } from '../../components/states.tsx'
import { StatusDot } from '../../components/status.tsx'
import { strategyWords } from '../../words/ring-group.ts'
import { HistoryDrawer, HistoryItem } from '../audit/history.tsx'
import { removeRingGroup, useRingGroups } from './data.ts'
import { RingGroupForm, type Editing } from './ring-group-form.tsx'

const columns: Column<RingGroup>[] = [
  { key: 'number', title: 'Number', width: 110, card: 'hide', render: (group) => <span className="numbers" style={{ fontWeight: 600 }}>{group.number}</span> },
  { key: 'title', title: 'Ring group', card: 'title', cardOnly: true, render: (group) => <><span className="numbers">{group.number}</span> {group.name}</> },
  { key: 'name', title: 'Name', card: 'hide', render: (group) => group.name },
  { key: 'state', title: 'State', card: 'aside', render: ({ enabled, members }) => enabled ? members.length === 0 ? <StatusDot label="No members" tone="warning" /> : <StatusDot label="On" tone="good" /> : <StatusDot label="Turned off" tone="quiet" /> },
  { key: 'members', title: 'Members', render: ({ members }) => members.length },
  { key: 'strategy', title: 'They ring', render: ({ strategy }) => strategyWords(strategy) },
  { key: 'then', title: 'Nobody answers', render: ({ noAnswer }) => noAnswer === null ? 'The call ends' : <>On to <span className="numbers">{noAnswer}</span></> },
]

/** Numbers that ring the phones of several extensions. */
export default function RingGroups() {
  const query = useRingGroups()
  const can = useCan()
  const [editing, setEditing] = useState<Editing>(null)
  const [history, setHistory] = useState<RingGroup | null>(null)
  const [deleting, setDeleting] = useState<RingGroup | null>(null)
  const mayWrite = can('extensions.write')
  const create = <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setEditing({ kind: 'new' })}>New ring group</Button>
  return (
    <Stack gap="md">
      <PageHeader title="Ring groups" lead="One number for several people: their phones ring at once or one after the other." actions={mayWrite && create} />
      <DataTable
        label="Ring groups"
        columns={columns}
        rows={query.data}
        rowKey={(group) => group.id}
        {...(mayWrite && {
          actions: (group: RingGroup) => (
            <Menu position="bottom-end" shadow="md">
              <Menu.Target><ActionIcon aria-label={`Actions for ring group ${group.number}`}><Ellipsis size={18} aria-hidden /></ActionIcon></Menu.Target>
              <Menu.Dropdown>
                <Menu.Item leftSection={<Pencil size={16} aria-hidden />} onClick={() => setEditing({ kind: 'edit', group })}>Edit</Menu.Item>
                <HistoryItem onClick={() => setHistory(group)} />
                <Menu.Divider />
                <Menu.Item c="var(--mantine-color-error)" leftSection={<Trash2 size={16} aria-hidden />} onClick={() => setDeleting(group)}>Delete</Menu.Item>
              </Menu.Dropdown>
            </Menu>
          ),
        })}
        error={query.error}
        retry={() => void query.refetch()}
        empty={<EmptyState icon={UsersRound} title="No ring groups yet" action={mayWrite && create}>A ring group is a number that several people answer, such as “Sales”. Create one and choose its members.</EmptyState>}
      />
      <HistoryDrawer of={history === null ? undefined : { type: 'ring-group', id: history.id, title: `ring group ${history.number}` }} onClose={() => setHistory(null)} />
      <RingGroupForm editing={editing} onClose={() => setEditing(null)} />
      <Confirm opened={deleting !== null} onClose={() => setDeleting(null)} title={`Delete ring group ${deleting?.number ?? ''}?`} confirm="Delete ring group" onConfirm={async () => deleting && removeRingGroup(deleting.id)} done={`Ring group ${deleting?.number ?? ''} is deleted.`}>
        Calls to {deleting?.number} are then told that there is no such number. It can be brought back from the audit log.
      </Confirm>
    </Stack>
  )
}
