import { Checkbox, NativeSelect, NumberInput, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import type { Extension, SipCredentials } from '../../app/types.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { useForm } from '../../components/use-form.ts'
import { contactsFullChoices, type ContactsFull } from '../../words/contacts.ts'
import { encryptionChoices, type EncryptionPolicy } from '../../words/encryption.ts'
import { addExtension, changeExtension } from './data.ts'
import { t } from '../../words/translate.ts'

interface Values {
  number: string
  name: string
  deviceName: string
  /** Empty: the house's standard. */
  ringSeconds: number | string
  maxContacts: number | string
  /** Empty: the house's standard. */
  contactsFull: string
  recording: Extension['recording']
  /** Empty: the tenant's. */
  recordingDays: number | string
  /** Empty: the house's standard. */
  encryption: string
  enabled: boolean
}

function valuesOf(extension: Extension | undefined): Values {
  return {
    number: extension?.number ?? '',
    name: extension?.name ?? '',
    deviceName: t('Phone'),
    ringSeconds: extension?.ringSeconds ?? '',
    maxContacts: extension?.maxContacts ?? 10,
    contactsFull: extension?.contactsFull ?? '',
    recording: extension?.recording ?? 'on-demand',
    recordingDays: extension?.recordingDays ?? '',
    encryption: extension?.encryption ?? '',
    enabled: extension?.enabled ?? true,
  }
}

function check(values: Values): Record<string, string> {
  const errors: Record<string, string> = {}
  if (!/^[0-9]{2,15}$/.test(values.number)) errors.number = t('Use 2 to 15 digits, for example 201.')
  if (values.name.trim() === '') errors.name = t('Say whose number this is; the name is shown on the phones it calls.')
  if (values.maxContacts === '') errors.maxContacts = t('Say how many phones may be registered at once, 1 to 100.')
  return errors
}

interface ExtensionFormProps {
  editing: { kind: 'new' } | { kind: 'edit'; extension: Extension } | null
  onClose: () => void
  onCreated?: (created: { extension: Extension; credentials: SipCredentials }) => void
}

/** Creates or changes an extension. */
export function ExtensionForm({ editing, onClose, onCreated }: ExtensionFormProps) {
  const extension = editing?.kind === 'edit' ? editing.extension : undefined
  return (
    <FormDrawer opened={editing !== null} onClose={onClose} title={extension === undefined ? t('New extension') : t('Edit extension {{number}}', { number: extension.number })}>
      <Fields current={extension} onClose={onClose} onCreated={onCreated} />
    </FormDrawer>
  )
}

interface FieldsProps {
  current: Extension | undefined
  onClose: () => void
  onCreated: ExtensionFormProps['onCreated']
}

function Fields({ current, onClose, onCreated }: FieldsProps) {
  // As it was when the form opened: what someone else changes meanwhile is a conflict, not overwritten.
  const [extension] = useState(current)
  const isNew = extension === undefined
  const form = useForm<Values>({
    initial: valuesOf(extension),
    check,
    onSaved: onClose,
    save: async ({ deviceName, ringSeconds, maxContacts, contactsFull, recordingDays, encryption, ...rest }) => {
      const input = { ...rest, recordingDays: recordingDays === '' ? null : Number(recordingDays), encryption: encryption === '' ? null : (encryption as EncryptionPolicy), ringSeconds: ringSeconds === '' ? null : Number(ringSeconds), maxContacts: Number(maxContacts), contactsFull: contactsFull === '' ? null : (contactsFull as ContactsFull) }
      if (extension !== undefined) {
        await changeExtension(extension.id, { ...input, version: extension.version })
        notify.done(t('Extension {{number}} is saved.', { number: input.number }))
      } else {
        onCreated?.(await addExtension({ ...input, ...(deviceName.trim() !== '' && { deviceName }) }))
      }
    },
  })
  const { values, errors, set } = form
  return (
    <FormBody submit={isNew ? t('Create extension') : t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <TextInput
        label={t('Number')}
        description={t('What others dial, 2 to 15 digits.')}
        inputMode="numeric"
        withAsterisk
        required
        data-autofocus
        autoComplete="off"
        value={values.number}
        error={errors.number}
        onChange={(change) => set('number', change.currentTarget.value.trim())}
      />
      <TextInput label={t('Name')} description={t('Shown on the phones it calls.')} withAsterisk required autoComplete="off" value={values.name} error={errors.name} onChange={(change) => set('name', change.currentTarget.value)} />
      {isNew && (
        <TextInput
          label={t('First phone')}
          description={t('A name to tell its phones apart, such as “Desk” or “Mobile”. You can add more later.')}
          autoComplete="off"
          value={values.deviceName}
          error={errors.deviceName}
          onChange={(change) => set('deviceName', change.currentTarget.value)}
        />
      )}
      <NumberInput
        label={t('Rings for')}
        description={t('Seconds before an unanswered call ends; empty for the standard of this system.')}
        min={5}
        max={300}
        allowDecimal={false}
        suffix=" s"
        placeholder={t('Standard')}
        value={values.ringSeconds}
        error={errors.ringSeconds}
        onChange={(value) => set('ringSeconds', value)}
      />
      <NumberInput
        label={t('Phones at once')}
        description={t('How many phones may be registered for this number at the same time; all of them ring.')}
        min={1}
        max={100}
        allowDecimal={false}
        value={values.maxContacts}
        error={errors.maxContacts}
        onChange={(value) => set('maxContacts', value)}
      />
      <Select
        label={t('One phone more than that')}
        description={t('A phone that does not answer gives way in any case.')}
        data={contactsFullChoices}
        allowDeselect={false}
        value={values.contactsFull}
        error={errors.contactsFull}
        onChange={(value) => set('contactsFull', value ?? '')}
      />
      <Select
        label={t('Encrypted audio')}
        description={t('Phones without it are refused when it is required. Keys are only given to phones that register over TLS. Browsers always encrypt: with “Never” they cannot call.')}
        data={encryptionChoices}
        allowDeselect={false}
        value={values.encryption}
        onChange={(value) => set('encryption', value ?? '')}
      />
      <NativeSelect
        label={t('Recording')}
        description={t('Make sure the people on the phone know: many places require it. Recording settings has a beep and an announcement.')}
        data={[
          { value: 'on-demand', label: t('When somebody asks: here, or *1 on the phone') },
          { value: 'always', label: t('Every call') },
          { value: 'never', label: t('Never, whoever asks') },
        ]}
        value={values.recording}
        error={errors.recording}
        onChange={(change) => set('recording', change.currentTarget.value as Values['recording'])}
      />
      <NumberInput
        label={t('Recordings are kept')}
        description={t('Days; empty for what the recording settings say.')}
        min={1}
        max={3650}
        allowDecimal={false}
        suffix={` ${t('days')}`}
        placeholder={t('Standard')}
        value={values.recordingDays}
        error={errors.recordingDays}
        onChange={(value) => set('recordingDays', value)}
      />
      <Checkbox label={t('Turned on')} description={t('While off, its phones cannot register and calls to it are refused.')} checked={values.enabled} onChange={(change) => set('enabled', change.currentTarget.checked)} />
    </FormBody>
  )
}
