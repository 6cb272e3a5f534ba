import { Checkbox, Chip, Group, Input, NumberInput, TagsInput, TextInput } from '@mantine/core'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import type { BackupSettings } from '../../app/types.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { useForm } from '../../components/use-form.ts'
import { saveSettings } from './data.ts'
import { dayNames } from '../../words/hours.ts'
import { inSense, t } from '../../words/translate.ts'

export const dayWords = (days: readonly number[]): string => (days.length === 7 ? t('Every day') : days.map((day) => dayNames[day - 1]).join(', '))

/** When backups are made, and how many stay. */
export function ScheduleForm({ opened, settings, onClose }: { opened: boolean; settings: BackupSettings | undefined; onClose: () => void }) {
  return <FormDrawer opened={opened} onClose={onClose} title={t('Schedule of backups')}>{settings && <Fields current={settings} onClose={onClose} />}</FormDrawer>
}

function Fields({ current, onClose }: { current: BackupSettings; onClose: () => void }) {
  // As it was when the form opened: what someone else changes meanwhile is a conflict, not overwritten.
  const [before] = useState(current)
  const form = useForm<{ enabled: boolean; at: string; days: string[]; keep: number | string; mailTo: string[] }>({
    initial: { enabled: before.enabled, at: before.at, days: before.days.map(String), keep: before.keep, mailTo: before.mailTo },
    check: ({ at, days, keep, mailTo }): Record<string, string> => ({
      ...(!/^([01]\d|2[0-3]):[0-5]\d$/.test(at) && { at: t('Enter a time such as 02:30.') }),
      ...(days.length === 0 && { days: t('Choose at least one day.') }),
      ...(keep === '' && { keep: t('Enter how many stay.') }),
      ...(mailTo.some((address) => !/^\S+@\S+$/.test(address)) && { mailTo: t('Enter e-mail addresses, such as you@example.com.') }),
    }),
    onSaved: onClose,
    save: async ({ enabled, at, days, keep, mailTo }) => {
      await saveSettings({ enabled, at, days: days.map(Number), keep: Number(keep), mailTo, version: before.version })
      notify.done(t('The schedule is saved.'))
    },
  })
  const { values, errors, set } = form
  return (
    <FormBody submit={t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <Checkbox label={t('Make backups by schedule')} data-autofocus checked={values.enabled} onChange={(change) => set('enabled', change.currentTarget.checked)} />
      <TextInput label={t('At')} type="time" description={t('By the clock of the machine; at night, when few call.')} withAsterisk required value={values.at} error={errors.at} onChange={(change) => set('at', change.currentTarget.value)} />
      <Input.Wrapper label={inSense('day', 'On')} error={errors.days}>
        <Chip.Group multiple value={values.days} onChange={(days) => set('days', [...days].sort())}>
          <Group gap={6} mt={4}>{dayNames.map((name, at) => <Chip key={name} value={String(at + 1)} size="xs">{name}</Chip>)}</Group>
        </Chip.Group>
      </Input.Wrapper>
      <NumberInput label={t('How many stay')} description={t('The oldest makes room for a new one.')} min={1} max={365} allowDecimal={false} value={values.keep} error={errors.keep} onChange={(value) => set('keep', value)} />
      <TagsInput label={t('Who is told when there is no new backup')} description={t('By e-mail, once Mail names a server.')} placeholder={values.mailTo.length === 0 ? 'you@example.com' : ''} value={values.mailTo} error={errors.mailTo} onChange={(to) => set('mailTo', to)} />
    </FormBody>
  )
}
