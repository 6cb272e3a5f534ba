import { Checkbox, NumberInput, Select, TagsInput, Text, TextInput } from '@mantine/core'
import { Link } from 'wouter'
import { numberOrNull, trimmedOrNull } from '../../app/fields.ts'
import { notify } from '../../app/notify.ts'
import type { EmergencySettings } from '../../app/types.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { PageLoader } from '../../components/states.tsx'
import { useForm } from '../../components/use-form.ts'
import { configure, usePlaces, useSettings } from './data.ts'
import { rich } from '../../words/rich.ts'
import { t } from '../../words/translate.ts'

/** Who is told of calls for help, and the default place. */
export function EmergencySettingsForm({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const settings = useSettings()
  return <FormDrawer opened={opened} onClose={onClose} title={t('When somebody calls for help')}>{settings.data === undefined ? <PageLoader /> : <Fields settings={settings.data} onClose={onClose} />}</FormDrawer>
}

function Fields({ settings, onClose }: { settings: EmergencySettings; onClose: () => void }) {
  const places = usePlaces()
  const form = useForm<Omit<EmergencySettings, 'escalateMinutes' | 'callbackHours' | 'testDays' | 'testHour' | 'testNumber'> & Record<'escalateMinutes' | 'callbackHours' | 'testDays' | 'testHour', number | string> & { testNumber: string }>({
    initial: { ...settings, testDays: settings.testDays ?? '', testNumber: settings.testNumber ?? '' },
    onSaved: onClose,
    save: async ({ escalateMinutes, callbackHours, testDays, testHour, testNumber, ...rest }) => {
      await configure({ ...rest, escalateMinutes: Number(escalateMinutes), callbackHours: Number(callbackHours), testDays: numberOrNull(testDays), testHour: Number(testHour), testNumber: trimmedOrNull(testNumber) })
      notify.done(t('Saved.'))
    },
  })
  const { values, errors, set } = form
  return (
    <FormBody submit={t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <Text size="sm">{t('Everybody who may see this page is told in the panel. Telling never holds up the call.')}</Text>
      <TagsInput label={t('By e-mail')} description={rich('Press Enter after each address. <link>Mail</link> says which server takes it.', { link: (inside) => <Link href="/mail">{inside}</Link> })} value={values.mailTo} error={errors.mailTo} onChange={(value) => set('mailTo', value)} />
      <TagsInput label={t('On the phones of')} description={t('Numbers of extensions whose phones show a message, such as the reception; press Enter after each.')} value={values.extensions} error={errors.extensions} onChange={(value) => set('extensions', value)} />
      <NumberInput label={t('Others are told after')} description={t('When nobody has acknowledged the call.')} min={1} max={120} allowDecimal={false} suffix=" min" value={values.escalateMinutes} error={errors.escalateMinutes} onChange={(value) => set('escalateMinutes', value)} />
      <TagsInput label={t('Others, by e-mail')} description={t('Press Enter after each address.')} value={values.escalateTo} error={errors.escalateTo} onChange={(value) => set('escalateTo', value)} />
      <Select label={t('Default place')} description={t('Where phones are of which nothing else is known.')} placeholder={t('None')} clearable searchable data={(places.data ?? []).map(({ id, name }) => ({ value: id, label: name }))} value={values.locationId} error={errors.locationId} onChange={(value) => set('locationId', value)} />
      <NumberInput label={t('A call back rings the very phone for')} description={t('Past do not disturb and forwards.')} min={1} max={72} allowDecimal={false} suffix=" h" value={values.callbackHours} error={errors.callbackHours} onChange={(value) => set('callbackHours', value)} />
      <Checkbox label={t('Phones may ask where they are')} description={t('HELD, at /held of this server: by the address they come from, or with their SIP user name and password.')} checked={values.held} onChange={(change) => set('held', change.currentTarget.checked)} />
      <NumberInput label={t('Every place is tested after')} description={t('By itself, one place after the other. Who is told by e-mail hears of what failed or is overdue. Empty: only when somebody asks.')} min={1} max={365} allowDecimal={false} suffix={` ${t('days')}`} value={values.testDays} error={errors.testDays} onChange={(value) => set('testDays', value)} />
      <NumberInput label={t('From this hour on')} description={t('When few call, within four hours.')} min={0} max={23} allowDecimal={false} suffix=":00" value={values.testHour} error={errors.testHour} onChange={(value) => set('testHour', value)} />
      <TextInput label={t('Number for tests')} description={t('Called over the trunks for help as a call for help would be: ask the carrier for it, in the United States mostly 933. Empty: nothing is called, and only what would be sent is looked at.')} placeholder="933" inputMode="tel" autoComplete="off" value={values.testNumber} error={errors.testNumber} onChange={(change) => set('testNumber', change.currentTarget.value)} />
    </FormBody>
  )
}
