import { Checkbox, TextInput } from '@mantine/core'
import { notify } from '../../app/notify.ts'
import type { ContactSettings } from '../../client/index.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { PageLoader } from '../../components/states.tsx'
import { useForm } from '../../components/use-form.ts'
import { saveContactSettings, useContactSettings } from './data.ts'
import { t } from '../../words/translate.ts'

/** How contacts are used. */
export function ContactSettingsForm({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const settings = useContactSettings(opened)
  return <FormDrawer opened={opened} onClose={onClose} title={t('How contacts are used')}>{settings.data === undefined ? <PageLoader /> : <Fields settings={settings.data} onClose={onClose} />}</FormDrawer>
}

function Fields({ settings, onClose }: { settings: ContactSettings; onClose: () => void }) {
  const form = useForm({
    initial: { country: settings.country, showNames: settings.showNames, recordUrl: settings.recordUrl ?? '' },
    check: ({ country }): Record<string, string> => (/^[A-Z]{2}$/.test(country) ? {} : { country: t('Enter two letters, such as US, DE or GB.') }),
    onSaved: onClose,
    save: async ({ recordUrl, ...rest }) => {
      await saveContactSettings({ ...rest, recordUrl: recordUrl.trim() || null, version: settings.version })
      notify.done(t('It is saved.'))
    },
  })
  const { values, errors, set } = form
  return (
    <FormBody submit={t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <TextInput label={t('Country')} description={t('Of numbers that name none. With another country all numbers are read again.')} maxLength={2} autoComplete="off" value={values.country} error={errors.country} onChange={(change) => set('country', change.currentTarget.value.toUpperCase())} />
      <Checkbox label={t('Phones show the names of contacts')} description={t('In the place of what the carrier says of a caller; in call records as well.')} checked={values.showNames} onChange={(change) => set('showNames', change.currentTarget.checked)} />
      <TextInput label={t('Address of records in the CRM')} description={t('Opened for a contact that has no address of its own. {externalId}, {number}, {digits}, {name} and {email} are filled in.')} placeholder="https://crm.example.com/contacts/{externalId}" autoComplete="off" value={values.recordUrl} error={errors.recordUrl} onChange={(change) => set('recordUrl', change.currentTarget.value)} />
    </FormBody>
  )
}
