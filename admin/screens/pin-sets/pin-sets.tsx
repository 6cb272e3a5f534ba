import { Button, Stack } from '@mantine/core'
import { KeyRound, Plus } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { useCan } from '../../app/session.tsx'
import type { PinSet } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { RowMenu } from '../../components/row-menu.tsx'
import { EmptyState } from '../../components/states.tsx'
import { HistoryDrawer } from '../audit/history.tsx'
import { useOutboundRoutes } from '../outbound-routes/data.ts'
import { removePinSet, usePinSets } from './data.ts'
import { PinSetForm, type Editing } from './pin-set-form.tsx'
import { t } from '../../words/translate.ts'
import { moreWords } from '../../words/more.ts'

const MOST_NAMED = 6

const columns: Column<PinSet>[] = [
  { key: 'name', title: t('PIN set'), card: 'title', render: ({ name }) => <span style={{ fontWeight: 600 }}>{name}</span> },
  { key: 'pins', title: t('PINs of'), render: ({ pins }) => pins.length === 0 ? t('Nobody') : moreWords(pins.map(({ label }) => label), MOST_NAMED) },
  { key: 'routes', title: t('Asked for by'), render: ({ id }) => <Routes of={id} /> },
]

/** Where it is used. */
function Routes({ of }: { of: string }) {
  const { data } = useOutboundRoutes()
  const names = (data ?? []).filter(({ pinSetId }) => pinSetId === of).map(({ name }) => name)
  return data === undefined ? '…' : names.length === 0 ? t('No route') : <Link href="/outbound-routes">{names.join(', ')}</Link>
}

/** PINs that outbound routes ask for. */
export default function PinSets() {
  const query = usePinSets()
  const can = useCan()
  const [editing, setEditing] = useState<Editing>(null)
  const [history, setHistory] = useState<PinSet | null>(null)
  const [deleting, setDeleting] = useState<PinSet | null>(null)
  const mayWrite = can('trunks.write')
  const create = <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setEditing({ kind: 'new' })}>{t('New PIN set')}</Button>
  return (
    <Stack gap="md">
      <PageHeader title={t('PIN sets')} lead={t('An outbound route may ask whoever calls for a PIN. Call history says whose it was. After too many wrong ones the extension is locked; calls for help are never asked.')} actions={mayWrite && create} />
      <DataTable
        label={t('PIN sets')}
        columns={columns}
        rows={query.data}
        rowKey={({ id }) => id}
        {...(mayWrite && {
          actions: (set: PinSet) => (
            <RowMenu of={t('PIN set {{name}}', { name: set.name })} onEdit={() => setEditing({ kind: 'edit', set })} onHistory={() => setHistory(set)} onDelete={() => setDeleting(set)} />
          ),
        })}
        error={query.error}
        retry={() => void query.refetch()}
        empty={<EmptyState icon={KeyRound} title={t('No PIN sets yet')} action={mayWrite && create}>{t('Give people a PIN each for calls that cost, such as those abroad, and choose the set in the outbound route.')}</EmptyState>}
      />
      <HistoryDrawer of={history === null ? undefined : { type: 'pin-set', id: history.id, title: t('PIN set {{name}}', { name: history.name }) }} onClose={() => setHistory(null)} />
      <PinSetForm editing={editing} onClose={() => setEditing(null)} />
      <Confirm opened={deleting !== null} onClose={() => setDeleting(null)} title={t('Delete PIN set {{name}}?', { name: deleting?.name ?? '' })} confirm={t('Delete PIN set')} onConfirm={async () => deleting && removePinSet(deleting.id)} done={t('PIN set {{name}} is deleted.', { name: deleting?.name ?? '' })}>
        {t('Its PINs are written down nowhere: it cannot be brought back.')}
      </Confirm>
    </Stack>
  )
}
