import { Alert, Button, Menu, Modal, Stack, Text } from '@mantine/core'
import { KeyRound, Plus, Send, Workflow } from 'lucide-react'
import { useState } from 'react'
import { useCan } from '../../app/session.tsx'
import type { Application } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { CopyField } from '../../components/copy.tsx'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { numberColumns, OnOff } from '../../components/number-columns.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { RowMenu } from '../../components/row-menu.tsx'
import { EmptyState } from '../../components/states.tsx'
import { StatusDot } from '../../components/status.tsx'
import { useLastOpen } from '../../components/use-last-open.ts'
import { HistoryDrawer } from '../audit/history.tsx'
import { ApplicationForm, type Editing, type MadeSecret } from './application-form.tsx'
import { removeApplication, renewSecret, useApplications } from './data.ts'
import { Trial } from './trial.tsx'
import { rich } from '../../words/rich.ts'
import { t } from '../../words/translate.ts'

const columns: Column<Application>[] = [
  ...numberColumns(t('Application')),
  { key: 'state', title: t('State'), card: 'aside', render: ({ enabled, hasSecret }) => enabled && !hasSecret ? <StatusDot label={t('Unsigned')} tone="warning" /> : <OnOff enabled={enabled} /> },
  { key: 'url', title: t('Address'), render: ({ url }) => <span className="break-anywhere">{url}</span> },
  { key: 'answer', title: t('Answers within'), render: ({ answerMs }) => `${answerMs} ms` },
  { key: 'fallback', title: t('When it fails'), render: ({ fallback }) => <span className="numbers">{fallback}</span> },
]

/** Numbers whose calls a program decides. */
export default function Applications() {
  const query = useApplications()
  const can = useCan()
  const [editing, setEditing] = useState<Editing>(null)
  const [made, setMade] = useState<MadeSecret | null>(null)
  const [trying, setTrying] = useState<Application | null>(null)
  const [history, setHistory] = useState<Application | null>(null)
  const [renewing, setRenewing] = useState<Application | null>(null)
  const [deleting, setDeleting] = useState<Application | null>(null)
  const shown = useLastOpen(made !== null, made)
  const mayWrite = can('webhooks.write')
  const create = <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setEditing({ kind: 'new' })}>{t('New application')}</Button>
  const renew = async (application: Application): Promise<void> => setMade({ name: application.name, secret: await renewSecret(application.id) })
  return (
    <Stack gap="md">
      <PageHeader title={t('Applications')} lead={t('Numbers whose calls a program of yours decides: it is asked by webhook, and has the caller greeted, keys taken, or the call put through. When it does not answer, calls go where you say.')} actions={mayWrite && create} />
      <DataTable
        label={t('Applications')}
        columns={columns}
        rows={query.data}
        rowKey={({ id }) => id}
        {...(mayWrite && {
          actions: (application: Application) => (
            <RowMenu of={t('application {{number}}', { number: application.number })} onEdit={() => setEditing({ kind: 'edit', application })} onHistory={() => setHistory(application)} onDelete={() => setDeleting(application)}>
              <Menu.Item leftSection={<Send size={16} aria-hidden />} onClick={() => setTrying(application)}>{t('Try it out')}</Menu.Item>
              <Menu.Item leftSection={<KeyRound size={16} aria-hidden />} onClick={() => setRenewing(application)}>{application.hasSecret ? t('Another secret') : t('Make a secret')}</Menu.Item>
            </RowMenu>
          ),
        })}
        error={query.error}
        retry={() => void query.refetch()}
        empty={<EmptyState icon={Workflow} title={t('No applications yet')} action={mayWrite && create}>{t('A CRM can send a known caller to the one who looks after him, or a script can ask for an order number first.')}</EmptyState>}
      />
      <ApplicationForm editing={editing} onClose={() => setEditing(null)} onMade={setMade} />
      <Trial of={trying} onClose={() => setTrying(null)} />
      <Modal opened={made !== null} onClose={() => setMade(null)} closeOnClickOutside={false} title={<Text span fw={650} fz="lg">{rich('Secret of {{name}}', { name: shown?.name })}</Text>}>
        <Stack gap="md">
          <Alert icon={<KeyRound size={18} aria-hidden />} color="orange">{t('The secret is shown only now. With it your program checks that a request is ours (Standard Webhooks: webhook-id, webhook-timestamp, webhook-signature).')}</Alert>
          {shown !== null && <CopyField label={t('Secret')} value={shown.secret} />}
          <Button ml="auto" onClick={() => setMade(null)}>{t('Done')}</Button>
        </Stack>
      </Modal>
      <Confirm opened={renewing !== null} onClose={() => setRenewing(null)} title={renewing?.hasSecret === false ? t('A secret for {{name}}?', { name: renewing.name }) : t('Another secret for {{name}}?', { name: renewing?.name ?? '' })} confirm={t('Make a secret')} onConfirm={async () => { if (renewing !== null) await renew(renewing) }} done={t('There is a new secret.')}>
        {t('Requests are signed with it from now on, and no more with the one before.')}
      </Confirm>
      <HistoryDrawer of={history === null ? undefined : { type: 'application', id: history.id, title: t('application {{number}}', { number: history.number }) }} onClose={() => setHistory(null)} />
      <Confirm opened={deleting !== null} onClose={() => setDeleting(null)} title={t('Delete application {{number}}?', { number: deleting?.number ?? '' })} confirm={t('Delete application')} onConfirm={async () => deleting && removeApplication(deleting.id)} done={t('Application {{number}} is deleted.', { number: deleting?.number ?? '' })}>
        {rich('Calls to {{number}} are then told that there is no such number. It can be brought back from the audit log, and needs another secret then.', { number: deleting?.number })}
      </Confirm>
    </Stack>
  )
}
