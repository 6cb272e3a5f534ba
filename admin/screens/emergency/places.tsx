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

type Editing = { kind: 'site'; site?: EmergencySite } | { kind: 'place'; place?: EmergencyLocation } | null
type Doomed = { kind: 'site' | 'place'; id: string; name: string }

const siteColumns: Column<EmergencySite>[] = [
  { key: 'name', title: 'Site', card: 'title', render: ({ name }) => <Text span inherit fw={600}>{name}</Text> },
  { key: 'address', title: 'Address', render: ({ houseNumber, street, city, state, postalCode, country }) => [`${houseNumber} ${street}`.trim(), city, `${state} ${postalCode}`.trim(), country].filter(Boolean).join(', ') },
  { key: 'help', title: 'Dialled for help', render: ({ helpNumbers }) => <span className="numbers">{helpNumbers.join(', ')}</span> },
  { key: 'state', title: 'Address is', card: 'aside', render: ({ problems }) => problems.length === 0 ? <StatusDot label="Complete" tone="good" /> : <span title={problems.join(' ')}><StatusDot label="Incomplete" tone="bad" /></span> },
  { key: 'number', title: 'Number shown', render: ({ callbackNumber, callbackPool }) => callbackPool.length > 0 ? `One of ${callbackPool.length}, or that of the caller` : callbackNumber ?? 'That of the caller' },
]

/** Buildings and the places in them. */
export function Places() {
  const [sites, places, can] = [useSites(), usePlaces(), useCan()]
  const [editing, setEditing] = useState<Editing>(null)
  const [history, setHistory] = useState<{ type: string; id: string; title: string } | null>(null)
  const [deleting, setDeleting] = useState<Doomed | null>(null)
  const mayWrite = can('emergency.write')
  const newSite = <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setEditing({ kind: 'site' })}>New site</Button>
  const newPlace = <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setEditing({ kind: 'place' })}>New place</Button>
  const menu = (name: string, onEdit: () => void, onHistory: () => void, onDelete: () => void) => (
    <RowMenu of={name} onEdit={onEdit} onHistory={onHistory} onDelete={onDelete} />
  )
  const siteName = (id: string) => sites.data?.find((site) => site.id === id)?.name ?? ''
  const placeColumns: Column<EmergencyLocation>[] = [
    { key: 'name', title: 'Place', card: 'title', render: ({ name }) => <Text span inherit fw={600}>{name}</Text> },
    { key: 'site', title: 'In', render: ({ siteId }) => siteName(siteId) },
    { key: 'where', title: 'Floor and room', render: ({ floor, room, details }) => [floor && `Floor ${floor}`, room && `room ${room}`, details].filter(Boolean).join(', ') || '–' },
    { key: 'number', title: 'Number shown', render: ({ callbackNumber }) => callbackNumber ?? 'That of the site' },
  ]
  return (
    <Stack gap="lg">
      <Stack gap="xs" component="section" aria-labelledby="sites">
        <Group justify="space-between"><Title order={2} size="h4" id="sites">Sites</Title>{mayWrite && (sites.data?.length ?? 0) > 0 && newSite}</Group>
        <DataTable
          label="Sites" columns={siteColumns} rows={sites.data} rowKey={({ id }) => id} error={sites.error} retry={() => void sites.refetch()}
          {...(mayWrite && { actions: (site: EmergencySite) => menu(site.name, () => setEditing({ kind: 'site', site }), () => setHistory({ type: 'emergency-site', id: site.id, title: site.name }), () => setDeleting({ kind: 'site', id: site.id, name: site.name })) })}
          empty={<EmptyState icon={Building2} title="No sites yet" action={mayWrite && newSite}>A site is a building with the address that an ambulance is sent to.</EmptyState>}
        />
      </Stack>
      <Stack gap="xs" component="section" aria-labelledby="places">
        <Group justify="space-between"><Title order={2} size="h4" id="places">Places</Title>{mayWrite && (places.data?.length ?? 0) > 0 && newPlace}</Group>
        <DataTable
          label="Places" columns={placeColumns} rows={places.data} rowKey={({ id }) => id} error={places.error} retry={() => void places.refetch()}
          {...(mayWrite && { actions: (place: EmergencyLocation) => menu(place.name, () => setEditing({ kind: 'place', place }), () => setHistory({ type: 'emergency-location', id: place.id, title: place.name }), () => setDeleting({ kind: 'place', id: place.id, name: place.name })) })}
          empty={<EmptyState icon={MapPin} title="No places yet" action={mayWrite && (sites.data?.length ?? 0) > 0 && newPlace} order={2}>A place is where in a building somebody is looked for: a floor, a room, a wing.{(sites.data?.length ?? 0) === 0 && ' Add a site first.'}</EmptyState>}
        />
      </Stack>
      <PoolNumbers />
      <FormDrawer opened={editing?.kind === 'site'} onClose={() => setEditing(null)} title={editing?.kind === 'site' && editing.site ? `Edit site ${editing.site.name}` : 'New site'}>
        <SiteFields current={editing?.kind === 'site' ? editing.site : undefined} onClose={() => setEditing(null)} />
      </FormDrawer>
      <FormDrawer opened={editing?.kind === 'place'} onClose={() => setEditing(null)} title={editing?.kind === 'place' && editing.place ? `Edit place ${editing.place.name}` : 'New place'}>
        <PlaceFields current={editing?.kind === 'place' ? editing.place : undefined} sites={sites.data ?? []} onClose={() => setEditing(null)} />
      </FormDrawer>
      <HistoryDrawer of={history ?? undefined} onClose={() => setHistory(null)} />
      <Confirm opened={deleting !== null} onClose={() => setDeleting(null)} title={`Delete ${deleting?.name ?? ''}?`} confirm="Delete" onConfirm={async () => deleting && (deleting.kind === 'site' ? removeSite(deleting.id) : removePlace(deleting.id))} done={`${deleting?.name ?? ''} is deleted.`}>
        Calls of the past keep the address that was sent with them.
      </Confirm>
    </Stack>
  )
}

function SiteFields({ current, onClose }: { current: EmergencySite | undefined; onClose: () => void }) {
  // As it was when the form opened: what someone else changes meanwhile is a conflict, not overwritten.
  const [site] = useState(current)
  const form = useForm({
    initial: { name: site?.name ?? '', houseNumber: site?.houseNumber ?? '', street: site?.street ?? '', city: site?.city ?? '', state: site?.state ?? '', postalCode: site?.postalCode ?? '', country: site?.country ?? 'US', callbackNumber: site?.callbackNumber ?? '', callbackPool: site?.callbackPool ?? [] },
    check: ({ name, country }): Record<string, string> => ({ ...(name.trim() === '' && { name: 'Name it, such as “Headquarters”.' }), ...(!/^[A-Z]{2}$/.test(country) && { country: 'Two letters, such as US.' }) }),
    onSaved: onClose,
    save: async ({ callbackNumber, ...rest }) => {
      const input = { ...rest, callbackNumber: trimmedOrNull(callbackNumber) }
      const { problems } = (await (site === undefined ? addSite(input) : changeSite(site.id, { ...input, version: site.version }))).data.data
      if (problems.length === 0) notify.done(`Site ${input.name.trim()} is saved.`)
      else notify.warned('Saved with gaps', `The site is saved, but an ambulance would miss something. ${problems.join(' ')}`)
    },
  })
  const { values, errors, set } = form
  const text = (field: Exclude<keyof typeof values, 'callbackPool'>, label: string, more: Partial<Parameters<typeof TextInput>[0]> = {}) => <TextInput label={label} autoComplete="off" maxLength={100} value={values[field]} error={errors[field]} onChange={(change) => set(field, change.currentTarget.value)} {...more} />
  return (
    <FormBody submit={site === undefined ? 'Create site' : 'Save'} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      {text('name', 'Name', { withAsterisk: true, required: true, 'data-autofocus': true, placeholder: 'Headquarters' } as object)}
      <Group grow align="flex-start" preventGrowOverflow={false}>{text('houseNumber', 'House number', { w: 120 })}{text('street', 'Street', { placeholder: 'Main Street' })}</Group>
      {text('city', 'City')}
      <Group grow align="flex-start">{text('state', 'State', { placeholder: 'IL' })}{text('postalCode', 'ZIP or postal code')}{text('country', 'Country', { maxLength: 2, onChange: (change) => set('country', change.currentTarget.value.trim().toUpperCase()) })}</Group>
      {text('callbackNumber', 'Number shown to the dispatcher', { description: 'One of your inbound numbers. When the dispatcher calls it back, the very phone rings. Empty: that of the caller.', placeholder: '+12025550100', inputMode: 'tel' })}
      <TagsInput label="Numbers for call backs" description="Inbound numbers for calls for help only; press Enter after each. A phone without a number of its own shows one of them, and for hours a dispatcher who calls it reaches that very phone." value={values.callbackPool} error={errors.callbackPool} onChange={(value) => set('callbackPool', value)} />
    </FormBody>
  )
}

function PlaceFields({ current, sites, onClose }: { current: EmergencyLocation | undefined; sites: EmergencySite[]; onClose: () => void }) {
  const [place] = useState(current)
  const form = useForm({
    initial: { siteId: place?.siteId ?? (sites.length === 1 ? (sites[0]?.id ?? '') : ''), name: place?.name ?? '', floor: place?.floor ?? '', room: place?.room ?? '', details: place?.details ?? '', callbackNumber: place?.callbackNumber ?? '' },
    check: ({ siteId, name }): Record<string, string> => ({ ...(siteId === '' && { siteId: 'Choose the building.' }), ...(name.trim() === '' && { name: 'Name it, such as “Headquarters, 3rd floor”.' }) }),
    onSaved: onClose,
    save: async ({ callbackNumber, ...rest }) => {
      const input = { ...rest, callbackNumber: trimmedOrNull(callbackNumber) }
      await (place === undefined ? addPlace(input) : changePlace(place.id, { ...input, version: place.version }))
      notify.done(`Place ${input.name.trim()} is saved.`)
    },
  })
  const { values, errors, set } = form
  const text = (field: keyof typeof values, label: string, more: Partial<Parameters<typeof TextInput>[0]> = {}) => <TextInput label={label} autoComplete="off" maxLength={100} value={values[field]} error={errors[field]} onChange={(change) => set(field, change.currentTarget.value)} {...more} />
  return (
    <FormBody submit={place === undefined ? 'Create place' : 'Save'} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <Select label="Site" withAsterisk data={sites.map(({ id, name }) => ({ value: id, label: name }))} allowDeselect={false} value={values.siteId === '' ? null : values.siteId} error={errors.siteId} onChange={(value) => set('siteId', value ?? '')} />
      {text('name', 'Name', { withAsterisk: true, required: true, placeholder: 'Headquarters, 3rd floor' })}
      <Group grow align="flex-start">{text('floor', 'Floor')}{text('room', 'Room')}</Group>
      {text('details', 'What helps to find it', { placeholder: 'North wing, entrance B' })}
      {text('callbackNumber', 'Number shown to the dispatcher', { description: 'Empty: that of the site.', inputMode: 'tel' })}
    </FormBody>
  )
}
