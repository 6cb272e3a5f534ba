import { Button, Stack } from '@mantine/core'
import { PhoneIncoming, Plus } from 'lucide-react'
import { useState } from 'react'
import { useCan } from '../../app/session.tsx'
import type { InboundNumber } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { OnOff } from '../../components/number-columns.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { RowMenu } from '../../components/row-menu.tsx'
import { EmptyState } from '../../components/states.tsx'
import { HistoryDrawer } from '../audit/history.tsx'
import { removeInboundNumber, useInboundNumbers } from './data.ts'
import { InboundNumberForm, type Editing } from './inbound-number-form.tsx'
import { t } from '../../words/translate.ts'
import { moreWords } from '../../words/more.ts'

const columns: Column<InboundNumber>[] = [
  { key: 'number', title: t('Number'), card: 'title', render: ({ number }) => <span className="numbers" style={{ fontWeight: 600 }}>{number}</span> },
  { key: 'name', title: t('Name'), render: ({ name }) => name },
  { key: 'state', title: t('State'), card: 'aside', render: ({ enabled }) => <OnOff enabled={enabled} /> },
  { key: 'destination', title: t('Calls go to'), render: ({ destination, byCaller }) => <span className="numbers">{moreWords([destination, ...byCaller.map((rule) => `${rule.caller === 'anonymous' ? t('hidden number') : rule.caller}: ${rule.destination}`)], 3)}</span> },
  { key: 'prefix', title: t('Before the name'), render: ({ namePrefix }) => namePrefix === '' ? t('Nothing') : namePrefix },
]

/** The numbers that can be called from outside. */
export default function InboundNumbers() {
  const query = useInboundNumbers()
  const can = useCan()
  const [editing, setEditing] = useState<Editing>(null)
  const [history, setHistory] = useState<InboundNumber | null>(null)
  const [deleting, setDeleting] = useState<InboundNumber | null>(null)
  const mayWrite = can('trunks.write')
  const create = <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setEditing({ kind: 'new' })}>{t('New inbound number')}</Button>
  return (
    <Stack gap="md">
      <PageHeader title={t('Inbound numbers')} lead={t('The numbers that people outside call, and where their calls go. Nothing else can be reached over a trunk.')} actions={mayWrite && create} />
      <DataTable
        label={t('Inbound numbers')}
        columns={columns}
        rows={query.data}
        rowKey={({ id }) => id}
        {...(mayWrite && {
          actions: (number: InboundNumber) => (
            <RowMenu of={t('inbound number {{number}}', { number: number.number })} onEdit={() => setEditing({ kind: 'edit', number })} onHistory={() => setHistory(number)} onDelete={() => setDeleting(number)} />
          ),
        })}
        error={query.error}
        retry={() => void query.refetch()}
        empty={<EmptyState icon={PhoneIncoming} title={t('No inbound numbers yet')} action={mayWrite && create}>{t('Enter each number that your carrier gave you, and the extension or ring group that answers it.')}</EmptyState>}
      />
      <HistoryDrawer of={history === null ? undefined : { type: 'inbound-number', id: history.id, title: t('inbound number {{number}}', { number: history.number }) }} onClose={() => setHistory(null)} />
      <InboundNumberForm editing={editing} onClose={() => setEditing(null)} />
      <Confirm opened={deleting !== null} onClose={() => setDeleting(null)} title={t('Delete inbound number {{number}}?', { number: deleting?.number ?? '' })} confirm={t('Delete inbound number')} onConfirm={async () => deleting && removeInboundNumber(deleting.id)} done={t('Inbound number {{number}} is deleted.', { number: deleting?.number ?? '' })}>
        {t('People who call it from outside are then told that there is no such number.')}
      </Confirm>
    </Stack>
  )
}
