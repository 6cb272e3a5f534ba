import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { useCode } from '../../app/feature-codes.ts'
import { notify } from '../../app/notify.ts'
import type { SpeedDial } from '../../app/types.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { useForm } from '../../components/use-form.ts'
import { t } from '../../words/translate.ts'
import { TargetInput } from '../dial-plan/target-input.tsx'
import { addSpeedDial, changeSpeedDial } from './data.ts'

export type Editing = 'new' | SpeedDial | null

/** Makes a speed dial of the company, or changes one. */
export function SpeedDialForm({ editing, onClose }: { editing: Editing; onClose: () => void }) {
  const dial = editing === 'new' || editing === null ? undefined : editing
  return (
    <FormDrawer opened={editing !== null} onClose={onClose} title={dial === undefined ? t('Add a speed dial') : t('Edit {{name}}', { name: dial.name })}>
      <Fields current={dial} onClose={onClose} />
    </FormDrawer>
  )
}

function Fields({ current, onClose }: { current: SpeedDial | undefined; onClose: () => void }) {
  // As it was when the form opened: what someone else changes meanwhile is a conflict, not overwritten.
  const [dial] = useState(current)
  const code = useCode()('speed-dial') ?? ''
  const form = useForm<Pick<SpeedDial, 'number' | 'name' | 'target'>>({
    initial: { number: dial?.number ?? '', name: dial?.name ?? '', target: dial?.target ?? '' },
    check: ({ number, name, target }): Record<string, string> => ({
      ...(!/^[0-9]{2,4}$/.test(number.trim()) && { number: t('Enter two to four digits, such as 01.') }),
      ...(name.trim() === '' && { name: t('Say whom it reaches.') }),
      ...(target.trim() === '' && { target: t('Enter what one would dial.') }),
    }),
    onSaved: onClose,
    save: async (values) => {
      await (dial === undefined ? addSpeedDial(values) : changeSpeedDial(dial.id, { ...values, version: dial.version }))
      notify.done(t('The speed dial {{name}} is saved.', { name: values.name.trim() }))
    },
  })
  const { values, errors, set } = form
  return (
    <FormBody submit={dial === undefined ? t('Create speed dial') : t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <TextInput label={t('Short number')} description={t('Two to four digits. Phones dial {{code}} before them.', { code })} placeholder="01" leftSection={code} leftSectionWidth={44} inputMode="numeric" withAsterisk required data-autofocus autoComplete="off" maxLength={4} value={values.number} error={errors.number} onChange={(change) => set('number', change.currentTarget.value)} />
      <TextInput label={t('Name')} placeholder={t('Head office')} withAsterisk required autoComplete="off" maxLength={100} value={values.name} error={errors.name} onChange={(change) => set('name', change.currentTarget.value)} />
      <TargetInput label={t('Dials')} description={t('What one would dial, with the digit for an outside line where one is needed. Who may not dial it may not by this either.')} value={values.target} error={errors.target} onChange={(target) => set('target', target)} />
    </FormBody>
  )
}
