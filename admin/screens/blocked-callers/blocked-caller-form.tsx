import { Checkbox, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import type { BlockedCaller } from '../../app/types.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { useForm } from '../../components/use-form.ts'
import { ACTIONS, CALLER_HINT, isAction } from '../../words/blocked-caller.ts'
import { addBlockedCaller, changeBlockedCaller } from './data.ts'
import { t } from '../../words/translate.ts'

export type Editing = { kind: 'new'; number: string } | { kind: 'edit'; caller: BlockedCaller } | null

/** Blocks a caller, makes an exception, or changes either. */
export function BlockedCallerForm({ editing, onClose }: { editing: Editing; onClose: () => void }) {
  const caller = editing?.kind === 'edit' ? editing.caller : undefined
  return (
    <FormDrawer opened={editing !== null} onClose={onClose} title={caller === undefined ? t('Block a caller') : t('Edit {{number}}', { number: caller.number })}>
      <Fields current={caller} number={editing?.kind === 'new' ? editing.number : ''} onClose={onClose} />
    </FormDrawer>
  )
}

function Fields({ current, number, onClose }: { current: BlockedCaller | undefined; number: string; onClose: () => void }) {
  // As it was when the form opened: what someone else changes meanwhile is a conflict, not overwritten.
  const [caller] = useState(current)
  const form = useForm<Pick<BlockedCaller, 'number' | 'name' | 'action' | 'enabled'>>({
    initial: { number: caller?.number ?? number, name: caller?.name ?? '', action: caller?.action ?? 'decline', enabled: caller?.enabled ?? true },
    check: ({ number: digits, name }): Record<string, string> => ({
      ...(digits.trim() === '' && { number: t('Enter a number such as +12025550123, a beginning such as +1900*, or anonymous.') }),
      ...(name.trim() === '' && { name: t('Say why, such as “Calls every night”.') }),
    }),
    onSaved: onClose,
    save: async (values) => {
      await (caller === undefined ? addBlockedCaller(values) : changeBlockedCaller(caller.id, { ...values, version: caller.version }))
      notify.done(t('The rule for {{number}} is saved.', { number: values.number.trim() }))
    },
  })
  const { values, errors, set } = form
  return (
    <FormBody submit={caller === undefined ? t('Create rule') : t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <TextInput label={t('Caller')} description={CALLER_HINT} placeholder="+12025550123" withAsterisk required data-autofocus autoComplete="off" value={values.number} error={errors.number} onChange={(change) => set('number', change.currentTarget.value)} />
      <TextInput label={t('Why')} placeholder={t('Calls every night')} withAsterisk required autoComplete="off" maxLength={100} value={values.name} error={errors.name} onChange={(change) => set('name', change.currentTarget.value)} />
      <Select label={t('What happens')} description={t('The rule that says most of a number counts: an exception for one number beats a block of all that begin like it.')} data={ACTIONS} allowDeselect={false} value={values.action} onChange={(action) => { if (isAction(action)) set('action', action) }} />
      <Checkbox label={t('Turned on')} description={t('While off, the rule is as if it were not there.')} checked={values.enabled} onChange={(change) => set('enabled', change.currentTarget.checked)} />
    </FormBody>
  )
}
