import { ActionIcon, Alert, Anchor, Button, Code, Modal, Stack, Text, Tooltip } from '@mantine/core'
import { KeyRound, Plus, SearchX, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { now } from '../../live/clock.ts'
import { useCan } from '../../app/session.tsx'
import type { ApiToken, NewApiToken } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { CopyField } from '../../components/copy.tsx'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { SearchInput } from '../../components/search-input.tsx'
import { EmptyState } from '../../components/states.tsx'
import { StatusDot } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import { useLastOpen } from '../../components/use-last-open.ts'
import { useListState } from '../../components/use-list-state.ts'
import { permissionWords } from '../../words/permissions.ts'
import { instant } from '../../words/time.ts'
import { removeToken, useTokens } from './data.ts'
import { DialPages } from './dial-pages.tsx'
import { TokenForm } from './token-form.tsx'
import { rich } from '../../words/rich.ts'
import { plural, t } from '../../words/translate.ts'

const columns: Column<ApiToken>[] = [
  { key: 'name', title: t('Name'), sort: 'name', card: 'title', render: (token) => <Text span inherit fw={600}>{token.name}</Text> },
  { key: 'prefix', title: t('Begins with'), render: (token) => <Code>{token.prefix}…</Code> },
  {
    key: 'permissions',
    title: t('May'),
    render: (token) => <span title={token.permissions.map(permissionWords).join('\n')}>{token.permissions.length === 1 ? permissionWords(token.permissions[0] ?? '') : plural(token.permissions.length, '{{count}} permissions', '{{count}} permissions')}</span>,
  },
  { key: 'maker', title: t('Made by'), render: (token) => token.createdBy?.name ?? <Text span inherit c="dimmed">{t('Deleted user')}</Text> },
  { key: 'created', title: t('Made'), sort: 'created_at', render: (token) => <Time at={token.createdAt} /> },
  { key: 'used', title: t('Last used'), render: (token) => token.lastUsedAt === null ? <Text span inherit c="dimmed">{t('Never')}</Text> : <Time at={token.lastUsedAt} ago /> },
  {
    key: 'expires',
    title: t('Expires'),
    card: 'aside',
    render: (token) => token.expiresAt === null ? t('Never') : instant(token.expiresAt) < now() ? <StatusDot label={t('Expired')} tone="bad" /> : <Time at={token.expiresAt} />,
  },
]

export default function Tokens() {
  const list = useListState('created_at', 'desc')
  const can = useCan()
  const search = list.get('search')
  const query = useTokens({ page: list.page, limit: 25, sort: list.sort === 'name' ? 'name' : 'created_at', order: list.order, ...(search !== '' && { search }) })
  const [adding, setAdding] = useState(false)
  const [made, setMade] = useState<NewApiToken | null>(null)
  const [revoking, setRevoking] = useState<ApiToken | null>(null)
  const shown = useLastOpen(made !== null, made)
  const mayWrite = can('tokens.write')
  const create = <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setAdding(true)}>{t('New token')}</Button>
  return (
    <Stack gap="md">
      <PageHeader
        title={t('API tokens')}
        lead={rich('Keys for programs that use the API. What they can do is described in the <anchor>API documentation</anchor>.', { anchor: (inside) => <Anchor href="/api/docs" target="_blank" rel="noreferrer" inherit underline="always">{inside}</Anchor> })}
        actions={mayWrite && create}
      />
      <SearchInput label={t('Search name')} value={search} onChange={(value) => list.set({ search: value })} />
      <DataTable
        label={t('API tokens')}
        columns={columns}
        rows={query.data?.data}
        rowKey={(token) => token.id}
        {...(mayWrite && {
          actions: (token: ApiToken) => <Tooltip label={t('Revoke')}><ActionIcon aria-label={t('Revoke {{name}}', { name: token.name })} onClick={() => setRevoking(token)}><Trash2 size={16} aria-hidden /></ActionIcon></Tooltip>,
        })}
        error={query.error}
        retry={() => void query.refetch()}
        sorting={{ field: list.sort, order: list.order, onChange: list.sortBy }}
        {...(query.data !== undefined && { paging: { ...query.data.pagination, onChange: list.toPage } })}
        empty={search === ''
          ? <EmptyState icon={KeyRound} title={t('No API tokens')} action={mayWrite && create}>{t('A token lets a program use the API in your name, with as few permissions as it needs. People do not need one.')}</EmptyState>
          : <EmptyState icon={SearchX} title={t('Nothing found')} action={<Button variant="default" onClick={() => list.set({ search: '' })}>{t('Show all tokens')}</Button>}>{t('No token has “{{search}}” in its name.', { search })}</EmptyState>}
      />
      <DialPages />
      <TokenForm opened={adding} onClose={() => setAdding(false)} onMade={setMade} />
      <Modal opened={made !== null} onClose={() => setMade(null)} closeOnClickOutside={false} title={<Text span fw={650} fz="lg">{rich('Token {{name}}', { name: shown?.apiToken.name })}</Text>}>
        <Stack gap="md">
          <Alert icon={<KeyRound size={18} aria-hidden />} color="orange">{t('The token is shown only now. Put it where your program reads its secrets; if it is lost, revoke it and make another.')}</Alert>
          {shown !== null && <CopyField label={t('Token')} value={shown.token} />}
          {shown !== null && <CopyField label={t('Header')} value={`Authorization: Bearer ${shown.token}`} />}
          <Button ml="auto" onClick={() => setMade(null)}>{t('Done')}</Button>
        </Stack>
      </Modal>
      <Confirm
        opened={revoking !== null}
        onClose={() => setRevoking(null)}
        title={t('Revoke {{name}}?', { name: revoking?.name ?? '' })}
        confirm={t('Revoke token')}
        onConfirm={async () => (revoking === null ? undefined : removeToken(revoking.id))}
        done={t('The token is revoked.')}
      >
        {t('Programs that use it are refused from now on. This cannot be undone.')}
      </Confirm>
    </Stack>
  )
}
