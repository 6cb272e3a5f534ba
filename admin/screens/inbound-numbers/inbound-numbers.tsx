import { ActionIcon, Button, Menu, Stack } from '@mantine/core'
import { Ellipsis, Pencil, PhoneIncoming, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useCan } from '../../app/session.tsx'
import type { InboundNumber } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { EmptyState } from '../../components/states.tsx'
import { StatusDot } from '../../components/status.tsx'
import { HistoryDrawer, HistoryItem } from '../audit/history.tsx'
import { removeInboundNumber, useInboundNumbers } from './data.ts'
import { InboundNumberForm, type Editing } from './inbound-number-form.tsx'

const columns: Column<InboundNumber>[] = [
  { key: 'number', title: 'Number', card: 'title', render: ({ number }) => <span className="numbers" style={{ fontWeight: 600 }}>{number}</span> },
  { key: 'name', title: 'Name', render: ({ name }) => name },
  { key: 'state', title: 'State', card: 'aside', render: ({ enabled }) => enabled ? <StatusDot label="On" tone="good" /> : <StatusDot label="Turned off" tone="quiet" /> },
  { key: 'destination', title: 'Calls go to', render: ({ destination }) => <span className="numbers">{destination}</span> },
  { key: 'prefix', title: 'Before the name', render: ({ namePrefix }) => namePrefix === '' ? 'Nothing' : namePrefix },
]

/** The numbers that can be called from outside. */
export default function InboundNumbers() {
  const query = useInboundNumbers()
  const can = useCan()
  const [editing, setEditing] = useState<Editing>(null)
  const [history, setHistory] = useState<InboundNumber | null>(null)
  const [deleting, setDeleting] = useState<InboundNumber | null>(null)
  const mayWrite = can('trunks.write')
  const create = <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setEditing({ kind: 'new' })}>New inbound number</Button>
  return (
    <Stack gap="md">
      <PageHeader title="Inbound numbers" lead="The numbers that people outside call, and where their calls go. Nothing else can be reached over a trunk." actions={mayWrite && create} />
      <DataTable
        label="Inbound numbers"
        columns={columns}
        rows={query.data}
        rowKey={({ id }) => id}
        {...(mayWrite && {
          actions: (number: InboundNumber) => (
            <Menu position="bottom-end" shadow="md">
              <Menu.Target><ActionIcon aria-label={`Actions for inbound number ${number.number}`}><Ellipsis size={18} aria-hidden /></ActionIcon></Menu.Target>
              <Menu.Dropdown>
                <Menu.Item leftSection={<Pencil size={16} aria-hidden />} onClick={() => setEditing({ kind: 'edit', number })}>Edit</Menu.Item>
                <HistoryItem onClick={() => setHistory(number)} />
                <Menu.Divider />
                <Menu.Item c="var(--mantine-color-error)" leftSection={<Trash2 size={16} aria-hidden />} onClick={() => setDeleting(number)}>Delete</Menu.Item>
              </Menu.Dropdown>
            </Menu>
          ),
        })}
        error={query.error}
        retry={() => void query.refetch()}
        empty={<EmptyState icon={PhoneIncoming} title="No inbound numbers yet" action={mayWrite && create}>Enter each number that your carrier gave you, and the extension or ring group that answers it.</EmptyState>}
      />
      <HistoryDrawer of={history === null ? undefined : { type: 'inbound-number', id: history.id, title: `inbound number ${history.number}` }} onClose={() => setHistory(null)} />
      <InboundNumberForm editing={editing} onClose={() => setEditing(null)} />
      <Confirm opened={deleting !== null} onClose={() => setDeleting(null)} title={`Delete inbound number ${deleting?.number ?? ''}?`} confirm="Delete inbound number" onConfirm={async () => deleting && removeInboundNumber(deleting.id)} done={`Inbound number ${deleting?.number ?? ''} is deleted.`}>
        People who call it from outside are then told that there is no such number.
      </Confirm>
    </Stack>
  )
}
