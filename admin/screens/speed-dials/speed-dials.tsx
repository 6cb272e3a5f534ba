import { Button, Stack } from '@mantine/core'
import { Download, Plus, Upload, Zap } from 'lucide-react'
import { useState } from 'react'
import { useCode } from '../../app/feature-codes.ts'
import { useCan } from '../../app/session.tsx'
import type { SpeedDial } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { RowMenu } from '../../components/row-menu.tsx'
import { SearchInput } from '../../components/search-input.tsx'
import { EmptyState } from '../../components/states.tsx'
import { t } from '../../words/translate.ts'
import { HistoryDrawer } from '../audit/history.tsx'
import { removeSpeedDial, useSpeedDials } from './data.ts'
import { ImportDrawer } from './import-drawer.tsx'
import { SpeedDialForm, type Editing } from './speed-dial-form.tsx'

const PAGE = 100
/** From so many on they are searched. */
const MANY = 20

const fits = ({ number, name, target }: SpeedDial, search: string): boolean => [number, name.toLowerCase(), target].some((text) => text.includes(search.trim().toLowerCase()))

/** Short numbers for everybody in the company. */
export default function SpeedDials() {
  const query = useSpeedDials()
  const mayWrite = useCan()('extensions.write')
  const code = useCode()('speed-dial')
  const [editing, setEditing] = useState<Editing>(null)
  const [history, setHistory] = useState<SpeedDial | null>(null)
  const [deleting, setDeleting] = useState<SpeedDial | null>(null)
  const [importing, setImporting] = useState(false)
  const [search, setSearch] = useState('')
  const [page, setPage] = useState(1)
  const columns: Column<SpeedDial>[] = [
    { key: 'number', title: t('Short number'), card: 'aside', render: ({ number }) => <span className="numbers" style={{ fontWeight: 600 }}>{code ?? ''}{number}</span> },
    { key: 'name', title: t('Name'), card: 'title', render: ({ name }) => name },
    { key: 'target', title: t('Dials'), render: ({ target }) => <span className="numbers">{target}</span> },
  ]
  const found = query.data?.filter((dial) => fits(dial, search))
  const pages = Math.max(1, Math.ceil((found?.length ?? 0) / PAGE))
  const shown = Math.min(page, pages)
  const create = <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setEditing('new')}>{t('Add a speed dial')}</Button>
  return (
    <Stack gap="md">
      <PageHeader title={t('Speed dials')} lead={code === undefined ? t('Short numbers for everybody. Their feature code is switched off.') : t('Short numbers for everybody: {{code}} and the digits. A person’s own, under My account, come first.', { code })} actions={(
        <>
          <Button component="a" href="/api/v1/speed-dials/export.csv" variant="default" leftSection={<Download size={16} aria-hidden />}>{t('Export')}</Button>
          {mayWrite && <Button variant="default" leftSection={<Upload size={16} aria-hidden />} onClick={() => setImporting(true)}>{t('Import')}</Button>}
          {mayWrite && create}
        </>
      )} />
      {(query.data?.length ?? 0) > MANY && <SearchInput value={search} onChange={(typed) => (setSearch(typed), setPage(1))} label={t('Search speed dials')} />}
      <DataTable
        label={t('Speed dials')}
        columns={columns}
        rows={found?.slice((shown - 1) * PAGE, shown * PAGE)}
        {...(pages > 1 && { paging: { page: shown, pages, total: found?.length ?? 0, onChange: setPage } })}
        rowKey={({ id }) => id}
        {...(mayWrite && {
          actions: (dial: SpeedDial) => <RowMenu of={t('the speed dial {{name}}', { name: dial.name })} onEdit={() => setEditing(dial)} onHistory={() => setHistory(dial)} onDelete={() => setDeleting(dial)} />,
        })}
        error={query.error}
        retry={() => void query.refetch()}
        empty={search !== '' ? <EmptyState icon={Zap} title={t('Nothing fits “{{search}}”', { search })}>{t('No speed dial is called so.')}</EmptyState> : <EmptyState icon={Zap} title={t('There are no speed dials')} action={mayWrite && create}>{t('A number that many call often gets two to four digits, the same on every phone.')}</EmptyState>}
      />
      <HistoryDrawer of={history === null ? undefined : { type: 'speed-dial', id: history.id, title: t('the speed dial {{name}}', { name: history.name }) }} onClose={() => setHistory(null)} />
      <ImportDrawer opened={importing} onClose={() => setImporting(false)} />
      <SpeedDialForm editing={editing} onClose={() => setEditing(null)} />
      <Confirm opened={deleting !== null} onClose={() => setDeleting(null)} title={t('Delete the speed dial {{name}}?', { name: deleting?.name ?? '' })} confirm={t('Delete speed dial')} onConfirm={async () => deleting && removeSpeedDial(deleting.id)} done={t('The speed dial {{name}} is deleted.', { name: deleting?.name ?? '' })}>
        {t('Keys of phones that dial it reach nobody then. It can be brought back from the audit log.')}
      </Confirm>
    </Stack>
  )
}
