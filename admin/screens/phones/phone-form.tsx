import { ActionIcon, Group, Input, Select, Stack, TagsInput, TextInput } from '@mantine/core'
import { X } from 'lucide-react'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import type { PhoneVendor, ProvisionedPhone } from '../../app/types.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { useForm } from '../../components/use-form.ts'
import { languages, macWords } from '../../words/phone.ts'
import { transportWords } from '../../words/transport.ts'
import { PersonInput } from '../dial-plan/person-input.tsx'
import { ExtensionName } from '../extensions/extension-name.tsx'
import { addPhone, changePhone } from './data.ts'
import { t } from '../../words/translate.ts'

export type Editing = { kind: 'new' } | { kind: 'edit'; phone: ProvisionedPhone } | null

interface PhoneFormProps {
  editing: Editing
  vendors: PhoneVendor[]
  onClose: () => void
  /** It is there now, and is to be set up. */
  onMade: (phone: ProvisionedPhone) => void
}

/** Adds or changes a phone. */
export function PhoneForm({ editing, onClose, ...rest }: PhoneFormProps) {
  const phone = editing?.kind === 'edit' ? editing.phone : undefined
  return (
    <FormDrawer opened={editing !== null} onClose={onClose} title={phone === undefined ? t('New phone') : t('Edit {{name}}', { name: phone.name })}>
      <Fields current={phone} onClose={onClose} {...rest} />
    </FormDrawer>
  )
}

interface Values {
  name: string
  model: string
  mac: string
  lines: string[]
  transport: ProvisionedPhone['transport']
  timeZone: string | null
  language: string
  networks: string[]
}

const zones = ['UTC', ...Intl.supportedValuesOf('timeZone')]
const transports = (['tls', 'tcp', 'udp'] as const).map((value) => ({ value, label: transportWords(value) }))

function Fields({ current, vendors, onClose, onMade }: Omit<PhoneFormProps, 'editing'> & { current: ProvisionedPhone | undefined }) {
  // As it was when the form opened: what someone else changes meanwhile is a conflict, not overwritten.
  const [phone] = useState(current)
  const form = useForm<Values>({
    initial: {
      name: phone?.name ?? '', model: phone === undefined ? '' : `${phone.vendor} ${phone.model}`, mac: phone?.mac == null ? '' : macWords(phone.mac), lines: phone?.lines ?? [],
      transport: phone?.transport ?? 'tls', timeZone: phone?.timeZone ?? null, language: phone?.language ?? 'en', networks: phone?.networks ?? [],
    },
    check: ({ name, model, mac, lines }): Record<string, string> => ({
      ...(name.trim() === '' && { name: t('Say whose phone it is, or where it stands.') }),
      ...(model === '' && { model: t('Choose the model.') }),
      ...(model !== '' && !soft(model) && mac.replace(/[^0-9a-f]/gi, '').length !== 12 && { mac: t('The MAC address has twelve digits from 0 to 9 and a to f.') }),
      ...(lines.length === 0 && { lines: t('Choose an extension.') }),
    }),
    onSaved: onClose,
    save: async ({ model: chosen, mac, language, ...rest }) => {
      const [vendor = '', model = ''] = chosen.split(' ')
      const input = { ...rest, vendor, model, mac: soft(chosen) ? null : mac, language: language as 'en' }
      if (phone === undefined) onMade(await addPhone(input))
      else await changePhone(phone.id, { ...input, version: phone.version })
      notify.done(t('{{name}} is saved.', { name: input.name }))
    },
  })
  const { values, errors, set } = form
  const soft = (chosen: string): boolean => vendors.find(({ id }) => id === chosen.split(' ')[0])?.soft === true
  return (
    <FormBody submit={phone === undefined ? t('Add phone') : t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <TextInput label={t('Name')} description={t('Whose it is, or where it stands.')} withAsterisk required data-autofocus autoComplete="off" value={values.name} error={errors.name} onChange={(event) => set('name', event.currentTarget.value)} />
      <Select
        label={t('Model')} withAsterisk searchable allowDeselect={false} placeholder={t('Vendor or model')} value={values.model === '' ? null : values.model} error={errors.model ?? errors['vendor']}
        data={vendors.map((vendor) => ({ group: vendor.name, items: vendor.models.map(({ id, name }) => ({ value: `${vendor.id} ${id}`, label: `${vendor.name} ${name}` })) }))}
        onChange={(value) => set('model', value ?? '')}
      />
      {!soft(values.model) && <TextInput label={t('MAC address')} description={t('On a label below the phone, such as 80:5e:c0:12:34:56.')} withAsterisk autoComplete="off" spellCheck={false} value={values.mac} error={errors.mac} onChange={(event) => set('mac', event.currentTarget.value)} />}
      <Lines lines={values.lines} error={errors.lines} onChange={(lines) => set('lines', lines)} />
      <Select label={t('Transport')} description={t('TLS also lets audio be encrypted. What the server does not offer is replaced by what it does.')} allowDeselect={false} data={transports} value={values.transport} onChange={(value) => set('transport', value as Values['transport'])} />
      <Select label={t('Time zone')} description={t('Empty: that of the company.')} searchable clearable data={zones} value={values.timeZone} error={errors.timeZone} onChange={(value) => set('timeZone', value)} />
      <Select label={t('Language')} allowDeselect={false} data={languages} value={values.language} onChange={(value) => set('language', value ?? 'en')} />
      <TagsInput label={t('Networks')} description={t('From where it may fetch its settings, such as 198.51.100.0/24. Empty: from anywhere.')} value={values.networks} error={errors.networks} onChange={(networks) => set('networks', networks)} />
    </FormBody>
  )
}

function Lines({ lines, error, onChange }: { lines: string[]; error: string | undefined; onChange: (lines: string[]) => void }) {
  return (
    <Stack gap="xs">
      <PersonInput
        label={t('Lines')} description={t('Extensions, in the order of the lines. Each gets a device of its own, whose password only the phone is told.')} inside
        taken={(person) => person.kind === 'extension' && lines.includes(person.id)} nothingFound={t('Nobody fits, or all who do are there already.')} error={error}
        onChoose={(person) => { if (person.kind === 'extension') onChange([...lines, person.id]) }}
      />
      {lines.length === 0 && <Input.Description>{t('No line yet.')}</Input.Description>}
      {lines.map((id, index) => (
        <Group key={id} gap="xs" wrap="nowrap">
          <Input.Description>{index + 1}.</Input.Description>
          <ExtensionName id={id} />
          <ActionIcon variant="subtle" color="red" aria-label={t('Take line {{index}} away', { index: index + 1 })} onClick={() => onChange(lines.filter((each) => each !== id))}><X size={16} aria-hidden /></ActionIcon>
        </Group>
      ))}
    </Stack>
  )
}
