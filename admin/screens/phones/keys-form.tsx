import { Button, Group, Input, MultiSelect, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import type { PhoneKey, PhoneVendor, ProvisionedPhone } from '../../app/types.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { useForm } from '../../components/use-form.ts'
import { keyWords } from '../../words/phone.ts'
import { PersonInput } from '../dial-plan/person-input.tsx'
import { useExtension, useExtensions } from '../extensions/data.ts'
import { changeKeys, changePhone } from './data.ts'
import { PhonePicture } from './phone-picture.tsx'
import { t } from '../../words/translate.ts'

interface KeysFormProps {
  phone: ProvisionedPhone | null
  phones: ProvisionedPhone[]
  vendors: PhoneVendor[]
  onClose: () => void
}

/** What the keys of a phone do, and of others that get the same. */
export function KeysForm({ phone, phones, vendors, onClose }: KeysFormProps) {
  return (
    <FormDrawer opened={phone !== null} onClose={onClose} title={t('Keys of {{name}}', { name: phone?.name ?? '' })}>
      {phone !== null && <Fields current={phone} phones={phones} vendors={vendors} onClose={onClose} />}
    </FormDrawer>
  )
}

const EMPTY: PhoneKey = { type: 'empty', value: '', label: '' }

function Fields({ current, phones, vendors, onClose }: Omit<KeysFormProps, 'phone'> & { current: ProvisionedPhone }) {
  const [phone] = useState(current)
  const [selected, setSelected] = useState(0)
  const count = vendors.find(({ id }) => id === phone.vendor)?.models.find(({ id }) => id === phone.model)?.keys ?? 0
  const others = phones.filter(({ id, vendor, model }) => id !== phone.id && vendor === phone.vendor && model === phone.model)
  const form = useForm<{ keys: PhoneKey[]; others: string[] }>({
    initial: { keys: phone.keys.length > 0 ? phone.keys : phone.lines.map((_, index) => ({ type: 'line', value: String(index + 1), label: '' })), others: [] },
    onSaved: onClose,
    save: async (values) => {
      const keys = trimmed(values.keys)
      if (values.others.length === 0) await changePhone(phone.id, { keys, version: phone.version })
      else await changeKeys([phone.id, ...values.others], keys)
      notify.done(values.others.length === 0 ? t('The keys of {{name}} are saved.', { name: phone.name }) : t('{{others}} phones have these keys now.', { others: values.others.length + 1 }))
    },
  })
  const { values, errors, set } = form
  const key = values.keys[selected] ?? EMPTY
  const change = (next: Partial<PhoneKey>): void => {
    const keys = Array.from({ length: Math.max(values.keys.length, selected + 1) }, (_, index) => values.keys[index] ?? EMPTY)
    keys[selected] = { ...key, ...next }
    set('keys', keys)
  }
  return (
    <FormBody submit={t('Save keys')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <PhonePicture keys={values.keys} count={count} selected={selected} onSelect={setSelected} />
      {errors['keys'] !== undefined && <Input.Error role="alert">{errors['keys']}</Input.Error>}
      <Select
        label={t('Key {{selected}}', { selected: selected + 1 })} allowDeselect={false} value={key.type}
        data={Object.entries(keyWords).map(([value, label]) => ({ value, label }))}
        onChange={(type) => change({ type: type as PhoneKey['type'], ...(type === 'line' ? { value: '1', label: '' } : type === 'empty' ? { value: '', label: '' } : key.type === 'line' ? { value: '', label: '' } : {}) })}
      />
      {key.type === 'line' && <LineSelect lines={phone.lines} value={key.value} onChange={(value) => change({ value })} />}
      {key.type === 'lamp' && <ColleagueInput onChoose={(value, label) => change({ value, label })} />}
      {key.type !== 'line' && key.type !== 'empty' && <TextInput label={t('Number')} description={key.type === 'park' ? t('The slot, such as 5901.') : key.type === 'lamp' ? t('An extension, a slot, opening hours or a code whose lamp it shows.') : t('As one would dial it.')} autoComplete="off" value={key.value} onChange={(event) => change({ value: event.currentTarget.value })} />}
      {key.type !== 'empty' && <TextInput label={t('Label')} description={t('Beside the key. Empty: as the phone says.')} autoComplete="off" maxLength={40} value={key.label} onChange={(event) => change({ label: event.currentTarget.value })} />}
      {others.length > 0 && (
        <>
          <MultiSelect label={t('Also give these keys to')} description={t('Other phones of this model. What their keys do now is replaced.')} searchable data={others.map(({ id, name }) => ({ value: id, label: name }))} value={values.others} onChange={(chosen) => set('others', chosen)} />
          <Group><Button variant="default" size="xs" onClick={() => set('others', others.map(({ id }) => id))}>{t('All {{others}} others', { others: others.length })}</Button></Group>
        </>
      )}
    </FormBody>
  )
}

function trimmed(keys: PhoneKey[]): PhoneKey[] {
  return keys.slice(0, keys.findLastIndex(({ type }) => type !== 'empty') + 1)
}

function LineSelect({ lines, value, onChange }: { lines: string[]; value: string; onChange: (value: string) => void }) {
  const first = useExtension(lines[Number(value) - 1] ?? '')
  return (
    <Select
      label={t('Line')} allowDeselect={false} value={value} onChange={(chosen) => chosen !== null && onChange(chosen)}
      data={lines.map((_, index) => ({ value: String(index + 1), label: `${t('Line {{value}}', { value: index + 1 })}${String(index + 1) === value && first.data !== undefined ? `: ${first.data.number} ${first.data.name}` : ''}` }))}
    />
  )
}

/** Fills in number and name of a colleague. */
function ColleagueInput({ onChoose }: { onChoose: (number: string, name: string) => void }) {
  const { data } = useExtensions({ limit: 100 })
  return (
    <PersonInput
      label={t('Colleague')} description={t('Fills in number and label.')} inside taken={() => false} nothingFound={t('Nobody fits.')} error={undefined}
      onChoose={(person) => person.kind === 'extension' && onChoose(person.number, data?.data.find(({ id }) => id === person.id)?.name ?? '')}
    />
  )
}
