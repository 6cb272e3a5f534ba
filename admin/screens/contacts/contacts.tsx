import { Anchor, Badge, Button, Group, Stack, Text } from '@mantine/core'
import { BookUser, Download, ExternalLink, Plus, SearchX, Settings, Upload } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useSearch } from 'wouter'
import { useCan } from '../../app/session.tsx'
import type { Contact } from '../../client/index.ts'
import { Confirm } from '../../components/confirm.tsx'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { RowMenu } from '../../components/row-menu.tsx'
import { SearchInput } from '../../components/search-input.tsx'
import { EmptyState } from '../../components/states.tsx'
import { useListState } from '../../components/use-list-state.ts'
import { HistoryDrawer } from '../audit/history.tsx'
import { ContactForm, type Editing } from './contact-form.tsx'
import { removeContact, useContacts } from './data.ts'
import { ImportDrawer } from './import-drawer.tsx'
import { ContactSettingsForm } from './settings-form.tsx'
import { t } from '../../words/translate.ts'

const columns: Column<Contact>[] = [
  { key: 'name', title: t('Name'), card: 'title', render: ({ name, recordUrl }) => (
    <Group gap={6} wrap="nowrap">
      <Text span inherit fw={600} className="break-anywhere">{name}</Text>
      {recordUrl !== null && <Anchor href={recordUrl} target="_blank" rel="noopener noreferrer" aria-label={t('Open {{name}} in the CRM', { name })}><ExternalLink size={14} aria-hidden /></Anchor>}
    </Group>
  ) },
  { key: 'company', title: t('Company'), render: ({ company }) => company },
  { key: 'numbers', title: t('Numbers'), render: ({ numbers }) => (
    <Stack gap={2}>{numbers.map(({ label, number, e164 }, at) => <Text key={at} span size="sm"><span className="numbers">{e164 ?? number}</span>{label !== '' && <Text span inherit c="dimmed"> {label}</Text>}</Text>)}</Stack>
  ) },
  { key: 'email', title: t('E-mail'), render: ({ email }) => <span className="break-anywhere">{email}</span> },
  { key: 'tags', title: t('Tags'), render: ({ tags }) => <Group gap={4}>{tags.map((tag) => <Badge key={tag} variant="light" tt="none">{tag}</Badge>)}</Group> },
]

/** Whom one calls, and who calls. `?number=` opens the form for a new one. */
export default function Contacts() {
  const can = useCan()
  const [mayWrite, mayManage] = [can('contacts.write'), can('contacts.manage')]
  const list = useListState('name')
  const search = list.get('search')
  const query = useContacts({ page: list.page, limit: 25, ...(search !== '' && { search }) })
  const asked = new URLSearchParams(useSearch()).get('number')
  const [editing, setEditing] = useState<Editing>(null)
  useEffect(() => {
    if (asked !== null && mayWrite) setEditing({ kind: 'new', number: asked })
  }, [asked, mayWrite])
  const [history, setHistory] = useState<Contact | null>(null)
  const [deleting, setDeleting] = useState<Contact | null>(null)
  const [open, setOpen] = useState<'import' | 'settings' | null>(null)
  const close = () => setOpen(null)
  const create = <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setEditing({ kind: 'new', number: '' })}>{t('New contact')}</Button>
  return (
    <Stack gap="md">
      <PageHeader
        title={t('Contacts')}
        lead={t('Whoever calls from one of these numbers is shown by name: on the phone that rings, in live calls and in the history.')}
        actions={<Group gap="xs">
          {mayManage && <>
            <Button variant="default" leftSection={<Settings size={16} aria-hidden />} onClick={() => setOpen('settings')}>{t('Settings')}</Button>
            <Button variant="default" leftSection={<Upload size={16} aria-hidden />} onClick={() => setOpen('import')}>{t('Import')}</Button>
            <Button variant="default" component="a" href="/api/v1/contacts/export.csv" leftSection={<Download size={16} aria-hidden />}>{t('Export')}</Button>
          </>}
          {mayWrite && create}
        </Group>}
      />
      <SearchInput label={t('Search names and numbers')} value={search} onChange={(value) => list.set({ search: value })} />
      <DataTable
        label={t('Contacts')}
        columns={columns}
        rows={query.data?.data}
        rowKey={({ id }) => id}
        {...(mayWrite && {
          actions: (contact: Contact) => <RowMenu of={contact.name} onEdit={() => setEditing({ kind: 'edit', contact })} onHistory={() => setHistory(contact)} onDelete={() => setDeleting(contact)} />,
        })}
        error={query.error}
        retry={() => void query.refetch()}
        {...(query.data !== undefined && { paging: { ...query.data.pagination, onChange: list.toPage } })}
        empty={search === ''
          ? <EmptyState icon={BookUser} title={t('No contacts yet')} action={mayWrite && create}>{t('Add people and companies, or import them from a CRM.')}</EmptyState>
          : <EmptyState icon={SearchX} title={t('Nobody found')} action={<Button variant="default" onClick={() => list.set({ search: '' })}>{t('Show everyone')}</Button>}>{t('No contact has “{{search}}” in name, company, e-mail or numbers.', { search })}</EmptyState>}
      />
      <HistoryDrawer of={history === null ? undefined : { type: 'contact', id: history.id, title: history.name }} onClose={() => setHistory(null)} />
      <ContactForm editing={editing} onClose={() => setEditing(null)} />
      <ImportDrawer opened={open === 'import'} onClose={close} />
      <ContactSettingsForm opened={open === 'settings'} onClose={close} />
      <Confirm opened={deleting !== null} onClose={() => setDeleting(null)} title={t('Delete {{name}}?', { name: deleting?.name ?? '' })} confirm={t('Delete contact')} onConfirm={async () => deleting && removeContact(deleting.id)} done={t('{{name}} is deleted.', { name: deleting?.name ?? '' })}>
        {t('Calls from these numbers are shown without a name then. The history keeps the names it has.')}
      </Confirm>
    </Stack>
  )
}
