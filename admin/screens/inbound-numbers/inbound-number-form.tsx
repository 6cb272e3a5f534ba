import { Checkbox, NumberInput, TextInput } from '@mantine/core'
import { useState } from 'react'
import { numberOrNull } from '../../app/fields.ts'
import { notify } from '../../app/notify.ts'
import type { InboundNumber } from '../../app/types.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { useForm } from '../../components/use-form.ts'
import { TargetInput } from '../dial-plan/target-input.tsx'
import { ByCallerInput, newRule, type Rule } from './by-caller-input.tsx'
import { addInboundNumber, changeInboundNumber } from './data.ts'
import { t } from '../../words/translate.ts'

export type Editing = { kind: 'new' } | { kind: 'edit'; number: InboundNumber } | null

/** Creates or changes an inbound number. */
export function InboundNumberForm({ editing, onClose }: { editing: Editing; onClose: () => void }) {
  const number = editing?.kind === 'edit' ? editing.number : undefined
  return (
    <FormDrawer opened={editing !== null} onClose={onClose} title={number === undefined ? t('New inbound number') : t('Edit inbound number {{number}}', { number: number.number })}>
      <Fields current={number} onClose={onClose} />
    </FormDrawer>
  )
}

function Fields({ current, onClose }: { current: InboundNumber | undefined; onClose: () => void }) {
  // As it was when the form opened: what someone else changes meanwhile is a conflict, not overwritten.
  const [number] = useState(current)
  const form = useForm<Pick<InboundNumber, 'number' | 'name' | 'destination' | 'namePrefix' | 'enabled'> & { byCaller: Rule[]; maxCalls: number | string }>({
    initial: { number: number?.number ?? '', name: number?.name ?? '', destination: number?.destination ?? '', byCaller: (number?.byCaller ?? []).map(({ caller, destination }) => newRule(caller, destination)), namePrefix: number?.namePrefix ?? '', maxCalls: number?.maxCalls ?? '', enabled: number?.enabled ?? true },
    check: ({ number: digits, name, destination, byCaller }): Record<string, string> => ({
      ...(digits.trim() === '' && { number: t('Enter the number with its country code, such as +12025550100.') }),
      ...(name.trim() === '' && { name: t('Say what the number is for, such as “Main line”.') }),
      ...(destination.trim() === '' && { destination: t('Say where calls go, such as 101.') }),
      ...(byCaller.some((rule) => rule.caller.trim() === '' || rule.destination.trim() === '') && { byCaller: t('Say for each rule who calls and where the call goes, or take it out.') }),
    }),
    onSaved: onClose,
    save: async ({ byCaller, maxCalls, ...values }) => {
      const input = { ...values, maxCalls: numberOrNull(maxCalls), byCaller: byCaller.map(({ caller, destination }) => ({ caller, destination })) }
      if (number === undefined) await addInboundNumber(input)
      else await changeInboundNumber(number.id, { ...input, version: number.version })
      notify.done(t('Inbound number {{number}} is saved.', { number: values.number.trim() }))
    },
  })
  const { values, errors, set } = form
  return (
    <FormBody submit={number === undefined ? t('Create inbound number') : t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <TextInput label={t('Number')} description={t('With its country code. However the carrier writes it, it is recognised.')} placeholder="+12025550100" inputMode="tel" withAsterisk required data-autofocus autoComplete="off" value={values.number} error={errors.number} onChange={(change) => set('number', change.currentTarget.value)} />
      <TextInput label={t('Name')} placeholder={t('Main line')} withAsterisk required autoComplete="off" value={values.name} error={errors.name} onChange={(change) => set('name', change.currentTarget.value)} />
      <TargetInput label={t('Calls go to')} description={t('An extension, a group, an attendant, opening hours, or whatever else a phone in the house could dial.')} required value={values.destination} error={errors.destination} onChange={(value) => set('destination', value)} />
      <ByCallerInput rules={values.byCaller} error={errors.byCaller} onChange={(rules) => set('byCaller', rules)} />
      <TextInput label={t("Before the caller's name")} description={t('So that the phones show which number was called.')} placeholder={t('Main')} autoComplete="off" maxLength={20} value={values.namePrefix} error={errors.namePrefix} onChange={(change) => set('namePrefix', change.currentTarget.value)} />
      <NumberInput label={t('Calls at once')} description={t('So that one number does not take all lines. Further callers hear that it is busy. Empty for no limit.')} min={1} max={10_000} allowDecimal={false} placeholder={t('No limit')} value={values.maxCalls} error={errors.maxCalls} onChange={(value) => set('maxCalls', value)} />
      <Checkbox label={t('Turned on')} description={t('While off, calls to it are refused.')} checked={values.enabled} onChange={(change) => set('enabled', change.currentTarget.checked)} />
    </FormBody>
  )
}
