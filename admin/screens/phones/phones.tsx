import { Anchor, Button, Group, Menu, Stack, Text } from '@mantine/core'
import { DoorOpen, Grid3x3, Info, Link as LinkIcon, Plus, RefreshCw, Power, Smartphone } from 'lucide-react'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import { useCan } from '../../app/session.tsx'
import type { ProvisionedPhone } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { RowMenu } from '../../components/row-menu.tsx'
import { SearchInput } from '../../components/search-input.tsx'
import { EmptyState } from '../../components/states.tsx'
import { StatusDot } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import { askedWords, macWords, phoneStates } from '../../words/phone.ts'
import { HistoryDrawer } from '../audit/history.tsx'
import { ExtensionName } from '../extensions/extension-name.tsx'
import { useRegistrations } from '../extensions/presence.tsx'
import { askPhone, removePhone, usePhones, usePhoneVendors } from './data.ts'
import { Details } from './details.tsx'
import { KeysForm } from './keys-form.tsx'
import { LinkDialog } from './link-dialog.tsx'
import { OpeningDialog, OpeningNotice } from './opening.tsx'
import { PhoneForm, type Editing } from './phone-form.tsx'
import { t } from '../../words/translate.ts'

type Doing = { what: 'link' | 'keys' | 'details' | 'history' | 'delete'; id: string } | null

/** Phones that fetch their settings from here. */
export default function Phones() {
  const query = usePhones()
  const vendors = usePhoneVendors().data ?? []
  const can = useCan()
  const [search, setSearch] = useState('')
  const [editing, setEditing] = useState<Editing>(null)
  const [opening, setOpening] = useState(false)
  const [doing, setDoing] = useState<Doing>(null)
  const mayWrite = can('extensions.write')
  const phones = query.data ?? []
  const fits = (phone: ProvisionedPhone): boolean => `${phone.name} ${phone.vendor} ${phone.model} ${phone.mac ?? ''}`.toLowerCase().includes(search.trim().toLowerCase().replace(/(?<=[0-9a-f]{2}):(?=[0-9a-f]{2})/g, ''))
  const vendorOf = (phone: ProvisionedPhone | null) => vendors.find(({ id }) => id === phone?.vendor)
  const of = (what: NonNullable<Doing>['what']): ProvisionedPhone | null => (doing?.what === what ? (phones.find(({ id }) => id === doing.id) ?? null) : null)
  const close = () => setDoing(null)
  const ask = (phone: ProvisionedPhone, restart: boolean): void => {
    askPhone(phone.id, restart).then(({ outcome, status }) => (outcome === 'taken' ? notify.done(askedWords(outcome, status)) : notify.warned(phone.name, askedWords(outcome, status))), notify.failed)
  }
  const columns: Column<ProvisionedPhone>[] = [
    { key: 'name', title: t('Name'), card: 'title', render: (phone) => <Anchor component="button" type="button" fw={600} ta="left" onClick={() => setDoing({ what: 'details', id: phone.id })}>{phone.name}</Anchor> },
    { key: 'state', title: t('Settings'), card: 'aside', render: ({ state }) => <StatusDot {...phoneStates[state]} /> },
    { key: 'registered', title: t('Registered'), render: (phone) => <Registered deviceIds={phone.deviceIds} /> },
    { key: 'model', title: t('Model'), render: (phone) => `${vendorOf(phone)?.name ?? phone.vendor} ${vendorOf(phone)?.soft === true ? '' : phone.model}` },
    { key: 'mac', title: t('MAC address'), render: ({ mac }) => (mac === null ? '—' : <span className="numbers">{macWords(mac)}</span>) },
    { key: 'lines', title: t('Lines'), render: ({ lines }) => <Stack gap={0}>{lines.slice(0, 2).map((id) => <ExtensionName key={id} id={id} />)}{lines.length > 2 && <Text size="sm" c="dimmed">{t('and {{count}} more', { count: lines.length - 2 })}</Text>}</Stack> },
    { key: 'fetched', title: t('Fetched'), render: ({ fetch }) => (fetch === null ? <Text span inherit c="dimmed">{t('Never')}</Text> : <span title={`${fetch.address} ${fetch.userAgent}`}><Time at={fetch.at} ago /></span>) },
  ]
  const create = <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setEditing({ kind: 'new' })}>{t('New phone')}</Button>
  const deleting = of('delete')
  const history = of('history')
  const linked = of('link')
  return (
    <Stack gap="md">
      <PageHeader title={t('Phones')} lead={t('Phones and apps that fetch their settings from here. When something about them changes, they are told to fetch it again, and not while they are in a call.')} actions={mayWrite && <Group gap="xs"><Button variant="default" leftSection={<DoorOpen size={16} aria-hidden />} onClick={() => setOpening(true)}>{t('Open for new phones')}</Button>{create}</Group>} />
      <OpeningNotice mayWrite={mayWrite} />
      {phones.length > 5 && <SearchInput label={t('Search name, model or MAC address')} value={search} onChange={setSearch} />}
      <DataTable
        label={t('Phones')}
        columns={columns}
        rows={query.data?.filter(fits)}
        rowKey={({ id }) => id}
        {...(mayWrite && {
          actions: (phone: ProvisionedPhone) => (
            <RowMenu of={phone.name} onEdit={() => setEditing({ kind: 'edit', phone })} onHistory={() => setDoing({ what: 'history', id: phone.id })} onDelete={() => setDoing({ what: 'delete', id: phone.id })}>
              <Menu.Item leftSection={<Info size={16} aria-hidden />} onClick={() => setDoing({ what: 'details', id: phone.id })}>{t('Details')}</Menu.Item>
              <Menu.Item leftSection={<LinkIcon size={16} aria-hidden />} onClick={() => setDoing({ what: 'link', id: phone.id })}>{t('Set up')}</Menu.Item>
              {vendorOf(phone)?.soft !== true && (
                <>
                  <Menu.Item leftSection={<Grid3x3 size={16} aria-hidden />} onClick={() => setDoing({ what: 'keys', id: phone.id })}>{t('Keys')}</Menu.Item>
                  <Menu.Item leftSection={<RefreshCw size={16} aria-hidden />} onClick={() => ask(phone, false)}>{t('Fetch settings now')}</Menu.Item>
                  <Menu.Item leftSection={<Power size={16} aria-hidden />} onClick={() => ask(phone, true)}>{t('Restart')}</Menu.Item>
                </>
              )}
            </RowMenu>
          ),
        })}
        error={query.error}
        retry={() => void query.refetch()}
        empty={search === ''
          ? <EmptyState icon={Smartphone} title={t('No phones yet')} action={mayWrite && create}>{t('Add a phone by its MAC address and model, and it fetches everything else: its lines, keys, time and phone book.')}</EmptyState>
          : <EmptyState icon={Smartphone} title={t('Nothing found')} action={<Button variant="default" onClick={() => setSearch('')}>{t('Show all phones')}</Button>}>{t('No phone fits “{{search}}”.', { search })}</EmptyState>}
      />
      <PhoneForm editing={editing} vendors={vendors} onClose={() => setEditing(null)} onMade={({ id }) => setDoing({ what: 'link', id })} />
      <KeysForm phone={of('keys')} phones={phones} vendors={vendors} onClose={close} />
      <Details phone={of('details')} vendor={vendorOf(of('details'))} onClose={close} />
      {opening && <OpeningDialog vendors={vendors} onClose={() => setOpening(false)} />}
      {linked !== null && <LinkDialog phone={linked} vendor={vendorOf(linked)} onClose={close} />}
      <HistoryDrawer of={history === null ? undefined : { type: 'phone', id: history.id, title: history.name }} onClose={close} />
      <Confirm opened={deleting !== null} onClose={close} title={t('Delete {{name}}?', { name: deleting?.name ?? '' })} confirm={t('Delete phone')} onConfirm={async () => deleting && removePhone(deleting.id)} done={t('{{name}} is deleted.', { name: deleting?.name ?? '' })}>
        {t('It is signed out, its devices go, and it fetches nothing more. What it was set to stays in the phone until it is reset there.')}
      </Confirm>
    </Stack>
  )
}

function Registered({ deviceIds }: { deviceIds: string[] }) {
  const registered = new Set(useRegistrations(({ deviceId }) => deviceIds.includes(deviceId)).map(({ deviceId }) => deviceId)).size
  if (registered === 0) return <StatusDot label={t('No')} tone="quiet" />
  return <StatusDot label={registered === deviceIds.length ? t('Yes') : t('{{registered}} of {{deviceIds}} lines', { registered, deviceIds: deviceIds.length })} tone={registered === deviceIds.length ? 'good' : 'warning'} />
}
