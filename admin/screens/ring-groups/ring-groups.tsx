import { Button, Stack } from '@mantine/core'
import { Plus, UsersRound } from 'lucide-react'
import { useState } from 'react'
import { useCan } from '../../app/session.tsx'
import type { RingGroup } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { numberColumns, OnOff } from '../../components/number-columns.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { RowMenu } from '../../components/row-menu.tsx'
import { EmptyState } from '../../components/states.tsx'
import { StatusDot } from '../../components/status.tsx'
import { strategyWords } from '../../words/ring-group.ts'
import { HistoryDrawer } from '../audit/history.tsx'
import { removeRingGroup, useRingGroups } from './data.ts'
import { RingGroupForm, type Editing } from './ring-group-form.tsx'
import { rich } from '../../words/rich.ts'
import { t } from '../../words/translate.ts'

const columns: Column<RingGroup>[] = [
  ...numberColumns(t('Ring group')),
  { key: 'state', title: t('State'), card: 'aside', render: ({ enabled, members }) => enabled && members.length === 0 ? <StatusDot label={t('No members')} tone="warning" /> : <OnOff enabled={enabled} /> },
  { key: 'members', title: t('Members'), render: ({ members }) => members.length },
  { key: 'strategy', title: t('They ring'), render: ({ strategy }) => strategyWords(strategy) },
  { key: 'then', title: t('Nobody answers'), render: ({ noAnswer }) => noAnswer === null ? t('The call ends') : rich('On to {{noAnswer}}', { noAnswer: <span className="numbers">{noAnswer}</span> }) },
]

/** Numbers that ring the phones of several extensions. */
export default function RingGroups() {
  const query = useRingGroups()
  const can = useCan()
  const [editing, setEditing] = useState<Editing>(null)
  const [history, setHistory] = useState<RingGroup | null>(null)
  const [deleting, setDeleting] = useState<RingGroup | null>(null)
  const mayWrite = can('extensions.write')
  const create = <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setEditing({ kind: 'new' })}>{t('New ring group')}</Button>
  return (
    <Stack gap="md">
      <PageHeader title={t('Ring groups')} lead={t('One number for several people: their phones ring at once or one after the other.')} actions={mayWrite && create} />
      <DataTable
        label={t('Ring groups')}
        columns={columns}
        rows={query.data}
        rowKey={(group) => group.id}
        {...(mayWrite && {
          actions: (group: RingGroup) => (
            <RowMenu of={t('ring group {{number}}', { number: group.number })} onEdit={() => setEditing({ kind: 'edit', group })} onHistory={() => setHistory(group)} onDelete={() => setDeleting(group)} />
          ),
        })}
        error={query.error}
        retry={() => void query.refetch()}
        empty={<EmptyState icon={UsersRound} title={t('No ring groups yet')} action={mayWrite && create}>{t('A ring group is a number that several people answer, such as “Sales”. Create one and choose its members.')}</EmptyState>}
      />
      <HistoryDrawer of={history === null ? undefined : { type: 'ring-group', id: history.id, title: t('ring group {{number}}', { number: history.number }) }} onClose={() => setHistory(null)} />
      <RingGroupForm editing={editing} onClose={() => setEditing(null)} />
      <Confirm opened={deleting !== null} onClose={() => setDeleting(null)} title={t('Delete ring group {{number}}?', { number: deleting?.number ?? '' })} confirm={t('Delete ring group')} onConfirm={async () => deleting && removeRingGroup(deleting.id)} done={t('Ring group {{number}} is deleted.', { number: deleting?.number ?? '' })}>
        {rich('Calls to {{number}} are then told that there is no such number. It can be brought back from the audit log.', { number: deleting?.number })}
      </Confirm>
    </Stack>
  )
}
