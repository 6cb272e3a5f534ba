import { Checkbox, NumberInput, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import type { Application } from '../../app/types.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { useForm } from '../../components/use-form.ts'
import { TargetInput } from '../dial-plan/target-input.tsx'
import { addApplication, changeApplication, renewSecret } from './data.ts'
import { t } from '../../words/translate.ts'

export type Editing = { kind: 'new' } | { kind: 'edit'; application: Application } | null

/** A new secret, to be shown now. */
export interface MadeSecret {
  name: string
  secret: string
}

interface ApplicationFormProps {
  editing: Editing
  onClose: () => void
  onMade?: (made: MadeSecret) => void
}

/** Creates or changes a number whose calls a program decides. */
export function ApplicationForm({ editing, onClose, onMade }: ApplicationFormProps) {
  const application = editing?.kind === 'edit' ? editing.application : undefined
  return (
    <FormDrawer opened={editing !== null} onClose={onClose} title={application === undefined ? t('New application') : t('Edit application {{number}}', { number: application.number })}>
      <Fields current={application} onClose={onClose} onMade={onMade} />
    </FormDrawer>
  )
}

type Values = Pick<Application, 'number' | 'name' | 'url' | 'fallback' | 'outsideCalls' | 'enabled'> & { answerMs: number | string }

const OUTSIDE: { value: Application['outsideCalls']; label: string }[] = [
  { value: 'none', label: t('Nowhere outside') },
  { value: 'national', label: t('Within the country') },
  { value: 'international', label: t('Everywhere') },
]

function Fields({ current, onClose, onMade }: { current: Application | undefined; onClose: () => void; onMade: ApplicationFormProps['onMade'] }) {
  // As it was when the form opened: what someone else changes meanwhile is a conflict, not overwritten.
  const [application] = useState(current)
  const form = useForm<Values>({
    initial: {
      number: application?.number ?? '', name: application?.name ?? '', url: application?.url ?? '', fallback: application?.fallback ?? '',
      outsideCalls: application?.outsideCalls ?? 'none', enabled: application?.enabled ?? true, answerMs: application?.answerMs ?? 3000,
    },
    check: ({ number, name, url, fallback }): Record<string, string> => ({
      ...(!/^[0-9]{2,15}$/.test(number) && { number: t('Use 2 to 15 digits, for example 750.') }),
      ...(name.trim() === '' && { name: t('Say what decides here, such as “CRM”.') }),
      ...(!/^https?:\/\/./.test(url) && { url: t('Enter an address that begins with https:// or http://.') }),
      ...(fallback.trim() === '' && { fallback: t('Say where calls go when the program fails: nobody is left in silence.') }),
    }),
    onSaved: onClose,
    save: async ({ answerMs, ...rest }) => {
      const input = { ...rest, answerMs: Number(answerMs) }
      if (application === undefined) {
        const { id, name } = await addApplication(input)
        onMade?.({ name, secret: await renewSecret(id) })
      } else await changeApplication(application.id, { ...input, version: application.version })
      notify.done(t('Application {{number}} is saved.', { number: input.number }))
    },
  })
  const { values, errors, set } = form
  return (
    <FormBody submit={application === undefined ? t('Create application') : t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <TextInput label={t('Number')} description={t('What is dialled; inbound numbers, opening hours and attendants can lead here.')} inputMode="numeric" withAsterisk required data-autofocus autoComplete="off" value={values.number} error={errors.number} onChange={(change) => set('number', change.currentTarget.value.trim())} />
      <TextInput label={t('Name')} withAsterisk required autoComplete="off" value={values.name} error={errors.name} onChange={(change) => set('name', change.currentTarget.value)} />
      <TextInput label={t('Address of the program')} description={t('It is sent each call by POST and answers with what to do: say, gather, dial and so on. The API documentation has the words.')} type="url" placeholder="https://crm.example/calls" withAsterisk required autoComplete="off" value={values.url} error={errors.url} onChange={(change) => set('url', change.currentTarget.value.trim())} />
      <NumberInput label={t('It answers within')} description={t('Callers wait so long. After that they go where the next field says.')} min={500} max={10_000} step={500} allowDecimal={false} suffix=" ms" value={values.answerMs} error={errors.answerMs} onChange={(value) => set('answerMs', value)} />
      <TargetInput label={t('When it fails, calls go to')} description={t('No answer in time, an error, or nonsense.')} required value={values.fallback} error={errors.fallback} onChange={(value) => set('fallback', value)} />
      <Select label={t('It may have calls put through')} description={t('What callers type must not become calls that cost money.')} data={OUTSIDE} allowDeselect={false} value={values.outsideCalls} error={errors.outsideCalls} onChange={(value) => set('outsideCalls', (value ?? 'none') as Application['outsideCalls'])} />
      <Checkbox label={t('Turned on')} description={t('While off, calls to it are refused.')} checked={values.enabled} onChange={(change) => set('enabled', change.currentTarget.checked)} />
    </FormBody>
  )
}
