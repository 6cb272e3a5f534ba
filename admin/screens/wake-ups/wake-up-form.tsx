import { Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import type { WakeUp } from '../../app/types.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { useForm } from '../../components/use-form.ts'
import { t } from '../../words/translate.ts'
import { REPEAT_CHOICES } from '../../words/wake-up.ts'
import { ExtensionSelect } from '../extensions/extension-select.tsx'
import { addWakeUp, changeWakeUp } from './data.ts'

export type Editing = 'new' | WakeUp | null

/** Sets a wake-up call, or changes one. */
export function WakeUpForm({ editing, onClose }: { editing: Editing; onClose: () => void }) {
  const wakeUp = editing === 'new' || editing === null ? undefined : editing
  return (
    <FormDrawer opened={editing !== null} onClose={onClose} title={wakeUp === undefined ? t('Set a wake-up call') : t('Change the wake-up call at {{time}}', { time: wakeUp.time })}>
      <Fields current={wakeUp} onClose={onClose} />
    </FormDrawer>
  )
}

type Values = Pick<WakeUp, 'extensionId' | 'time' | 'repeats' | 'on'>

function Fields({ current, onClose }: { current: WakeUp | undefined; onClose: () => void }) {
  // As it was when the form opened: what someone else changes meanwhile is a conflict, not overwritten.
  const [wakeUp] = useState(current)
  const form = useForm<Values>({
    initial: { extensionId: wakeUp?.extensionId ?? '', time: wakeUp?.time ?? '', repeats: wakeUp?.repeats ?? 'once', on: wakeUp?.on ?? '' },
    check: ({ extensionId, time }): Record<string, string> => ({
      ...(extensionId === '' && { extensionId: t('Choose whom to wake.') }),
      ...(!/^\d{2}:\d{2}$/.test(time) && { time: t('Enter the time.') }),
    }),
    onSaved: onClose,
    save: async ({ on, ...values }) => {
      const input = { ...values, on: on === '' ? null : on }
      await (wakeUp === undefined ? addWakeUp(input) : changeWakeUp(wakeUp.id, { ...input, version: wakeUp.version }))
      notify.done(t('The wake-up call at {{time}} is set.', { time: values.time }))
    },
  })
  const { values, errors, set } = form
  return (
    <FormBody submit={wakeUp === undefined ? t('Set wake-up call') : t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <ExtensionSelect label={t('Extension')} description={t('All of its phones ring, whatever it does with other calls.')} value={values.extensionId} error={errors.extensionId} onChange={(id) => set('extensionId', id)} />
      <TextInput label={t('Wake at')} type="time" description={t('By the clock of the company.')} withAsterisk required value={values.time} error={errors.time} onChange={(change) => set('time', change.currentTarget.value)} />
      <Select label={t('How often')} data={REPEAT_CHOICES} allowDeselect={false} value={values.repeats} onChange={(value) => set('repeats', (value ?? 'once') as WakeUp['repeats'])} />
      <TextInput label={values.repeats === 'once' ? t('Day') : t('First day')} type="date" description={t('Empty: the next on which that time is still to come.')} value={values.on} error={errors.on} onChange={(change) => set('on', change.currentTarget.value)} />
    </FormBody>
  )
}
