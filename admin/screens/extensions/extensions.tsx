import { Button, Group, Stack } from '@mantine/core'
import { Disc, Download, Phone, Plus, SearchX, Upload } from 'lucide-react'
import { useState } from 'react'
import { useCan } from '../../app/session.tsx'
import type { Extension, SipCredentials } from '../../app/types.ts'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { SearchInput } from '../../components/search-input.tsx'
import { EmptyState } from '../../components/states.tsx'
import { useListState } from '../../components/use-list-state.ts'
import { DialButton, useDial } from '../../softphone/dial-number.tsx'
import { CredentialsDialog } from './credentials-dialog.tsx'
import { useExtensions } from './data.ts'
import { ExtensionForm } from './extension-form.tsx'
import { ExtensionMenu } from './extension-menu.tsx'
import { ImportDrawer } from './import-drawer.tsx'
import { PhoneCount, Presence } from './presence.tsx'
import { t } from '../../words/translate.ts'

const columns: Column<Extension>[] = [
  { key: 'number', title: t('Number'), sort: 'number', width: 110, card: 'hide', render: (extension) => <span className="numbers" style={{ fontWeight: 600 }}>{extension.number}</span> },
  { key: 'title', title: t('Extension'), card: 'title', cardOnly: true, render: (extension) => <><span className="numbers">{extension.number}</span> {extension.name}</> },
  { key: 'name', title: t('Name'), sort: 'name', card: 'hide', render: (extension) => extension.name },
  { key: 'presence', title: t('State'), card: 'aside', render: (extension) => <Presence extension={extension} /> },
  { key: 'phones', title: t('Phones'), render: (extension) => <PhoneCount extension={extension} /> },
  {
    key: 'recording',
    title: t('Recording'),
    render: (extension) => extension.recording === 'always'
      ? <Group gap={6} wrap="nowrap" component="span" display="inline-flex" style={{ whiteSpace: 'nowrap' }}><Disc size={14} aria-hidden />{t('Every call')}</Group>
      : extension.recording === 'never' ? t('Never') : t('On request'),
  },
]

type Editing = { kind: 'new' } | { kind: 'edit'; extension: Extension } | null

export default function Extensions() {
  const list = useListState('number')
  const can = useCan()
  const search = list.get('search')
  const sort = list.sort === 'name' || list.sort === 'created_at' ? list.sort : 'number'
  const query = useExtensions({ search, page: list.page, limit: 25, sort, order: list.order })
  const [editing, setEditing] = useState<Editing>(list.get('new') === '1' ? { kind: 'new' } : null)
  const [credentials, setCredentials] = useState<{ credentials: SipCredentials; extension: Extension } | null>(null)
  const [importing, setImporting] = useState(false)
  const mayWrite = can('extensions.write')
  const dial = useDial()
  const create = <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setEditing({ kind: 'new' })}>{t('New extension')}</Button>

  return (
    <Stack gap="md">
      <PageHeader title={t('Extensions')} lead={t('The numbers people dial inside the company, and the phones that ring for them.')} actions={(
        <Group gap="xs">
          <Button component="a" variant="default" leftSection={<Download size={16} aria-hidden />} href="/api/v1/extensions/export.csv">{t('Export')}</Button>
          {mayWrite && <Button variant="default" leftSection={<Upload size={16} aria-hidden />} onClick={() => setImporting(true)}>{t('Import')}</Button>}
          {mayWrite && create}
        </Group>
      )} />
      <SearchInput label={t('Search number or name')} value={search} onChange={(value) => list.set({ search: value })} />
      <DataTable
        label={t('Extensions')}
        columns={columns}
        rows={query.data?.data}
        rowKey={(extension) => extension.id}
        href={(extension) => `/extensions/${extension.id}`}
        {...((mayWrite || dial !== undefined) && {
          actions: (extension: Extension) => (
            <Group gap={4} wrap="nowrap" justify="flex-end">
              <DialButton number={extension.number} name={extension.name} />
              {mayWrite && <ExtensionMenu extension={extension} onEdit={() => setEditing({ kind: 'edit', extension })} />}
            </Group>
          ),
        })}
        error={query.error}
        retry={() => void query.refetch()}
        sorting={{ field: list.sort, order: list.order, onChange: list.sortBy }}
        {...(query.data !== undefined && { paging: { ...query.data.pagination, onChange: list.toPage } })}
        empty={search === ''
          ? <EmptyState icon={Phone} title={t('No extensions yet')} action={mayWrite && create}>{t('An extension is a number and its phones. Create one, and you get the user name and password its phone signs in with.')}</EmptyState>
          : <EmptyState icon={SearchX} title={t('Nothing found')} action={<Button variant="default" onClick={() => list.set({ search: '' })}>{t('Show all extensions')}</Button>}>{t('No extension has “{{search}}” in its number or name.', { search })}</EmptyState>}
      />
      <ExtensionForm
        editing={editing}
        onClose={() => {
          setEditing(null)
          if (list.get('new') !== '') list.set({ new: '' })
        }}
        onCreated={setCredentials}
      />
      <ImportDrawer opened={importing} onClose={() => setImporting(false)} />
      {credentials !== null && <CredentialsDialog {...credentials} onClose={() => setCredentials(null)} />}
    </Stack>
  )
}
