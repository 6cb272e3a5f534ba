import { Checkbox, NumberInput, Select, TagsInput, Text } from '@mantine/core'
import { Link } from 'wouter'
import { notify } from '../../app/notify.ts'
import type { EmergencySettings } from '../../app/types.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { PageLoader } from '../../components/states.tsx'
import { useForm } from '../../components/use-form.ts'
import { configure, usePlaces, useSettings } from './data.ts'

/** Who is told of calls for help, and the default place. */
export function EmergencySettingsForm({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const settings = useSettings()
  return <FormDrawer opened={opened} onClose={onClose} title="When somebody calls for help">{settings.data === undefined ? <PageLoader /> : <Fields settings={settings.data} onClose={onClose} />}</FormDrawer>
}

function Fields({ settings, onClose }: { settings: EmergencySettings; onClose: () => void }) {
  const places = usePlaces()
  const form = useForm<Omit<EmergencySettings, 'escalateMinutes' | 'callbackHours'> & { escalateMinutes: number | string; callbackHours: number | string }>({
    initial: settings,
    onSaved: onClose,
    save: async ({ escalateMinutes, callbackHours, ...rest }) => {
      await configure({ ...rest, escalateMinutes: Number(escalateMinutes), callbackHours: Number(callbackHours) })
      notify.done('Saved.')
    },
  })
  const { values, errors, set } = form
  return (
    <FormBody submit="Save" onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <Text size="sm">Everybody who may see this page is told in the panel. Telling never holds up the call.</Text>
      <TagsInput label="By e-mail" description={<>Press Enter after each address. <Link href="/mail">Mail</Link> says which server takes it.</>} value={values.mailTo} error={errors.mailTo} onChange={(value) => set('mailTo', value)} />
      <TagsInput label="On the phones of" description="Numbers of extensions whose phones show a message, such as the reception; press Enter after each." value={values.extensions} error={errors.extensions} onChange={(value) => set('extensions', value)} />
      <NumberInput label="Others are told after" description="When nobody has acknowledged the call." min={1} max={120} allowDecimal={false} suffix=" min" value={values.escalateMinutes} error={errors.escalateMinutes} onChange={(value) => set('escalateMinutes', value)} />
      <TagsInput label="Others, by e-mail" description="Press Enter after each address." value={values.escalateTo} error={errors.escalateTo} onChange={(value) => set('escalateTo', value)} />
      <Select label="Default place" description="Where phones are of which nothing else is known." placeholder="None" clearable searchable data={(places.data ?? []).map(({ id, name }) => ({ value: id, label: name }))} value={values.locationId} error={errors.locationId} onChange={(value) => set('locationId', value)} />
      <NumberInput label="A call back rings the very phone for" description="Past do not disturb and forwards." min={1} max={72} allowDecimal={false} suffix=" h" value={values.callbackHours} error={errors.callbackHours} onChange={(value) => set('callbackHours', value)} />
      <Checkbox label="Phones may ask where they are" description="HELD, at /held of this server: by the address they come from, or with their SIP user name and password." checked={values.held} onChange={(change) => set('held', change.currentTarget.checked)} />
    </FormBody>
  )
}
