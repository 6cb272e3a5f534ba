import { Button, Drawer, Group, Menu, Stack, Text } from '@mantine/core'
import { MonitorSmartphone, Plus, SearchX, ShieldOff } from 'lucide-react'
import { useState } from 'react'
import { useCan, useSession } from '../../app/session.tsx'
import type { User } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { RowMenu } from '../../components/row-menu.tsx'
import { SearchInput } from '../../components/search-input.tsx'
import { EmptyState } from '../../components/states.tsx'
import { StatusDot } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import { useLastOpen } from '../../components/use-last-open.ts'
import { useListState } from '../../components/use-list-state.ts'
import { removeUser, resetUserFactor, useRoles, useUsers } from './data.ts'
import { RoleTable } from './role-table.tsx'
import { SessionList } from './session-list.tsx'
import { ProvidersPanel } from './providers.tsx'
import { SignInPolicyPanel } from './sign-in-policy.tsx'
import { UserForm } from './user-form.tsx'
import { roleName } from '../../words/roles.ts'
import { rich } from '../../words/rich.ts'
import { inSense, t } from '../../words/translate.ts'

const sorts = ['created_at', 'name', 'email', 'last_login_at'] as const

export default function Users() {
  const list = useListState('name')
  const can = useCan()
  const { user: self } = useSession()
  const search = list.get('search')
  const sort = sorts.find((name) => name === list.sort) ?? 'name'
  const query = useUsers({ page: list.page, limit: 25, sort, order: list.order, ...(search !== '' && { search }) })
  const roles = useRoles()
  const [editing, setEditing] = useState<'new' | User | null>(null)
  const [deleting, setDeleting] = useState<User | null>(null)
  const [resetting, setResetting] = useState<User | null>(null)
  const [signedIn, setSignedIn] = useState<User | null>(null)
  const shown = useLastOpen(signedIn !== null, signedIn)
  const mayWrite = can('users.write')
  const nameOf = (key: string) => { const role = roles.data?.find((one) => one.key === key); return role === undefined ? key : roleName(role) }

  const columns: Column<User>[] = [
    { key: 'name', title: t('Name'), sort: 'name', card: 'title', render: (user) => <Text span inherit fw={600}>{user.name}{user.id === self.id && <Text span inherit c="dimmed" fw={400}> {t('(you)')}</Text>}</Text> },
    { key: 'email', title: t('E-mail'), sort: 'email', render: (user) => <span className="break-anywhere">{user.email}</span> },
    { key: 'roles', title: t('Roles'), render: (user) => user.roles.map(nameOf).join(', ') },
    { key: 'status', title: t('State'), card: 'aside', render: (user) => <StatusDot {...(user.status === 'active' ? { label: t('Active'), tone: 'good' } : { label: t('Turned off'), tone: 'quiet' })} /> },
    { key: 'factor', title: t('Second factor'), render: (user) => user.secondFactor ? inSense('state', 'Set up') : <Text span inherit c="dimmed">{t('None')}</Text> },
    { key: 'login', title: t('Last sign-in'), sort: 'last_login_at', render: (user) => user.lastLoginAt === null ? <Text span inherit c="dimmed">{t('Never')}</Text> : <Time at={user.lastLoginAt} ago /> },
  ]

  return (
    <Stack gap="md">
      <PageHeader
        title={t('Users')}
        lead={t('People who may sign in to this panel, and what they may do in it.')}
        actions={mayWrite && <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setEditing('new')}>{t('New user')}</Button>}
      />
      <SearchInput label={t('Search name or e-mail')} value={search} onChange={(value) => list.set({ search: value })} />
      <DataTable
        label={t('Users')}
        columns={columns}
        rows={query.data?.data}
        rowKey={(user) => user.id}
        {...(mayWrite && { actions: (user: User) => <UserMenu user={user} self={user.id === self.id} onReset={() => setResetting(user)} onSessions={() => setSignedIn(user)} onEdit={() => setEditing(user)} onDelete={() => setDeleting(user)} /> })}
        error={query.error}
        retry={() => void query.refetch()}
        sorting={{ field: list.sort, order: list.order, onChange: list.sortBy }}
        {...(query.data !== undefined && { paging: { ...query.data.pagination, onChange: list.toPage } })}
        empty={<EmptyState icon={SearchX} title={t('Nobody found')} action={<Button variant="default" onClick={() => list.set({ search: '' })}>{t('Show everyone')}</Button>}>{t('No user has “{{search}}” in name or e-mail.', { search })}</EmptyState>}
      />
      <SignInPolicyPanel />
      <ProvidersPanel />
      {roles.data !== undefined && <RoleTable roles={roles.data} />}
      <UserForm editing={editing} roles={roles.data ?? []} onClose={() => setEditing(null)} />
      <Drawer opened={signedIn !== null} onClose={() => setSignedIn(null)} title={<Text span fw={650} fz="lg">{rich('Where {{name}} is signed in', { name: shown?.name })}</Text>}>
        {shown !== null && <SessionList userId={shown.id} />}
      </Drawer>
      <Confirm
        opened={resetting !== null}
        onClose={() => setResetting(null)}
        title={t('Reset the second factor of {{name}}?', { name: resetting?.name ?? '' })}
        confirm={t('Reset second factor')}
        onConfirm={async () => (resetting === null ? undefined : resetUserFactor(resetting.id))}
        done={t('The second factor is reset.')}
      >
        {t('Be sure that it is really them who ask. They are signed out everywhere, and sign in with the password alone; where a second factor is required they set up a new one then.')}
      </Confirm>
      <Confirm
        opened={deleting !== null}
        onClose={() => setDeleting(null)}
        title={t('Delete {{name}}?', { name: deleting?.name ?? '' })}
        confirm={t('Delete user')}
        onConfirm={async () => (deleting === null ? undefined : removeUser(deleting.id))}
        done={t('The user is deleted.')}
      >
        {rich('{{email}} is signed out everywhere and can no longer sign in; API tokens this person made stop working. The audit log keeps what was done. This cannot be undone.', { email: deleting?.email })}
      </Confirm>
    </Stack>
  )
}

function UserMenu({ user, self, onSessions, onReset, onEdit, onDelete }: { user: User; self: boolean; onSessions: () => void; onReset: () => void; onEdit: () => void; onDelete: () => void }) {
  return (
    <Group justify="flex-end">
      <RowMenu of={user.name} onEdit={onEdit} onDelete={onDelete}>
        <Menu.Item leftSection={<MonitorSmartphone size={16} aria-hidden />} onClick={onSessions}>{t('Where signed in')}</Menu.Item>
        {user.secondFactor && !self && <Menu.Item leftSection={<ShieldOff size={16} aria-hidden />} onClick={onReset}>{t('Reset second factor')}</Menu.Item>}
      </RowMenu>
    </Group>
  )
}
