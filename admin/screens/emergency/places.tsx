import { Button, Group, Select, Stack, TagsInput, Text, TextInput, Title } from '@mantine/core'
import { Building2, MapPin, Plus } from 'lucide-react'
import { useState } from 'react'
import { trimmedOrNull } from '../../app/fields.ts'
import { notify } from '../../app/notify.ts'
import { useCan } from '../../app/session.tsx'
import type { EmergencyLocation, EmergencySite } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { RowMenu } from '../../components/row-menu.tsx'
import { EmptyState } from '../../components/states.tsx'
import { StatusDot } from '../../components/status.tsx'
import { useForm } from '../../components/use-form.ts'
import { HistoryDrawer } from '../audit/history.tsx'
import { addPlace, addSite, changePlace, changeSite, removePlace, removeSite, usePlaces, useSites } from './data.ts'
import { PoolNumbers } from './pool-numbers.tsx'
import { t } from '../../words/translate.ts'

type Editing = { kind: 'site'; site?: EmergencySite } | { kind: 'place'; place?: EmergencyLocation } | null
type Doomed = { kind: 'site' | 'place'; id: string; name: string }

const siteColumns: Column<EmergencySite>[] = [
  { key: 'name', title: t('Site'), card: 'title', render: ({ name }) => <Text span inherit fw={600}>{name}</Text> },
  { key: 'address', title: t('Address'), render: ({ houseNumber, street, city, state, postalCode, country }) => [`${houseNumber} ${street}`.trim(), city, `${state} ${postalCode}`.trim(), country].filter(Boolean).join(', ') },
  { key: 'help', title: t('Dialled for help'), render: ({ helpNumbers }) => <span className="numbers">{helpNumbers.join(', ')}</span> },
  { key: 'state', title: t('Address is'), card: 'aside', render: ({ problems }) => problems.length === 0 ? <StatusDot label={t('Complete')} tone="good" /> : <span title={problems.join(' ')}><StatusDot label={t('Incomplete')} tone="bad" /></span> },
  { key: 'number', title: t('Number shown'), render: ({ callbackNumber, callbackPool }) => callbackPool.length > 0 ? t('One of {{callbackPool}}, or that of the caller', { callbackPool: callbackPool.length }) : callbackNumber ?? t('That of the caller') },
]

/** Buildings and the places in them. */
export function Places() {
  const [sites, places, can] = [useSites(), usePlaces(), useCan()]
  const [editing, setEditing] = useState<Editing>(null)
  const [history, setHistory] = useState<{ type: string; id: string; title: string } | null>(null)
  const [deleting, setDeleting] = useState<Doomed | null>(null)
  const mayWrite = can('emergency.write')
  const newSite = <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setEditing({ kind: 'site' })}>{t('New site')}</Button>
  const newPlace = <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setEditing({ kind: 'place' })}>{t('New place')}</Button>
  const menu = (name: string, onEdit: () => void, onHistory: () => void, onDelete: () => void) => (
    <RowMenu of={name} onEdit={onEdit} onHistory={onHistory} onDelete={onDelete} />
  )
  const siteName = (id: string) => sites.data?.find((site) => site.id === id)?.name ?? ''
  const placeColumns: Column<EmergencyLocation>[] = [
    { key: 'name', title: t('Place'), card: 'title', render: ({ name }) => <Text span inherit fw={600}>{name}</Text> },
    { key: 'site', title: t('In'), render: ({ siteId }) => siteName(siteId) },
    { key: 'where', title: t('Floor and room'), render: ({ floor, room, details }) => [floor && t('Floor {{floor}}', { floor }), room && t('room {{room}}', { room }), details].filter(Boolean).join(', ') || '–' },
    { key: 'number', title: t('Number shown'), render: ({ callbackNumber }) => callbackNumber ?? t('That of the site') },
  ]
  return (
    <Stack gap="lg">
      <Stack gap="xs" component="section" aria-labelledby="sites">
        <Group justify="space-between"><Title order={2} size="h4" id="sites">{t('Sites')}</Title>{mayWrite && (sites.data?.length ?? 0) > 0 && newSite}</Group>
        <DataTable
          label={t('Sites')} columns={siteColumns} rows={sites.data} rowKey={({ id }) => id} error={sites.error} retry={() => void sites.refetch()}
          {...(mayWrite && { actions: (site: EmergencySite) => menu(site.name, () => setEditing({ kind: 'site', site }), () => setHistory({ type: 'emergency-site', id: site.id, title: site.name }), () => setDeleting({ kind: 'site', id: site.id, name: site.name })) })}
          empty={<EmptyState icon={Building2} title={t('No sites yet')} action={mayWrite && newSite}>{t('A site is a building with the address that an ambulance is sent to.')}</EmptyState>}
        />
      </Stack>
      <Stack gap="xs" component="section" aria-labelledby="places">
        <Group justify="space-between"><Title order={2} size="h4" id="places">{t('Places')}</Title>{mayWrite && (places.data?.length ?? 0) > 0 && newPlace}</Group>
        <DataTable
          label={t('Places')} columns={placeColumns} rows={places.data} rowKey={({ id }) => id} error={places.error} retry={() => void places.refetch()}
          {...(mayWrite && { actions: (place: EmergencyLocation) => menu(place.name, () => setEditing({ kind: 'place', place }), () => setHistory({ type: 'emergency-location', id: place.id, title: place.name }), () => setDeleting({ kind: 'place', id: place.id, name: place.name })) })}
          empty={<EmptyState icon={MapPin} title={t('No places yet')} action={mayWrite && (sites.data?.length ?? 0) > 0 && newPlace} order={2}>{t('A place is where in a building somebody is looked for: a floor, a room, a wing.')}{(sites.data?.length ?? 0) === 0 && ` ${t('Add a site first.')}`}</EmptyState>}
        />
      </Stack>
      <PoolNumbers />
      <FormDrawer opened={editing?.kind === 'site'} onClose={() => setEditing(null)} title={editing?.kind === 'site' && editing.site ? t('Edit site {{name}}', { name: editing.site.name }) : t('New site')}>
        <SiteFields current={editing?.kind === 'site' ? editing.site : undefined} onClose={() => setEditing(null)} />
      </FormDrawer>
      <FormDrawer opened={editing?.kind === 'place'} onClose={() => setEditing(null)} title={editing?.kind === 'place' && editing.place ? t('Edit place {{name}}', { name: editing.place.name }) : t('New place')}>
        <PlaceFields current={editing?.kind === 'place' ? editing.place : undefined} sites={sites.data ?? []} onClose={() => setEditing(null)} />
      </FormDrawer>
      <HistoryDrawer of={history ?? undefined} onClose={() => setHistory(null)} />
      <Confirm opened={deleting !== null} onClose={() => setDeleting(null)} title={t('Delete {{name}}?', { name: deleting?.name ?? '' })} confirm={t('Delete')} onConfirm={async () => deleting && (deleting.kind === 'site' ? removeSite(deleting.id) : removePlace(deleting.id))} done={t('{{name}} is deleted.', { name: deleting?.name ?? '' })}>
        {t('Calls of the past keep the address that was sent with them.')}
      </Confirm>
    </Stack>
  )
}

function SiteFields({ current, onClose }: { current: EmergencySite | undefined; onClose: () => void }) {
  // As it was when the form opened: what someone else changes meanwhile is a conflict, not overwritten.
  const [site] = useState(current)
  const form = useForm({
    initial: { name: site?.name ?? '', houseNumber: site?.houseNumber ?? '', street: site?.street ?? '', city: site?.city ?? '', state: site?.state ?? '', postalCode: site?.postalCode ?? '', country: site?.country ?? 'US', callbackNumber: site?.callbackNumber ?? '', callbackPool: site?.callbackPool ?? [] },
    check: ({ name, country }): Record<string, string> => ({ ...(name.trim() === '' && { name: t('Name it, such as “Headquarters”.') }), ...(!/^[A-Z]{2}$/.test(country) && { country: t('Two letters, such as US.') }) }),
    onSaved: onClose,
    save: async ({ callbackNumber, ...rest }) => {
      const input = { ...rest, callbackNumber: trimmedOrNull(callbackNumber) }
      const { problems } = (await (site === undefined ? addSite(input) : changeSite(site.id, { ...input, version: site.version }))).data.data
      if (problems.length === 0) notify.done(t('Site {{name}} is saved.', { name: input.name.trim() }))
      else notify.warned(t('Saved with gaps'), t('The site is saved, but an ambulance would miss something. {{problems}}', { problems: problems.join(' ') }))
    },
  })
  const { values, errors, set } = form
  const text = (field: Exclude<keyof typeof values, 'callbackPool'>, label: string, more: Partial<Parameters<typeof TextInput>[0]> = {}) => <TextInput label={label} autoComplete="off" maxLength={100} value={values[field]} error={errors[field]} onChange={(change) => set(field, change.currentTarget.value)} {...more} />
  return (
    <FormBody submit={site === undefined ? t('Create site') : t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      {text('name', t('Name'), { withAsterisk: true, required: true, 'data-autofocus': true, placeholder: t('Headquarters') } as object)}
      <Group grow align="flex-start" preventGrowOverflow={false}>{text('houseNumber', t('House number'), { w: 120 })}{text('street', t('Street'), { placeholder: t('Main Street') })}</Group>
      {text('city', t('City'))}
      <Group grow align="flex-start">{text('state', t('State'), { placeholder: 'IL' })}{text('postalCode', t('ZIP or postal code'))}{text('country', t('Country'), { maxLength: 2, onChange: (change) => set('country', change.currentTarget.value.trim().toUpperCase()) })}</Group>
      {text('callbackNumber', t('Number shown to the dispatcher'), { description: t('One of your inbound numbers. When the dispatcher calls it back, the very phone rings. Empty: that of the caller.'), placeholder: '+12025550100', inputMode: 'tel' })}
      <TagsInput label={t('Numbers for call backs')} description={t('Inbound numbers for calls for help only; press Enter after each. A phone without a number of its own shows one of them, and for hours a dispatcher who calls it reaches that very phone.')} value={values.callbackPool} error={errors.callbackPool} onChange={(value) => set('callbackPool', value)} />
    </FormBody>
  )
}

function PlaceFields({ current, sites, onClose }: { current: EmergencyLocation | undefined; sites: EmergencySite[]; onClose: () => void }) {
  const [place] = useState(current)
  const form = useForm({
    initial: { siteId: place?.siteId ?? (sites.length === 1 ? (sites[0]?.id ?? '') : ''), name: place?.name ?? '', floor: place?.floor ?? '', room: place?.room ?? '', details: place?.details ?? '', callbackNumber: place?.callbackNumber ?? '' },
    check: ({ siteId, name }): Record<string, string> => ({ ...(siteId === '' && { siteId: t('Choose the building.') }), ...(name.trim() === '' && { name: t('Name it, such as “Headquarters, 3rd floor”.') }) }),
    onSaved: onClose,
    save: async ({ callbackNumber, ...rest }) => {
      const input = { ...rest, callbackNumber: trimmedOrNull(callbackNumber) }
      await (place === undefined ? addPlace(input) : changePlace(place.id, { ...input, version: place.version }))
      notify.done(t('Place {{name}} is saved.', { name: input.name.trim() }))
    },
  })
  const { values, errors, set } = form
  const text = (field: keyof typeof values, label: string, more: Partial<Parameters<typeof TextInput>[0]> = {}) => <TextInput label={label} autoComplete="off" maxLength={100} value={values[field]} error={errors[field]} onChange={(change) => set(field, change.currentTarget.value)} {...more} />
  return (
    <FormBody submit={place === undefined ? t('Create place') : t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <Select label={t('Site')} withAsterisk data={sites.map(({ id, name }) => ({ value: id, label: name }))} allowDeselect={false} value={values.siteId === '' ? null : values.siteId} error={errors.siteId} onChange={(value) => set('siteId', value ?? '')} />
      {text('name', t('Name'), { withAsterisk: true, required: true, placeholder: t('Headquarters, 3rd floor') })}
      <Group grow align="flex-start">{text('floor', t('Floor'))}{text('room', t('Room'))}</Group>
      {text('details', t('What helps to find it'), { placeholder: t('North wing, entrance B') })}
      {text('callbackNumber', t('Number shown to the dispatcher'), { description: t('Empty: that of the site.'), inputMode: 'tel' })}
    </FormBody>
  )
}
