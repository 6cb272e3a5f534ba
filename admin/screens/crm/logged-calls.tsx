import { Anchor, Button, Group, SegmentedControl, Stack, Text } from '@mantine/core'
import { ExternalLink, ListChecks, RefreshCw } from 'lucide-react'
import { Link, useParams } from 'wouter'
import { notify } from '../../app/notify.ts'
import { useCan } from '../../app/session.tsx'
import type { CrmCall } from '../../client/index.ts'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { EmptyState } from '../../components/states.tsx'
import { StatusDot } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import { useListState } from '../../components/use-list-state.ts'
import { callStates } from '../../words/crm.ts'
import { rich } from '../../words/rich.ts'
import { t } from '../../words/translate.ts'
import { logAgain, logAllAgain, useConnections, useLoggedCalls } from './data.ts'

const columns: Column<CrmCall>[] = [
  { key: 'started', title: t('Began'), width: 150, render: ({ callId, startedAt }) => <Link href={`/calls/${callId}`}><Time at={startedAt} /></Link> },
  { key: 'number', title: t('With'), card: 'title', render: ({ direction, number, name }) => (
    <Stack gap={2}>
      <Text span inherit className="break-anywhere">{name ?? number}</Text>
      <Text span size="xs" c="dimmed">{direction === 'inbound' ? t('Incoming') : t('Outgoing')}{name !== null && <>, <span className="numbers">{number}</span></>}</Text>
    </Stack>
  ) },
  { key: 'who', title: t('Of the house'), render: ({ who }) => who },
  { key: 'state', title: t('State'), card: 'aside', render: ({ state }) => <StatusDot {...callStates[state]} /> },
  { key: 'what', title: t('In the CRM'), render: (call) => <What call={call} /> },
]

function What({ call: { recordUrl, madeContact, why, error, tries, lastTryAt } }: { call: CrmCall }) {
  return (
    <Stack gap={2} maw={420}>
      {recordUrl !== null && <Anchor inherit href={recordUrl} target="_blank" rel="noopener noreferrer"><Group component="span" gap={6} wrap="nowrap">{t('Open record')}<ExternalLink size={14} aria-hidden /></Group></Anchor>}
      {madeContact && <Text span size="xs" c="dimmed">{t('The contact was made for this call.')}</Text>}
      {why !== null && <Text span inherit className="break-anywhere">{why}</Text>}
      {error !== null && <Text span inherit className="break-anywhere">{error}</Text>}
      {error !== null && lastTryAt !== null && <Text span size="xs" c="dimmed">{tries === 1 ? rich('One try, {{time}}', { time: <Time at={lastTryAt} /> }) : rich('{{tries}} tries, the last {{time}}', { tries, time: <Time at={lastTryAt} /> })}</Text>}
    </Stack>
  )
}

/** Each call that a CRM was to be told of, with what became of it. */
export default function LoggedCalls() {
  const { id = '' } = useParams()
  const connection = useConnections().data?.find((one) => one.id === id)
  const list = useListState('created_at', 'desc')
  const state = list.get('state')
  const query = useLoggedCalls(id, { page: list.page, limit: 25, ...(state !== '' && { state: state as CrmCall['state'] }) })
  const mayWrite = useCan()('webhooks.write')
  const all = () => void logAllAgain(id).then((count) => notify.done(count === 1 ? t('One call is logged again.') : t('{{count}} calls are logged again.', { count })), notify.failed)
  const again = (call: CrmCall) => void logAgain(call.id).then(() => notify.done(t('The call is logged again.')), notify.failed)
  return (
    <Stack gap="md">
      <PageHeader
        title={connection?.name ?? t('Connection')}
        lead={rich('What <link>the connection</link> was to log: what was done for a month, what was given up for three.', { link: (inside) => <Link href="/crm">{inside}</Link> })}
        actions={mayWrite && (connection?.failed ?? 0) > 0 && <Button leftSection={<RefreshCw size={16} aria-hidden />} onClick={all}>{t('Log all again that were given up')}</Button>}
      />
      <Group><SegmentedControl aria-label={t('Which')} data={[{ value: '', label: t('All') }, { value: 'waiting', label: t('Waiting') }, { value: 'logged', label: t('Logged') }, { value: 'left-out', label: t('Left out') }, { value: 'failed', label: t('Given up') }]} value={state} onChange={(value) => list.set({ state: value })} /></Group>
      <DataTable
        label={t('Logged calls')}
        columns={columns}
        rows={query.data?.data}
        rowKey={(call) => call.id}
        {...(mayWrite && { actions: (call: CrmCall) => (call.state === 'failed' || call.state === 'left-out') && <Button size="compact-sm" variant="default" onClick={() => again(call)}>{t('Log again')}</Button> })}
        error={query.error}
        retry={() => void query.refetch()}
        {...(query.data !== undefined && { paging: { ...query.data.pagination, onChange: list.toPage } })}
        empty={<EmptyState icon={ListChecks} title={t('Nothing here')}>{state === '' ? t('No call with the outside has ended since it was connected.') : t('No call is in this state.')}</EmptyState>}
      />
    </Stack>
  )
}
