import { ActionIcon, Menu, Select, Stack, Text } from '@mantine/core'
import { Ellipsis, MapPin, PhoneOff, UserCheck } from 'lucide-react'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import { useCan } from '../../app/session.tsx'
import type { LocatedDevice } from '../../app/types.ts'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { EmptyState } from '../../components/states.tsx'
import { Time } from '../../components/time.tsx'
import { useForm } from '../../components/use-form.ts'
import { addressWords, sourceWords } from '../../words/emergency.ts'
import { confirmAt, putAt, usePhones, usePlaces } from './data.ts'
import { Peers } from './peers.tsx'
import { t } from '../../words/translate.ts'

const columns: Column<LocatedDevice>[] = [
  { key: 'phone', title: t('Phone'), card: 'title', render: ({ extension, name }) => <Text span inherit fw={600}>{extension.number} {extension.name}, {name}</Text> },
  { key: 'address', title: t('Registered from'), render: ({ address }) => address ?? <Text span inherit c="dimmed">{t('Not registered')}</Text> },
  { key: 'where', title: t('Help would come to'), render: ({ located }) => (
    <Stack gap={2} maw={420}>
      <Text span inherit c={located === null ? 'red' : undefined}>{located === null ? t('Not known') : addressWords(located)}</Text>
      {located !== null && located.problems.length > 0 && <Text span size="xs" c="red">{located.problems.join(' ')}</Text>}
    </Stack>
  ) },
  { key: 'source', title: t('Known by'), render: ({ located }) => located === null ? '–' : <span title={located.why}>{sourceWords(located.source)}{located.since !== null && <>, <Time at={located.since} /></>}</span> },
]

type Asking = { device: LocatedDevice; what: 'fixed' | 'now' } | null

/** Every phone, and where help would be sent at this moment. */
export function Phones() {
  const query = usePhones()
  const can = useCan()
  const [asking, setAsking] = useState<Asking>(null)
  return (
    <>
      <DataTable
        label={t('Phones')}
        columns={columns}
        rows={query.data}
        rowKey={({ deviceId }) => deviceId}
        {...(can('emergency.write') && {
          actions: (device: LocatedDevice) => (
            <Menu position="bottom-end" shadow="md">
              <Menu.Target><ActionIcon aria-label={t('Actions for {{name}} of {{number}}', { name: device.name, number: device.extension.number })}><Ellipsis size={18} aria-hidden /></ActionIcon></Menu.Target>
              <Menu.Dropdown>
                <Menu.Item leftSection={<MapPin size={16} aria-hidden />} onClick={() => setAsking({ device, what: 'fixed' })}>{t('Where it always is')}</Menu.Item>
                <Menu.Item leftSection={<UserCheck size={16} aria-hidden />} onClick={() => setAsking({ device, what: 'now' })}>{t('Where its user is now')}</Menu.Item>
              </Menu.Dropdown>
            </Menu>
          ),
        })}
        error={query.error}
        retry={() => void query.refetch()}
        empty={<EmptyState icon={PhoneOff} title={t('No phones yet')}>{t('Each extension has at least one.')}</EmptyState>}
      />
      <Peers />
      <FormDrawer opened={asking !== null} onClose={() => setAsking(null)} title={asking?.what === 'now' ? t('Where its user is now') : t('Where the phone always is')}>
        {asking !== null && <Fields asking={asking} onClose={() => setAsking(null)} />}
      </FormDrawer>
    </>
  )
}

function Fields({ asking: { device, what }, onClose }: { asking: NonNullable<Asking>; onClose: () => void }) {
  const places = usePlaces()
  const form = useForm<{ locationId: string | null }>({
    initial: { locationId: what === 'fixed' ? device.locationId : (device.confirmed?.locationId ?? null) },
    onSaved: onClose,
    save: async ({ locationId }) => {
      await (what === 'fixed' ? putAt : confirmAt)(device.deviceId, locationId)
      notify.done(t('The place of the phone is saved.'))
    },
  })
  return (
    <FormBody submit={t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <Text size="sm">{what === 'fixed' ? t('For a desk phone. A network in another building comes before it: the phone was carried there.') : t('For a phone that moves where no network tells of a place, such as at home.')}</Text>
      <Select label={t('Place')} placeholder={what === 'fixed' ? t('It moves') : t('Nobody said')} clearable searchable data={(places.data ?? []).map(({ id, name }) => ({ value: id, label: name }))} nothingFoundMessage={t('No such place. Add it under Places.')} value={form.values.locationId} error={form.errors.locationId} onChange={(value) => form.set('locationId', value)} />
    </FormBody>
  )
}
