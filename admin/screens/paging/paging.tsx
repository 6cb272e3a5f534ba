import { Button, Stack } from '@mantine/core'
import { Plus, Speaker } from 'lucide-react'
import { useState } from 'react'
import { useCode } from '../../app/feature-codes.ts'
import { useCan } from '../../app/session.tsx'
import type { PagingGroup } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { numberColumns, OnOff } from '../../components/number-columns.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { RowMenu } from '../../components/row-menu.tsx'
import { EmptyState } from '../../components/states.tsx'
import { StatusDot } from '../../components/status.tsx'
import { HistoryDrawer } from '../audit/history.tsx'
import { removePagingGroup, usePagingGroups } from './data.ts'
import { PagingGroupForm, type Editing } from './paging-group-form.tsx'
import { rich } from '../../words/rich.ts'
import { sentences, t } from '../../words/translate.ts'

const columns: Column<PagingGroup>[] = [
  ...numberColumns(t('Paging group')),
  { key: 'state', title: t('State'), card: 'aside', render: ({ enabled, members }) => enabled && members.length === 0 ? <StatusDot label={t('No members')} tone="warning" /> : <OnOff enabled={enabled} /> },
  { key: 'members', title: t('Members'), render: ({ members }) => members.length },
  { key: 'way', title: t('They are'), render: ({ twoWay }) => twoWay ? t('Heard, too') : t('Listening only') },
  { key: 'callers', title: t('Who may page'), render: ({ callers, fromOutside }) => { const who = callers.length === 0 ? t('Every extension') : callers.join(', '); return fromOutside ? t('{{who}}, and callers from outside', { who }) : who } },
]

/** Numbers that are heard on the loudspeakers of many phones. */
export default function Paging() {
  const query = usePagingGroups()
  const can = useCan()
  const intercom = useCode()('intercom')
  const [editing, setEditing] = useState<Editing>(null)
  const [history, setHistory] = useState<PagingGroup | null>(null)
  const [deleting, setDeleting] = useState<PagingGroup | null>(null)
  const mayWrite = can('extensions.write')
  const create = <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setEditing({ kind: 'new' })}>{t('New paging group')}</Button>
  return (
    <Stack gap="md">
      <PageHeader title={t('Paging')} lead={sentences(t('Call a paging group, and the phones of its members answer by themselves: speak after the beep. Hang up, and it is over.'), intercom !== undefined && t('For one extension alone, dial {{intercom}} and its number.', { intercom }))} actions={mayWrite && create} />
      <DataTable
        label={t('Paging groups')}
        columns={columns}
        rows={query.data}
        rowKey={({ id }) => id}
        {...(mayWrite && {
          actions: (group: PagingGroup) => (
            <RowMenu of={t('paging group {{number}}', { number: group.number })} onEdit={() => setEditing({ kind: 'edit', group })} onHistory={() => setHistory(group)} onDelete={() => setDeleting(group)} />
          ),
        })}
        error={query.error}
        retry={() => void query.refetch()}
        empty={<EmptyState icon={Speaker} title={t('No paging groups yet')} action={mayWrite && create}>{t('A paging group is a number that is heard on many phones at once, such as “Warehouse”.')}</EmptyState>}
      />
      <HistoryDrawer of={history === null ? undefined : { type: 'paging-group', id: history.id, title: t('paging group {{number}}', { number: history.number }) }} onClose={() => setHistory(null)} />
      <PagingGroupForm editing={editing} onClose={() => setEditing(null)} />
      <Confirm opened={deleting !== null} onClose={() => setDeleting(null)} title={t('Delete paging group {{number}}?', { number: deleting?.number ?? '' })} confirm={t('Delete paging group')} onConfirm={async () => deleting && removePagingGroup(deleting.id)} done={t('Paging group {{number}} is deleted.', { number: deleting?.number ?? '' })}>
        {rich('Calls to {{number}} are then told that there is no such number. It can be brought back from the audit log.', { number: deleting?.number })}
      </Confirm>
    </Stack>
  )
}
