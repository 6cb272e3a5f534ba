import { Button, Menu, Stack, Text, Title } from '@mantine/core'
import { Contact, ListChecks, PlugZap, Plus } from 'lucide-react'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { notify } from '../../app/notify.ts'
import { useCan, useSession } from '../../app/session.tsx'
import type { CrmConnection } from '../../client/index.ts'
import { Confirm } from '../../components/confirm.tsx'
import { CopyField } from '../../components/copy.tsx'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Panel } from '../../components/panel.ts'
import { RowMenu } from '../../components/row-menu.tsx'
import { EmptyState } from '../../components/states.tsx'
import { StatusDot } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import { connectionState, crmNames, whichCalls } from '../../words/crm.ts'
import { rich } from '../../words/rich.ts'
import { t } from '../../words/translate.ts'
import { ConnectionForm, type Editing } from './connection-form.tsx'
import { removeConnection, testConnection, useConnections } from './data.ts'

const columns: Column<CrmConnection>[] = [
  { key: 'name', title: t('Connection'), card: 'title', render: ({ id, name }) => <Link href={`/crm/${id}`}>{name}</Link> },
  { key: 'state', title: t('State'), card: 'aside', render: (connection) => <StatusDot {...connectionState(connection)} /> },
  { key: 'crm', title: t('CRM'), render: ({ kind, account, address }) => <span className="break-anywhere">{account ?? `${crmNames[kind]}, ${address}`}</span> },
  { key: 'calls', title: t('Calls'), render: whichCalls },
  { key: 'now', title: t('Now'), render: (connection) => <Now connection={connection} /> },
]

function Now({ connection: { refused, lastError, pausedUntil, waiting } }: { connection: CrmConnection }) {
  const error = refused ?? lastError
  return (
    <Stack gap={2} maw={380}>
      {pausedUntil !== null && error !== null && <Text span inherit className="break-anywhere">{error}</Text>}
      {pausedUntil !== null && <Text span size="xs" c="dimmed">{rich('Next try {{time}}', { time: <Time at={pausedUntil} /> })}</Text>}
      {waiting > 0 && <Text span size="xs" c="dimmed">{waiting === 1 ? t('One call waits') : t('{{waiting}} calls wait', { waiting })}</Text>}
    </Stack>
  )
}

/** The CRMs that calls are logged to, and whether they take them. */
export default function Crm() {
  const query = useConnections()
  const mayWrite = useCan()('webhooks.write')
  const [editing, setEditing] = useState<Editing>(null)
  const [deleting, setDeleting] = useState<CrmConnection | null>(null)
  const create = <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setEditing({ kind: 'new' })}>{t('Connect a CRM')}</Button>
  return (
    <Stack gap="md">
      <PageHeader title={t('CRM')} lead={t('Calls with the outside are written to whose number it is in your CRM, each once. What it does not take waits and is tried again for three days.')} actions={mayWrite && create} />
      <DataTable
        label={t('Connections')}
        columns={columns}
        rows={query.data}
        rowKey={({ id }) => id}
        {...(mayWrite && { actions: (connection: CrmConnection) => <ConnectionMenu connection={connection} onEdit={() => setEditing({ kind: 'edit', connection })} onDelete={() => setDeleting(connection)} /> })}
        error={query.error}
        retry={() => void query.refetch()}
        empty={<EmptyState icon={Contact} title={t('No CRM is connected yet')} action={mayWrite && create}>{t('With a token of HubSpot or Zendesk, each call with a customer is on that customer\'s record when it ends.')}</EmptyState>}
      />
      <HubspotWindow />
      <ConnectionForm editing={editing} onClose={() => setEditing(null)} />
      <Confirm opened={deleting !== null} onClose={() => setDeleting(null)} title={t('Remove connection {{name}}?', { name: deleting?.name ?? '' })} confirm={t('Remove connection')} onConfirm={async () => (deleting === null ? undefined : removeConnection(deleting.id))} done={t('The connection is removed.')}>
        {t('Calls that wait for it are dropped. What was logged stays in the CRM.')}
      </Confirm>
    </Stack>
  )
}

/** Where HubSpot finds the page for its calling window. */
function HubspotWindow() {
  const { tenant } = useSession()
  return (
    <Panel component="section" aria-labelledby="hubspot-window">
      <Title order={2} id="hubspot-window">{t('Calling from HubSpot')}</Title>
      <Text size="sm" c="dimmed" mb="sm">{rich('HubSpot shows this page in its calling window: who clicks a number there is rung first, and the call is on the record. Name https://app.hubspot.com, or the address at which you use HubSpot, among the pages that may call, under <link>API tokens</link>. Each person signs in there once, with a token for calling.', { link: (inside) => <Link href="/tokens">{inside}</Link> })}</Text>
      <CopyField label={t('Address for the calling settings of the app in HubSpot')} value={`${window.location.origin}/dial/hubspot/${tenant.id}`} />
    </Panel>
  )
}

function ConnectionMenu({ connection: { id, name }, onEdit, onDelete }: { connection: CrmConnection; onEdit: () => void; onDelete: () => void }) {
  const [busy, setBusy] = useState(false)
  const [, navigate] = useLocation()
  const test = () => {
    setBusy(true)
    testConnection(id).then(notify.done, notify.failed).finally(() => setBusy(false))
  }
  return (
    <RowMenu of={t('connection {{name}}', { name })} busy={busy} onEdit={onEdit} onDelete={onDelete}>
      <Menu.Item leftSection={<PlugZap size={16} aria-hidden />} onClick={test}>{t('Test the token')}</Menu.Item>
      <Menu.Item leftSection={<ListChecks size={16} aria-hidden />} onClick={() => navigate(`/crm/${id}`)}>{t('Logged calls')}</Menu.Item>
    </RowMenu>
  )
}
