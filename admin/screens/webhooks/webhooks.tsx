import { Alert, Button, Menu, Modal, Stack, Text } from '@mantine/core'
import { KeyRound, ListChecks, Plus, Send, Webhook as WebhookIcon } from 'lucide-react'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { notify } from '../../app/notify.ts'
import { useCan } from '../../app/session.tsx'
import type { NewWebhook, Webhook } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { CopyField } from '../../components/copy.tsx'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { RowMenu } from '../../components/row-menu.tsx'
import { EmptyState } from '../../components/states.tsx'
import { StatusDot } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import { useLastOpen } from '../../components/use-last-open.ts'
import { eventWords, webhookState } from '../../words/webhook.ts'
import { removeWebhook, renewSecret, sendTest, useWebhooks } from './data.ts'
import { WebhookForm, type Editing } from './webhook-form.tsx'
import { rich, richPlural } from '../../words/rich.ts'
import { plural, t } from '../../words/translate.ts'

const columns: Column<Webhook>[] = [
  { key: 'name', title: t('Webhook'), card: 'title', render: ({ id, name }) => <Link href={`/webhooks/${id}`}>{name}</Link> },
  { key: 'state', title: t('State'), card: 'aside', render: (webhook) => <StatusDot {...webhookState(webhook)} /> },
  { key: 'url', title: t('Address'), render: ({ url }) => <span className="break-anywhere">{url}</span> },
  { key: 'events', title: t('Told of'), render: ({ events }) => <span title={events.map(eventWords).join('\n')}>{events.length === 1 ? eventWords(events[0] ?? '') : plural(events.length, '{{count}} events', '{{count}} events')}</span> },
  { key: 'now', title: t('Now'), render: (webhook) => <Now webhook={webhook} /> },
]

function Now({ webhook: { lastError, pausedUntil, waiting } }: { webhook: Webhook }) {
  return (
    <Stack gap={2} maw={380}>
      {pausedUntil !== null && lastError !== null && <Text span inherit className="break-anywhere">{lastError}</Text>}
      {pausedUntil !== null && <Text span size="xs" c="dimmed">{richPlural(waiting, 'Next try {{time}}; {{count}} event waits', 'Next try {{time}}; {{count}} events wait', { time: <Time at={pausedUntil} /> })}</Text>}
    </Stack>
  )
}

/** Who is told of what happens, and whether they take it. */
export default function Webhooks() {
  const query = useWebhooks()
  const can = useCan()
  const [editing, setEditing] = useState<Editing>(null)
  const [made, setMade] = useState<NewWebhook | null>(null)
  const [deleting, setDeleting] = useState<Webhook | null>(null)
  const [renewing, setRenewing] = useState<Webhook | null>(null)
  const shown = useLastOpen(made !== null, made)
  const mayWrite = can('webhooks.write')
  const create = <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setEditing({ kind: 'new' })}>{t('New webhook')}</Button>
  return (
    <Stack gap="md">
      <PageHeader title={t('Webhooks')} lead={t('Programs of yours that are told of what happens, by a request for each event. What they do not take is kept and sent again for three days.')} actions={mayWrite && create} />
      <DataTable
        label={t('Webhooks')}
        columns={columns}
        rows={query.data}
        rowKey={({ id }) => id}
        {...(mayWrite && { actions: (webhook: Webhook) => <WebhookMenu webhook={webhook} onEdit={() => setEditing({ kind: 'edit', webhook })} onRenew={() => setRenewing(webhook)} onDelete={() => setDeleting(webhook)} /> })}
        error={query.error}
        retry={() => void query.refetch()}
        empty={<EmptyState icon={WebhookIcon} title={t('No webhooks yet')} action={mayWrite && create}>{t('A CRM, a ticket system or a script of your own can be told when a call ends, a message is left or somebody calls for help.')}</EmptyState>}
      />
      <WebhookForm editing={editing} onClose={() => setEditing(null)} onMade={setMade} />
      <Modal opened={made !== null} onClose={() => setMade(null)} closeOnClickOutside={false} title={<Text span fw={650} fz="lg">{rich('Secret of {{name}}', { name: shown?.webhook.name })}</Text>}>
        <Stack gap="md">
          <Alert icon={<KeyRound size={18} aria-hidden />} color="orange">{t('The secret is shown only now. With it your program checks that a request is ours (Standard Webhooks: webhook-id, webhook-timestamp, webhook-signature).')}</Alert>
          {shown !== null && <CopyField label={t('Secret')} value={shown.secret} />}
          <Button ml="auto" onClick={() => setMade(null)}>{t('Done')}</Button>
        </Stack>
      </Modal>
      <Confirm opened={renewing !== null} onClose={() => setRenewing(null)} title={t('Another secret for {{name}}?', { name: renewing?.name ?? '' })} confirm={t('Make another secret')} onConfirm={async () => { if (renewing !== null) setMade(await renewSecret(renewing.id)) }} done={t('There is another secret.')}>
        {t('The one in use signs along for a day, so that you can change it where it is checked.')}
      </Confirm>
      <Confirm opened={deleting !== null} onClose={() => setDeleting(null)} title={t('Delete webhook {{name}}?', { name: deleting?.name ?? '' })} confirm={t('Delete webhook')} onConfirm={async () => (deleting === null ? undefined : removeWebhook(deleting.id))} done={t('The webhook is deleted.')}>
        {t('Its receiver is told of nothing any more, also not of what waits for it.')}
      </Confirm>
    </Stack>
  )
}

function WebhookMenu({ webhook: { id, name }, onEdit, onRenew, onDelete }: { webhook: Webhook; onEdit: () => void; onRenew: () => void; onDelete: () => void }) {
  const [busy, setBusy] = useState(false)
  const [, navigate] = useLocation()
  const test = () => {
    setBusy(true)
    sendTest(id).then(notify.done, notify.failed).finally(() => setBusy(false))
  }
  return (
    <RowMenu of={t('webhook {{name}}', { name })} busy={busy} onEdit={onEdit} onDelete={onDelete}>
      <Menu.Item leftSection={<Send size={16} aria-hidden />} onClick={test}>{t('Send a test')}</Menu.Item>
      <Menu.Item leftSection={<ListChecks size={16} aria-hidden />} onClick={() => navigate(`/webhooks/${id}`)}>{t('Deliveries')}</Menu.Item>
      <Menu.Item leftSection={<KeyRound size={16} aria-hidden />} onClick={onRenew}>{t('Another secret')}</Menu.Item>
    </RowMenu>
  )
}
