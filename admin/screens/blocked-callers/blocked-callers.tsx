import { Button, Stack } from '@mantine/core'
import { Download, PhoneOff, Plus, Upload } from 'lucide-react'
import { useState } from 'react'
import { useSearch } from 'wouter'
import { useCan } from '../../app/session.tsx'
import type { BlockedCaller } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { OnOff } from '../../components/number-columns.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { RowMenu } from '../../components/row-menu.tsx'
import { SearchInput } from '../../components/search-input.tsx'
import { EmptyState } from '../../components/states.tsx'
import { actionWords, callerWords } from '../../words/blocked-caller.ts'
import { HistoryDrawer } from '../audit/history.tsx'
import { BlockedCallerForm, type Editing } from './blocked-caller-form.tsx'
import { removeBlockedCaller, useBlockedCallers } from './data.ts'
import { ImportDrawer } from './import-drawer.tsx'
import { t } from '../../words/translate.ts'

const columns: Column<BlockedCaller>[] = [
  { key: 'number', title: t('Caller'), card: 'title', render: ({ number }) => <span className="numbers" style={{ fontWeight: 600 }}>{callerWords(number)}</span> },
  { key: 'action', title: t('What happens'), render: ({ action }) => actionWords(action) },
  { key: 'name', title: t('Why'), render: ({ name }) => name },
  { key: 'state', title: t('State'), card: 'aside', render: ({ enabled }) => <OnOff enabled={enabled} /> },
]

const PAGE = 100
/** From so many on they are searched. */
const MANY = 20

const plain = (text: string): string => text.toLowerCase().replace(/[\s()-]/g, '')
const fits = ({ number, name }: BlockedCaller, search: string): boolean => plain(number).includes(plain(search)) || name.toLowerCase().includes(search.trim().toLowerCase())

/** Callers from outside who are not put through. `?number=` opens the form for one. */
export default function BlockedCallers() {
  const query = useBlockedCallers()
  const can = useCan()
  const mayWrite = can('trunks.write')
  const asked = new URLSearchParams(useSearch()).get('number')
  const [editing, setEditing] = useState<Editing>(asked !== null && mayWrite ? { kind: 'new', number: asked } : null)
  const [history, setHistory] = useState<BlockedCaller | null>(null)
  const [deleting, setDeleting] = useState<BlockedCaller | null>(null)
  const [importing, setImporting] = useState(false)
  const [search, setSearch] = useState('')
  const [page, setPage] = useState(1)
  const found = query.data?.filter((caller) => fits(caller, search))
  const pages = Math.max(1, Math.ceil((found?.length ?? 0) / PAGE))
  const shown = Math.min(page, pages)
  const create = <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setEditing({ kind: 'new', number: '' })}>{t('Block a caller')}</Button>
  return (
    <Stack gap="md">
      <PageHeader title={t('Blocked callers')} lead={t('People outside whose calls are not put through, and exceptions. Whoever is called back after a call for help is reached all the same.')} actions={(
        <>
          <Button component="a" href="/api/v1/blocked-callers/export.csv" variant="default" leftSection={<Download size={16} aria-hidden />}>{t('Export')}</Button>
          {mayWrite && <Button variant="default" leftSection={<Upload size={16} aria-hidden />} onClick={() => setImporting(true)}>{t('Import')}</Button>}
          {mayWrite && create}
        </>
      )} />
      {(query.data?.length ?? 0) > MANY && <SearchInput value={search} onChange={(typed) => (setSearch(typed), setPage(1))} label={t('Search blocked callers')} />}
      <DataTable
        label={t('Blocked callers')}
        columns={columns}
        rows={found?.slice((shown - 1) * PAGE, shown * PAGE)}
        {...(pages > 1 && { paging: { page: shown, pages, total: found?.length ?? 0, onChange: setPage } })}
        rowKey={({ id }) => id}
        {...(mayWrite && {
          actions: (caller: BlockedCaller) => (
            <RowMenu of={t('the rule for {{number}}', { number: caller.number })} onEdit={() => setEditing({ kind: 'edit', caller })} onHistory={() => setHistory(caller)} onDelete={() => setDeleting(caller)} />
          ),
        })}
        error={query.error}
        retry={() => void query.refetch()}
        empty={search !== '' ? <EmptyState icon={PhoneOff} title={t('Nothing fits “{{search}}”', { search })}>{t('No rule names it.')}</EmptyState> : <EmptyState icon={PhoneOff} title={t('Nobody is blocked')} action={mayWrite && create}>{t('Block a number, all numbers that begin alike, or whoever hides the number. The page of a call has a button for it, too.')}</EmptyState>}
      />
      <HistoryDrawer of={history === null ? undefined : { type: 'blocked-caller', id: history.id, title: t('the rule for {{number}}', { number: history.number }) }} onClose={() => setHistory(null)} />
      <ImportDrawer opened={importing} onClose={() => setImporting(false)} />
      <BlockedCallerForm editing={editing} onClose={() => setEditing(null)} />
      <Confirm opened={deleting !== null} onClose={() => setDeleting(null)} title={t('Delete the rule for {{number}}?', { number: deleting?.number ?? '' })} confirm={t('Delete rule')} onConfirm={async () => deleting && removeBlockedCaller(deleting.id)} done={t('The rule for {{number}} is deleted.', { number: deleting?.number ?? '' })}>
        {deleting?.action === 'allow' ? t('Other rules decide about this caller then.') : t('This caller is put through then, unless another rule says otherwise.')} {t('It can be brought back from the audit log.')}
      </Confirm>
    </Stack>
  )
}
