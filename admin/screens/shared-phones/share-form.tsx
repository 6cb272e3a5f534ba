import { NumberInput, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { trimmedOrNull } from '../../app/fields.ts'
import { notify } from '../../app/notify.ts'
import type { SharedPhone } from '../../app/types.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { useForm } from '../../components/use-form.ts'
import { useExtension } from '../extensions/data.ts'
import { ExtensionSelect } from '../extensions/extension-select.tsx'
import { sharePhone } from './data.ts'
import { t } from '../../words/translate.ts'

export type Editing = { kind: 'new' } | { kind: 'edit'; phone: SharedPhone } | null

/** Has people take turns at a phone, or says how. */
export function ShareForm({ editing, onClose }: { editing: Editing; onClose: () => void }) {
  const phone = editing?.kind === 'edit' ? editing.phone : undefined
  return (
    <FormDrawer opened={editing !== null} onClose={onClose} title={phone === undefined ? t('Share a phone') : t('Edit shared phone {{name}}', { name: phone.name })}>
      <Fields current={phone} onClose={onClose} />
    </FormDrawer>
  )
}

interface Values {
  extensionId: string
  deviceId: string
  calls: SharedPhone['calls']
  hours: number | string
  at: string
}

function Fields({ current, onClose }: { current: SharedPhone | undefined; onClose: () => void }) {
  // As it was when the form opened.
  const [phone] = useState(current)
  const form = useForm<Values>({
    initial: { extensionId: phone?.home.id ?? '', deviceId: phone?.id ?? '', calls: phone?.calls ?? 'help', hours: phone?.hours ?? '', at: phone?.at ?? '' },
    check: ({ extensionId, deviceId, at }): Record<string, string> => ({
      ...(extensionId === '' && { extensionId: t('Choose the extension that the phone has while nobody sits there.') }),
      ...(extensionId !== '' && deviceId === '' && { deviceId: t('Choose the phone.') }),
      ...(at.trim() !== '' && !/^([01][0-9]|2[0-3]):[0-5][0-9]$/.test(at.trim()) && { at: t('A time of day, such as 18:30.') }),
    }),
    onSaved: onClose,
    save: async ({ deviceId, calls, hours, at }) => {
      await sharePhone(deviceId, { calls, hours: hours === '' ? null : Number(hours), at: trimmedOrNull(at) })
      notify.done(t('People take turns at this phone now.'))
    },
  })
  const { values, errors, set } = form
  const devices = useExtension(values.extensionId).data?.devices ?? []
  return (
    <FormBody submit={phone === undefined ? t('Share the phone') : t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      {phone === undefined && (
        <>
          <ExtensionSelect label={t('Extension of the seat')} description={t('What the phone is while nobody sits there. Give each seat one of its own.')} value={values.extensionId} error={errors.extensionId} onChange={(id) => { set('extensionId', id); set('deviceId', '') }} />
          <Select label={t('Phone')} withAsterisk disabled={devices.length === 0} data={devices.map(({ id, name, sipUsername }) => ({ value: id, label: `${name} (${sipUsername})` }))} value={values.deviceId === '' ? null : values.deviceId} error={errors.deviceId} onChange={(id) => set('deviceId', id ?? '')} />
        </>
      )}
      <Select label={t('While nobody sits there, it may call')} data={[{ value: 'help', label: t('Help only') }, { value: 'internal', label: t('Help, and numbers inside') }]} allowDeselect={false} value={values.calls} onChange={(calls) => set('calls', calls === 'internal' ? 'internal' : 'help')} />
      <NumberInput label={t('Log out after')} description={t('Empty: not by that.')} min={1} max={168} allowDecimal={false} suffix=" h" value={values.hours} error={errors.hours} onChange={(value) => set('hours', value)} />
      <TextInput label={t('Log out at')} description={t('By the clock of the company, such as 18:30. Empty: not by that.')} autoComplete="off" value={values.at} error={errors.at} onChange={(change) => set('at', change.currentTarget.value)} />
    </FormBody>
  )
}
