import { Button, Menu, Stack, Text } from '@mantine/core'
import { Cable, Coins, ListFilter, Plus, RefreshCw } from 'lucide-react'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import { useCan } from '../../app/session.tsx'
import type { Trunk } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { RowMenu } from '../../components/row-menu.tsx'
import { EmptyState } from '../../components/states.tsx'
import { StatusDot } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import { answerWords, carrierAddress, trunkState } from '../../words/trunk.ts'
import { HistoryDrawer } from '../audit/history.tsx'
import { askCarrier, removeTrunk, useTrunks } from './data.ts'
import { HeaderRulesDrawer } from './header-rules-drawer.tsx'
import { RatesDrawer } from './rates-drawer.tsx'
import { TrunkWizard } from './trunk-wizard.tsx'
import { TrunkForm, type Editing } from './trunk-form.tsx'
import { rich } from '../../words/rich.ts'
import { t } from '../../words/translate.ts'

const columns: Column<Trunk>[] = [
  { key: 'name', title: t('Trunk'), card: 'title', render: ({ name }) => <Text span inherit fw={600}>{name}</Text> },
  { key: 'state', title: t('State'), card: 'aside', render: (trunk) => <StatusDot {...trunkState(trunk)} /> },
  { key: 'carrier', title: t('Carrier'), render: (trunk) => <span className="numbers">{carrierAddress(trunk)}</span> },
  { key: 'now', title: t('Now'), render: ({ status }) => <Now status={status} /> },
  { key: 'calls', title: t('Calls'), align: 'right', render: ({ status, maxCalls }) => <span className="numbers" style={{ whiteSpace: 'nowrap' }}>{maxCalls === null ? status.calls : t('{{calls}} of {{most}}', { calls: status.calls, most: maxCalls })}</span> },
  { key: 'number', title: t('Number shown'), render: ({ callerId }) => callerId === null ? t('None') : <span className="numbers">{callerId}</span> },
]

function Now({ status: { cause, registration, roundTripMs, peer } }: Pick<Trunk, 'status'>) {
  return (
    <Stack gap={2} maw={420}>
      {cause !== null && <Text span inherit>{cause}</Text>}
      {cause === null && roundTripMs !== null && <Text span inherit>{rich('Answered within {{time}}', { time: <span className="numbers">{roundTripMs} ms</span> })}</Text>}
      {registration?.state === 'registered' && <Text span size="xs" c="dimmed">{peer !== null && registration.expiresAt !== null ? rich('Registered since {{time}}, until {{end}}', { time: <Time at={registration.since} />, end: <Time at={registration.expiresAt} /> }) : rich('Registered since {{time}}', { time: <Time at={registration.since} /> })}</Text>}
      {peer !== null && peer.userAgent !== null && <Text span size="xs" c="dimmed">{peer.userAgent}</Text>}
      {registration?.state !== 'registered' && registration?.nextTry && <Text span size="xs" c="dimmed">{rich('Next try {{time}}', { time: <Time at={registration.nextTry} /> })}</Text>}
    </Stack>
  )
}

/** The lines to carriers, and how each is. */
export default function Trunks() {
  const query = useTrunks()
  const can = useCan()
  const [editing, setEditing] = useState<Editing>(null)
  const [history, setHistory] = useState<Trunk | null>(null)
  const [wizard, setWizard] = useState(false)
  const [rates, setRates] = useState<Trunk | null>(null)
  const [rules, setRules] = useState<Trunk | null>(null)
  const [deleting, setDeleting] = useState<Trunk | null>(null)
  const mayWrite = can('trunks.write')
  const create = <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setWizard(true)}>{t('New trunk')}</Button>
  return (
    <Stack gap="md">
      <PageHeader title={t('Trunks')} lead={t('The lines to the outside world: one for each account with a carrier. Outbound routes say which calls take them, inbound numbers where calls from them go.')} actions={mayWrite && create} />
      <DataTable
        label={t('Trunks')}
        columns={columns}
        rows={query.data}
        rowKey={({ id }) => id}
        {...(mayWrite && { actions: (trunk: Trunk) => <TrunkMenu trunk={trunk} onEdit={() => setEditing({ kind: 'edit', trunk })} onRates={() => setRates(trunk)} onRules={() => setRules(trunk)} onHistory={() => setHistory(trunk)} onDelete={() => setDeleting(trunk)} /> })}
        error={query.error}
        retry={() => void query.refetch()}
        empty={<EmptyState icon={Cable} title={t('No trunks yet')} action={mayWrite && create}>{t('Without a trunk, calls stay in the house, and emergency calls cannot be carried. You need an account with a carrier: its SIP server and either a user name with password, or your address known there.')}</EmptyState>}
      />
      <TrunkWizard
        opened={wizard}
        onClose={() => setWizard(false)}
        onAll={(trunk) => {
          setWizard(false)
          setEditing(trunk === undefined ? { kind: 'new' } : { kind: 'edit', trunk: query.data?.find(({ id }) => id === trunk.id) ?? trunk })
        }}
      />
      <TrunkForm editing={editing} onClose={() => setEditing(null)} />
      <RatesDrawer trunk={rates} onClose={() => setRates(null)} />
      <HeaderRulesDrawer trunk={rules} onClose={() => setRules(null)} />
      <HistoryDrawer of={history === null ? undefined : { type: 'trunk', id: history.id, title: t('trunk {{name}}', { name: history.name }) }} onClose={() => setHistory(null)} />
      <Confirm opened={deleting !== null} onClose={() => setDeleting(null)} title={t('Delete trunk {{name}}?', { name: deleting?.name ?? '' })} confirm={t('Delete trunk')} onConfirm={async () => deleting && removeTrunk(deleting.id)} done={t('Trunk {{name}} is deleted.', { name: deleting?.name ?? '' })}>
        {t('Calls that go on over it stay. Its password is forgotten.')}
      </Confirm>
    </Stack>
  )
}

interface TrunkMenuProps {
  trunk: Trunk
  onEdit: () => void
  onRates: () => void
  onRules: () => void
  onHistory: () => void
  onDelete: () => void
}

function TrunkMenu({ trunk, onEdit, onRates, onRules, onHistory, onDelete }: TrunkMenuProps) {
  const [asking, setAsking] = useState(false)
  const ask = async (): Promise<void> => {
    setAsking(true)
    try {
      const asked = await askCarrier(trunk.id)
      if (asked.status.state === 'up') notify.done(answerWords(asked))
      else notify.failed(new Error(answerWords(asked)))
    } catch (error) {
      notify.failed(error)
    } finally {
      setAsking(false)
    }
  }
  return (
    <RowMenu of={t('trunk {{name}}', { name: trunk.name })} busy={asking} onEdit={onEdit} onHistory={onHistory} onDelete={onDelete}>
      <Menu.Item leftSection={<Coins size={16} aria-hidden />} onClick={onRates}>{t('Rates')}</Menu.Item>
      <Menu.Item leftSection={<ListFilter size={16} aria-hidden />} onClick={onRules}>{t('Header rules')}</Menu.Item>
      {trunk.enabled && <Menu.Item leftSection={<RefreshCw size={16} aria-hidden />} onClick={() => void ask()}>{t('Test now')}</Menu.Item>}
    </RowMenu>
  )
}
