import { Button, Stack } from '@mantine/core'
import { Gauge, PhoneOutgoing, Plus } from 'lucide-react'
import { useState } from 'react'
import { useCan } from '../../app/session.tsx'
import type { OutboundRoute } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { OnOff } from '../../components/number-columns.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { RowMenu } from '../../components/row-menu.tsx'
import { EmptyState } from '../../components/states.tsx'
import { HistoryDrawer } from '../audit/history.tsx'
import { useSchedules } from '../hours/data.ts'
import { usePinSets } from '../pin-sets/data.ts'
import { useTrunks } from '../trunks/data.ts'
import { removeOutboundRoute, useOutboundRoutes } from './data.ts'
import { OutboundRouteForm, type Editing } from './outbound-route-form.tsx'
import { SpendAlert, TollForm, TollLocks } from './toll.tsx'
import { inSense, plural, t } from '../../words/translate.ts'

const columns: Column<OutboundRoute>[] = [
  { key: 'position', title: t('Position'), width: 90, render: ({ position }) => <span className="numbers">{position}</span> },
  { key: 'name', title: t('Route'), card: 'title', render: ({ name }) => <span style={{ fontWeight: 600 }}>{name}</span> },
  { key: 'state', title: t('State'), card: 'aside', render: ({ enabled }) => <OnOff enabled={enabled} /> },
  { key: 'pattern', title: t('Numbers'), render: ({ pattern }) => <span className="numbers">{pattern}</span> },
  { key: 'change', title: inSense('number', 'Sent'), render: (route) => changeWords(route) },
  { key: 'limits', title: t('For'), render: (route) => <Limits route={route} /> },
  { key: 'trunks', title: t('Over'), render: ({ trunkIds, cheapestFirst }) => <TrunkNames ids={trunkIds} cheapestFirst={cheapestFirst} /> },
  { key: 'callerId', title: t('Number shown'), render: ({ callerId }) => callerId === null ? t('The trunk’s') : <span className="numbers">{callerId}</span> },
]

function changeWords({ strip, prepend }: OutboundRoute): string {
  const parts = [strip > 0 && plural(strip, 'without the first digit', 'without the first {{count}} digits'), prepend !== '' && t('with {{prepend}} before it', { prepend })].filter((part) => part !== false)
  const [first, ...rest] = parts
  return first === undefined ? t('As dialled') : [first.charAt(0).toUpperCase() + first.slice(1), ...rest].join(', ')
}

/** Who may take it, and when. */
function Limits({ route: { callers, scheduleId, pinSetId } }: { route: OutboundRoute }) {
  const { data } = useSchedules()
  const sets = usePinSets()
  const schedule = data?.find(({ id }) => id === scheduleId)
  return [
    callers.length === 0 ? t('Everybody') : callers.join(', '),
    ...(scheduleId === null ? [] : [t('while {{name}} is open', { name: schedule?.name ?? '…' })]),
    ...(pinSetId === null ? [] : [t('with a PIN of {{name}}', { name: sets.data?.find(({ id }) => id === pinSetId)?.name ?? '…' })]),
  ].join(', ')
}

function TrunkNames({ ids, cheapestFirst }: { ids: string[]; cheapestFirst: boolean }) {
  const { data } = useTrunks()
  const names = ids.map((id) => data?.find((trunk) => trunk.id === id)?.name ?? '…')
  if (!cheapestFirst) return names.reduce((all, name) => t('{{all}}, then {{name}}', { all, name }))
  return names.length > 1 ? t('{{names}}: the cheapest first', { names: names.join(', ') }) : names.join()
}

/** Which calls go out over which trunks. */
export default function OutboundRoutes() {
  const query = useOutboundRoutes()
  const can = useCan()
  const [editing, setEditing] = useState<Editing>(null)
  const [limits, setLimits] = useState(false)
  const [history, setHistory] = useState<OutboundRoute | null>(null)
  const [deleting, setDeleting] = useState<OutboundRoute | null>(null)
  const mayWrite = can('trunks.write')
  const create = <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setEditing({ kind: 'new' })}>{t('New outbound route')}</Button>
  return (
    <Stack gap="md">
      <PageHeader title={t('Outbound routes')} lead={t('Which calls leave the house, over which trunks. Numbers of the house come first; of the routes, the first that fits. Calls abroad are only for extensions that may.')} actions={mayWrite && <><Button variant="default" leftSection={<Gauge size={16} aria-hidden />} onClick={() => setLimits(true)}>{t('Limits')}</Button>{create}</>} />
      <TollLocks />
      <SpendAlert />
      <DataTable
        label={t('Outbound routes')}
        columns={columns}
        rows={query.data}
        rowKey={({ id }) => id}
        {...(mayWrite && {
          actions: (route: OutboundRoute) => (
            <RowMenu of={t('outbound route {{name}}', { name: route.name })} onEdit={() => setEditing({ kind: 'edit', route })} onHistory={() => setHistory(route)} onDelete={() => setDeleting(route)} />
          ),
        })}
        error={query.error}
        retry={() => void query.refetch()}
        empty={<EmptyState icon={PhoneOutgoing} title={t('No outbound routes yet')} action={mayWrite && create}>{t('A route says which numbers go out over which trunk, such as everything that begins with 9. Without one, nobody can call outside.')}</EmptyState>}
      />
      <HistoryDrawer of={history === null ? undefined : { type: 'outbound-route', id: history.id, title: t('outbound route {{name}}', { name: history.name }) }} onClose={() => setHistory(null)} />
      <TollForm opened={limits} onClose={() => setLimits(false)} />
      <OutboundRouteForm editing={editing} onClose={() => setEditing(null)} />
      <Confirm opened={deleting !== null} onClose={() => setDeleting(null)} title={t('Delete outbound route {{name}}?', { name: deleting?.name ?? '' })} confirm={t('Delete outbound route')} onConfirm={async () => deleting && removeOutboundRoute(deleting.id)} done={t('Outbound route {{name}} is deleted.', { name: deleting?.name ?? '' })}>
        {t('Numbers that took it then take the next route that fits, or cannot be called.')}
      </Confirm>
    </Stack>
  )
}
