import { Button, Group, Select, Stack, TextInput } from '@mantine/core'
import { Network, Plus, Upload } from 'lucide-react'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import { useCan } from '../../app/session.tsx'
import type { EmergencyNetwork } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { RowMenu } from '../../components/row-menu.tsx'
import { EmptyState } from '../../components/states.tsx'
import { useForm } from '../../components/use-form.ts'
import { networkKinds } from '../../words/emergency.ts'
import { addNetwork, changeNetwork, removeNetwork, useNetworks, usePlaces } from './data.ts'
import { WireMapDrawer } from './wire-map-drawer.tsx'
import { t } from '../../words/translate.ts'

type Editing = { network?: EmergencyNetwork } | null

/** What tells of a place: networks, access points and switch ports. */
export function Networks() {
  const [query, places, can] = [useNetworks(), usePlaces(), useCan()]
  const [editing, setEditing] = useState<Editing>(null)
  const [deleting, setDeleting] = useState<EmergencyNetwork | null>(null)
  const [importing, setImporting] = useState(false)
  const mayWrite = can('emergency.write')
  const create = (
    <Group gap="xs" justify="center">
      <Button variant="default" leftSection={<Upload size={16} aria-hidden />} onClick={() => setImporting(true)}>{t('Import')}</Button>
      <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setEditing({})}>{t('New network')}</Button>
    </Group>
  )
  const columns: Column<EmergencyNetwork>[] = [
    { key: 'value', title: t('Network'), card: 'title', render: ({ value }) => <span className="numbers" style={{ fontWeight: 600 }}>{value}</span> },
    { key: 'kind', title: t('What it is'), render: ({ kind }) => networkKinds.find((one) => one.value === kind)?.label },
    { key: 'place', title: t('Who is there is in'), render: ({ locationId }) => places.data?.find(({ id }) => id === locationId)?.name ?? '' },
  ]
  return (
    <Stack gap="md" align="stretch">
      {mayWrite && (query.data?.length ?? 0) > 0 && <div style={{ alignSelf: 'flex-end' }}>{create}</div>}
      <DataTable
        label={t('Networks')} columns={columns} rows={query.data} rowKey={({ id }) => id} error={query.error} retry={() => void query.refetch()}
        {...(mayWrite && {
          actions: (network: EmergencyNetwork) => (
            <RowMenu of={network.value} onEdit={() => setEditing({ network })} onDelete={() => setDeleting(network)} />
          ),
        })}
        empty={<EmptyState icon={Network} title={t('No networks yet')} action={mayWrite && create}>{t('A phone that registers from 192.168.30.0/24 is on the third floor: say so here, and its calls for help do. Access points and switch ports are told by phones and programs that know them.')}</EmptyState>}
      />
      <FormDrawer opened={editing !== null} onClose={() => setEditing(null)} title={editing?.network ? t('Edit network') : t('New network')}>
        <Fields current={editing?.network} places={(places.data ?? []).map(({ id, name }) => ({ value: id, label: name }))} onClose={() => setEditing(null)} />
      </FormDrawer>
      <WireMapDrawer opened={importing} onClose={() => setImporting(false)} />
      <Confirm opened={deleting !== null} onClose={() => setDeleting(null)} title={t('Delete {{value}}?', { value: deleting?.value ?? '' })} confirm={t('Delete')} onConfirm={async () => deleting && removeNetwork(deleting.id)} done={t('It is deleted.')}>
        {t('Phones there are then where the next best says.')}
      </Confirm>
    </Stack>
  )
}

function Fields({ current, places, onClose }: { current: EmergencyNetwork | undefined; places: { value: string; label: string }[]; onClose: () => void }) {
  // As it was when the form opened: what someone else changes meanwhile is a conflict, not overwritten.
  const [network] = useState(current)
  const form = useForm<{ kind: EmergencyNetwork['kind']; value: string; locationId: string }>({
    initial: { kind: network?.kind ?? 'network', value: network?.value ?? '', locationId: network?.locationId ?? '' },
    check: ({ value, locationId }): Record<string, string> => ({ ...(value.trim() === '' && { value: 'Say which.' }), ...(locationId === '' && { locationId: t('Choose the place.') }) }),
    onSaved: onClose,
    save: async (input) => {
      await (network === undefined ? addNetwork(input) : changeNetwork(network.id, { ...input, version: network.version }))
      notify.done(t('It is saved.'))
    },
  })
  const { values, errors, set } = form
  return (
    <FormBody submit={network === undefined ? t('Create') : t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <Select label={t('What it is')} data={networkKinds} allowDeselect={false} value={values.kind} onChange={(value) => set('kind', (value ?? 'network') as EmergencyNetwork['kind'])} />
      <TextInput label={t('Which')} withAsterisk required data-autofocus spellCheck={false} autoComplete="off" placeholder={networkKinds.find(({ value }) => value === values.kind)?.example ?? ''} value={values.value} error={errors.value} onChange={(change) => set('value', change.currentTarget.value)} />
      <Select label={t('Who is there is in')} withAsterisk searchable data={places} allowDeselect={false} nothingFoundMessage={t('No such place. Add it under Places.')} value={values.locationId === '' ? null : values.locationId} error={errors.locationId} onChange={(value) => set('locationId', value ?? '')} />
    </FormBody>
  )
}
