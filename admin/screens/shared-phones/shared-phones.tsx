import { Button, Menu, Stack } from '@mantine/core'
import { Armchair, LogOut, Plus } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { useCode } from '../../app/feature-codes.ts'
import { useCan } from '../../app/session.tsx'
import type { SharedPhone } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { RowMenu } from '../../components/row-menu.tsx'
import { EmptyState } from '../../components/states.tsx'
import { StatusDot } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import { HistoryDrawer } from '../audit/history.tsx'
import { logOutAt, unsharePhone, useSharedPhones } from './data.ts'
import { ShareForm, type Editing } from './share-form.tsx'
import { t } from '../../words/translate.ts'

const columns: Column<SharedPhone>[] = [
  { key: 'name', title: t('Phone'), card: 'title', render: ({ name }) => <span style={{ fontWeight: 600 }}>{name}</span> },
  { key: 'state', title: t('State'), card: 'aside', render: ({ registered }) => (registered ? <StatusDot label={t('Reachable')} tone="good" /> : <StatusDot label={t('Not reachable')} tone="bad" />) },
  { key: 'home', title: t('Seat'), render: ({ home }) => <Link href={`/extensions/${home.id}`}><span className="numbers">{home.number}</span> {home.name}</Link> },
  { key: 'login', title: t('Who sits there'), render: ({ login }) => (login === null ? <StatusDot label={t('Nobody')} tone="quiet" /> : <Link href={`/extensions/${login.extensionId}`}><span className="numbers">{login.number}</span> {login.name}</Link>) },
  { key: 'since', title: t('Since'), render: ({ login }) => (login === null ? '' : <Time at={login.since} />) },
  { key: 'until', title: t('Until'), render: ({ login }) => (login === null ? '' : login.until === null ? t('somebody ends it') : <Time at={login.until} />) },
  { key: 'calls', title: t('Empty, it calls'), render: ({ calls }) => (calls === 'help' ? t('Help only') : t('Help, and numbers inside')) },
]

/** Phones that people take turns at, and who sits where. */
export default function SharedPhones() {
  const query = useSharedPhones()
  const can = useCan()
  const codeOf = useCode()
  const [logIn, logOut] = [codeOf('desk-log-in') ?? '*11', codeOf('desk-log-out') ?? '*12']
  const [editing, setEditing] = useState<Editing>(null)
  const [history, setHistory] = useState<SharedPhone | null>(null)
  const [leaving, setLeaving] = useState<SharedPhone | null>(null)
  const [ending, setEnding] = useState<SharedPhone | null>(null)
  const mayWrite = can('extensions.write')
  const share = <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setEditing({ kind: 'new' })}>{t('Share a phone')}</Button>
  return (
    <Stack gap="md">
      <PageHeader title={t('Shared phones')} lead={t('People take turns at these. {{logIn}}, the own extension and the PIN of the mailbox make the phone theirs: its calls, lamps and messages. {{logOut}} ends that. Calls for help always tell where the phone is.', { logIn, logOut })} actions={mayWrite && share} />
      <DataTable
        label={t('Shared phones')}
        columns={columns}
        rows={query.data}
        rowKey={({ id }) => id}
        {...(mayWrite && {
          actions: (phone: SharedPhone) => (
            <RowMenu of={t('shared phone {{name}}', { name: phone.name })} onEdit={() => setEditing({ kind: 'edit', phone })} onHistory={() => setHistory(phone)} onDelete={() => setEnding(phone)}>
              {phone.login !== null && <Menu.Item leftSection={<LogOut size={16} aria-hidden />} onClick={() => setLeaving(phone)}>{t('Log out {{name}}', { name: phone.login.name })}</Menu.Item>}
            </RowMenu>
          ),
        })}
        error={query.error}
        retry={() => void query.refetch()}
        empty={<EmptyState icon={Armchair} title={t('No shared phones')} action={mayWrite && share}>{t('Share the phone of a seat that belongs to nobody, and whoever comes logs in there.')}</EmptyState>}
      />
      <HistoryDrawer of={history === null ? undefined : { type: 'device', id: history.id, title: t('shared phone {{name}}', { name: history.name }) }} onClose={() => setHistory(null)} />
      <ShareForm editing={editing} onClose={() => setEditing(null)} />
      <Confirm opened={leaving !== null} onClose={() => setLeaving(null)} title={t('Log out {{name}}?', { name: leaving?.login?.name ?? '' })} confirm={t('Log out')} onConfirm={async () => leaving && logOutAt(leaving.id)} done={t('Nobody sits at {{name}} any more.', { name: leaving?.name ?? '' })}>
        {t('A call that goes on there is not ended. The phone is its own extension’s again at once.')}
      </Confirm>
      <Confirm opened={ending !== null} onClose={() => setEnding(null)} title={t('Share {{name}} no more?', { name: ending?.name ?? '' })} confirm={t('Share no more')} onConfirm={async () => ending && unsharePhone(ending.id)} done={t('{{name}} belongs to its extension alone.', { name: ending?.name ?? '' })}>
        {t('The phone stays, with its extension. Whoever sits there is logged out.')}
      </Confirm>
    </Stack>
  )
}
