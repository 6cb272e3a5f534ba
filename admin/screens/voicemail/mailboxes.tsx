import { ActionIcon, Badge, Group, Menu, Text } from '@mantine/core'
import { EllipsisVertical, Megaphone, Pencil, SearchX } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { useCan } from '../../app/session.tsx'
import type { Mailbox } from '../../app/types.ts'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { SearchInput } from '../../components/search-input.tsx'
import { EmptyState } from '../../components/states.tsx'
import { useListState } from '../../components/use-list-state.ts'
import { HistoryItem } from '../../components/row-menu.tsx'
import { HistoryDrawer } from '../audit/history.tsx'
import { useMailboxes } from './data.ts'
import { Greetings } from './greetings.tsx'
import { MailboxForm } from './mailbox-form.tsx'
import { plural, t } from '../../words/translate.ts'

const columns: Column<Mailbox>[] = [
  { key: 'number', title: t('Extension'), card: 'title', render: (box) => <Link href={`/extensions/${box.id}`}>{box.number} {box.name}</Link> },
  { key: 'state', title: t('Callers'), render: (box) => (box.enabled ? t('may leave a message') : <Text span inherit c="dimmed">{t('leave none')}</Text>) },
  { key: 'new', title: t('New'), align: 'right', render: (box) => <span className="numbers">{box.unheard}{box.unheardUrgent > 0 && ` ${plural(box.unheardUrgent, '({{count}} urgent)', '({{count}} urgent)')}`}</span> },
  { key: 'heard', title: t('Heard'), align: 'right', render: (box) => <span className="numbers">{box.heard}</span> },
  { key: 'pin', title: 'PIN', render: (box) => (box.hasPin ? t('Set') : <Text span inherit c="dimmed">{t('Not chosen yet')}</Text>) },
  { key: 'signs', title: '', card: 'aside', render: (box) => <>{box.unheard + box.heard >= box.maxMessages && <Badge color="red" variant="light" tt="none" radius="sm">{t('Full')}</Badge>}{box.greetings.temporary !== undefined && <Badge color="yellow" variant="light" tt="none" radius="sm">{t('Temporary greeting')}</Badge>}</> },
]

/** The mailbox of each extension. */
export function Mailboxes() {
  const list = useListState('number')
  const can = useCan()
  const query = useMailboxes()
  const [editing, setEditing] = useState<Mailbox | null>(null)
  const [greeting, setGreeting] = useState<string | null>(null)
  const [history, setHistory] = useState<Mailbox | null>(null)
  const search = list.get('search')
  const rows = query.data?.filter((box) => `${box.number} ${box.name}`.toLowerCase().includes(search.toLowerCase()))
  return (
    <>
      <Group mb="md"><SearchInput label={t('Search number or name')} value={search} onChange={(value) => list.set({ search: value })} /></Group>
      <DataTable
        label={t('Mailboxes')}
        columns={columns}
        rows={rows}
        rowKey={(box) => box.id}
        actions={(box) => (
          <Menu position="bottom-end">
            <Menu.Target><ActionIcon aria-label={t('Actions for the mailbox of {{number}}', { number: box.number })}><EllipsisVertical size={16} aria-hidden /></ActionIcon></Menu.Target>
            <Menu.Dropdown>
              {can('voicemail.write') && <Menu.Item leftSection={<Pencil size={16} aria-hidden />} onClick={() => setEditing(box)}>{t('Settings and PIN')}</Menu.Item>}
              <Menu.Item leftSection={<Megaphone size={16} aria-hidden />} onClick={() => setGreeting(box.id)}>{t('Greetings')}</Menu.Item>
              <HistoryItem onClick={() => setHistory(box)} />
            </Menu.Dropdown>
          </Menu>
        )}
        error={query.error}
        retry={() => void query.refetch()}
        empty={<EmptyState icon={SearchX} title={search === '' ? t('No mailboxes yet') : t('No mailbox matches')}>{search === '' ? t('Each extension has one. Add an extension first.') : t('Try another number or name.')}</EmptyState>}
      />
      <MailboxForm box={editing} onClose={() => setEditing(null)} />
      <Greetings box={query.data?.find(({ id }) => id === greeting) ?? null} onClose={() => setGreeting(null)} />
      <HistoryDrawer of={history === null ? undefined : { type: 'mailbox', id: history.id, title: t('the mailbox of {{number}}', { number: history.number }) }} onClose={() => setHistory(null)} />
    </>
  )
}
