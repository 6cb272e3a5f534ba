import { ActionIcon, Anchor, Button, Stack, Text, Tooltip } from '@mantine/core'
import { RadioTower, SearchX, Unplug } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { useCan } from '../../app/session.tsx'
import type { Registration } from '../../app/types.ts'
import { deleteRegistration } from '../../client/index.ts'
import { Confirm } from '../../components/confirm.tsx'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { SearchInput } from '../../components/search-input.tsx'
import { EmptyState } from '../../components/states.tsx'
import { Time } from '../../components/time.tsx'
import { useListState } from '../../components/use-list-state.ts'
import { liveStore, useLive } from '../../live/store.ts'
import { instant } from '../../words/time.ts'
import { Expiry, Reachability, RoundTrip, Way } from './reachability.tsx'
import { rich } from '../../words/rich.ts'
import { t } from '../../words/translate.ts'

const columns: Column<Registration>[] = [
  {
    key: 'extension',
    title: t('Extension'),
    sort: 'extension_number',
    card: 'title',
    render: (row) => (
      <>
        <Anchor component={Link} href={`/extensions/${row.extensionId}`} inherit><span className="numbers">{row.extensionNumber}</span> {row.extensionName}</Anchor>
        <Text size="xs" c="dimmed" fw={400}>{row.deviceName}</Text>
      </>
    ),
  },
  { key: 'reachable', title: t('Answers'), card: 'aside', render: (row) => <Reachability registration={row} /> },
  {
    key: 'address',
    title: t('Address'),
    render: (row) => (
      <>
        <span title={row.contact}><span className="numbers">{row.received}</span> <Text span size="xs" c="dimmed">{row.transport.toUpperCase()}</Text></span>
        <Way registration={row} />
      </>
    ),
  },
  { key: 'agent', title: t('Phone software'), render: (row) => row.userAgent ?? t('Not told') },
  { key: 'roundTrip', title: t('Round trip'), align: 'right', render: (row) => <RoundTrip registration={row} /> },
  { key: 'registered', title: t('Since'), sort: 'registered_at', render: (row) => <Time at={row.registeredAt} /> },
  { key: 'expires', title: t('Expires in'), sort: 'expires_at', align: 'right', render: (row) => <Expiry registration={row} /> },
]

const comparisons: Record<string, (a: Registration, b: Registration) => number> = {
  extension_number: (a, b) => a.extensionNumber.localeCompare(b.extensionNumber, undefined, { numeric: true }) || a.deviceName.localeCompare(b.deviceName),
  registered_at: (a, b) => instant(a.registeredAt) - instant(b.registeredAt),
  expires_at: (a, b) => instant(a.expiresAt) - instant(b.expiresAt),
}

function matches(row: Registration, wanted: string): boolean {
  return [row.extensionNumber, row.extensionName, row.deviceName, row.received, row.contact, row.userAgent ?? '', row.instance ?? '', ...row.path].some((text) => text.toLowerCase().includes(wanted))
}

/** Registered phones, live: rows come and go by themselves. */
export default function Registrations() {
  const list = useListState('extension_number')
  const can = useCan()
  const all = useLive((state) => state.registrations)
  const connecting = useLive((state) => state.connection === 'connecting')
  const [forgetting, setForgetting] = useState<Registration | null>(null)
  const search = list.get('search')
  const rows = [...all.values()].filter((row) => matches(row, search.toLowerCase())).toSorted(comparisons[list.sort] ?? comparisons.extension_number)
  if (list.order === 'desc') rows.reverse()

  async function forget(): Promise<void> {
    if (forgetting === null) return
    const { id } = forgetting
    await deleteRegistration({ path: { id }, throwOnError: true })
    liveStore.update((state) => ({ registrations: new Map([...state.registrations].filter(([key]) => key !== id)) }))
  }

  return (
    <Stack gap="md">
      <PageHeader title={t('Registered phones')} lead={t('Phones that are signed in now, and whether they answer. The list changes by itself.')} />
      <SearchInput label={t('Search phones')} value={search} onChange={(value) => list.set({ search: value })} />
      <DataTable
        label={t('Registered phones')}
        columns={columns}
        rows={connecting ? undefined : rows}
        rowKey={(row) => row.id}
        sorting={{ field: list.sort, order: list.order, onChange: list.sortBy }}
        {...(can('registrations.write') && {
          actions: (row: Registration) => (
            <Tooltip label={t('Forget')}>
              <ActionIcon aria-label={t('Forget {{deviceName}} of {{extensionNumber}}', { deviceName: row.deviceName, extensionNumber: row.extensionNumber })} onClick={() => setForgetting(row)}><Unplug size={16} aria-hidden /></ActionIcon>
            </Tooltip>
          ),
        })}
        empty={search === ''
          ? <EmptyState icon={RadioTower} title={t('No phone is registered')} action={<Button component={Link} href="/extensions" variant="default">{t('Go to extensions')}</Button>}>{t("Enter the user name and password of an extension's device in a phone or softphone. It appears here as soon as it signs in.")}</EmptyState>
          : <EmptyState icon={SearchX} title={t('Nothing found')} action={<Button variant="default" onClick={() => list.set({ search: '' })}>{t('Show all phones')}</Button>}>{t('No registered phone matches “{{search}}”.', { search })}</EmptyState>}
      />
      <Confirm opened={forgetting !== null} onClose={() => setForgetting(null)} title={t('Forget this registration?')} confirm={t('Forget')} onConfirm={forget} done={t('The registration is forgotten.')}>
        {rich('{{deviceName}} of {{extensionNumber}} cannot be called until the phone registers again, which most phones do within minutes by themselves.', { deviceName: forgetting?.deviceName, extensionNumber: forgetting?.extensionNumber })}
      </Confirm>
    </Stack>
  )
}
