import { ActionIcon, Button, Group, Select, Stack, Text, Title, Tooltip } from '@mantine/core'
import { Plus, SearchX, ShieldCheck, ShieldOff, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useCan } from '../../app/session.tsx'
import type { AllowedNetwork, Ban } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { SearchInput } from '../../components/search-input.tsx'
import { EmptyState } from '../../components/states.tsx'
import { Time, useNow } from '../../components/time.tsx'
import { useListState } from '../../components/use-list-state.ts'
import { exactTime, instant, span } from '../../words/time.ts'
import { disallowNetwork, liftBan, reasonWords, useAllowedNetworks, useBans } from './data.ts'
import { NetworkForm } from './network-form.tsx'
import { figure, t } from '../../words/translate.ts'

function Left({ until }: { until: string }) {
  const left = (instant(until) - useNow()) / 1000
  return <span className="numbers" title={exactTime(instant(until))}>{left > 0 ? span(left) : t('over')}</span>
}

const columns: Column<Ban>[] = [
  { key: 'network', title: t('Address'), sort: 'network', card: 'title', render: (ban) => <Text span inherit fw={600} className="numbers">{ban.network}</Text> },
  {
    key: 'reason',
    title: t('Why'),
    render: (ban) => (
      <>
        {reasonWords[ban.reason]}
        <Text size="xs" c="dimmed" className="break-anywhere">{ban.by === null ? ban.detail : `${ban.detail} (${ban.by})`}</Text>
      </>
    ),
  },
  { key: 'since', title: t('Since'), sort: 'since', render: (ban) => <Time at={ban.since} /> },
  { key: 'until', title: t('Ends in'), sort: 'until', card: 'aside', render: (ban) => ban.until === null ? t('When lifted') : <Left until={ban.until} /> },
  { key: 'level', title: t('Time in a row'), align: 'right', render: (ban) => <span className="numbers">{ban.level}</span> },
  { key: 'hits', title: t('Tried since'), sort: 'hits', align: 'right', render: (ban) => <span className="numbers">{figure(ban.hits)}</span> },
]

const allowedColumns: Column<AllowedNetwork>[] = [
  { key: 'network', title: t('Network'), card: 'title', render: (row) => <Text span inherit fw={600} className="numbers">{row.network}</Text> },
  { key: 'note', title: t('Note'), render: (row) => <span className="break-anywhere">{row.note}</span> },
  { key: 'by', title: t('Added by'), render: (row) => <span className="break-anywhere">{row.by}</span> },
  { key: 'at', title: t('Added'), render: (row) => <Time at={row.createdAt} /> },
]

const reasons = Object.entries(reasonWords).map(([value, label]) => ({ value, label }))
const sorts = ['since', 'until', 'hits', 'network'] as const

/** Addresses that are not listened to, and those that never may be banned. */
export default function Bans() {
  const list = useListState('since', 'desc')
  const can = useCan()
  const [search, reason] = [list.get('search'), list.get('reason')]
  const query = useBans({
    page: list.page, limit: 25, sort: sorts.find((sort) => sort === list.sort) ?? 'since', order: list.order,
    ...(search !== '' && { search }), ...(reason !== '' && { reason: reason as Ban['reason'] }),
  })
  const [adding, setAdding] = useState<'ban' | 'allow' | null>(null)
  const [lifting, setLifting] = useState<Ban | null>(null)
  const mayWrite = can('bans.write')
  const filtered = search !== '' || reason !== ''
  return (
    <Stack gap="md">
      <PageHeader
        title={t('Banned addresses')}
        lead={t('Addresses that sent scans, guesses or floods get no answer for a while, longer each time. Where a phone is registered and answers, nobody is banned.')}
        actions={mayWrite && <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setAdding('ban')}>{t('Ban an address')}</Button>}
      />
      <Group gap="sm" align="flex-end">
        <SearchInput label={t('Search address or detail')} value={search} onChange={(value) => list.set({ search: value })} />
        <Select label={t('Why')} placeholder={t('Any')} clearable data={reasons} value={reason === '' ? null : reason} onChange={(value) => list.set({ reason: value ?? '' })} />
      </Group>
      <DataTable
        label={t('Banned addresses')}
        columns={columns}
        rows={query.data?.data}
        rowKey={(ban) => ban.id}
        {...(mayWrite && { actions: (ban: Ban) => <Tooltip label={t('Lift')}><ActionIcon aria-label={t('Lift the ban of {{network}}', { network: ban.network })} onClick={() => setLifting(ban)}><ShieldOff size={16} aria-hidden /></ActionIcon></Tooltip> })}
        error={query.error}
        retry={() => void query.refetch()}
        sorting={{ field: list.sort, order: list.order, onChange: list.sortBy }}
        {...(query.data !== undefined && { paging: { ...query.data.pagination, onChange: list.toPage } })}
        empty={filtered
          ? <EmptyState icon={SearchX} title={t('Nothing found')} action={<Button variant="default" onClick={() => list.set({ search: '', reason: '' })}>{t('Show all')}</Button>}>{t('No ban matches.')}</EmptyState>
          : <EmptyState icon={ShieldCheck} title={t('Nobody is banned')}>{t('Whoever scans for extensions, guesses passwords or floods the server appears here by itself.')}</EmptyState>}
      />
      <Allowed mayWrite={mayWrite} onAdd={() => setAdding('allow')} />
      <NetworkForm kind={adding} onClose={() => setAdding(null)} />
      <Confirm opened={lifting !== null} onClose={() => setLifting(null)} title={t('Lift the ban of {{network}}?', { network: lifting?.network ?? '' })} confirm={t('Lift')} danger={false} onConfirm={async () => (lifting === null ? undefined : liftBan(lifting.id))} done={t('The ban is lifted.')}>
        {t('It is heard again at once, and what it did is forgiven. If it goes on, it is banned again.')}
      </Confirm>
    </Stack>
  )
}

function Allowed({ mayWrite, onAdd }: { mayWrite: boolean; onAdd: () => void }) {
  const query = useAllowedNetworks()
  const [removing, setRemoving] = useState<AllowedNetwork | null>(null)
  const add = <Button variant="default" leftSection={<Plus size={16} aria-hidden />} onClick={onAdd}>{t('Add a network')}</Button>
  return (
    <section aria-labelledby="allowed">
      <Group justify="space-between" mb="xs">
        <div>
          <Title order={2} id="allowed">{t('Never banned')}</Title>
          <Text size="sm" c="dimmed">{t('Offices, trunks, and proxies in front of Dialplane. They are not limited either.')}</Text>
        </div>
        {mayWrite && (query.data?.data.length ?? 0) > 0 && add}
      </Group>
      <DataTable
        label={t('Networks that are never banned')}
        columns={allowedColumns}
        rows={query.data?.data}
        rowKey={(row) => row.id}
        {...(mayWrite && { actions: (row: AllowedNetwork) => <Tooltip label={t('Remove')}><ActionIcon aria-label={t('Remove {{network}}', { network: row.network })} onClick={() => setRemoving(row)}><Trash2 size={16} aria-hidden /></ActionIcon></Tooltip> })}
        error={query.error}
        retry={() => void query.refetch()}
        empty={<EmptyState icon={ShieldCheck} title={t('No network is on the list')} action={mayWrite && add}>{t('Addresses with a registered phone need not be here: they are never banned.')}</EmptyState>}
      />
      <Confirm opened={removing !== null} onClose={() => setRemoving(null)} title={t('Remove {{network}}?', { network: removing?.network ?? '' })} confirm={t('Remove')} onConfirm={async () => (removing === null ? undefined : disallowNetwork(removing.id))} done={t('The network is off the list.')}>
        {t('From then on it can be banned like any other.')}
      </Confirm>
    </section>
  )
}
