import { Checkbox, Group, NumberInput, TextInput } from '@mantine/core'
import { useState } from 'react'
import { trimmedOrNull } from '../../app/fields.ts'
import { notify } from '../../app/notify.ts'
import type { ParkLot } from '../../app/types.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { useForm } from '../../components/use-form.ts'
import { TargetInput } from '../dial-plan/target-input.tsx'
import { addParkLot, changeParkLot } from './data.ts'
import { t } from '../../words/translate.ts'

export type Editing = { kind: 'new' } | { kind: 'edit'; lot: ParkLot } | null

/** Creates or changes a park lot. */
export function ParkLotForm({ editing, onClose }: { editing: Editing; onClose: () => void }) {
  const lot = editing?.kind === 'edit' ? editing.lot : undefined
  return (
    <FormDrawer opened={editing !== null} onClose={onClose} title={lot === undefined ? t('New park lot') : t('Edit park lot {{number}}', { number: lot.number })}>
      <Fields current={lot} onClose={onClose} />
    </FormDrawer>
  )
}

type Values = Pick<ParkLot, 'number' | 'name' | 'firstSlot' | 'lastSlot' | 'enabled'> & { timeoutSeconds: number | string; returnTo: string }

function Fields({ current, onClose }: { current: ParkLot | undefined; onClose: () => void }) {
  // As it was when the form opened: what someone else changes meanwhile is a conflict, not overwritten.
  const [lot] = useState(current)
  const form = useForm<Values>({
    initial: { number: lot?.number ?? '', name: lot?.name ?? '', firstSlot: lot?.firstSlot ?? '', lastSlot: lot?.lastSlot ?? '', timeoutSeconds: lot?.timeoutSeconds ?? 120, returnTo: lot?.returnTo ?? '', enabled: lot?.enabled ?? true },
    check: ({ number, name, firstSlot, lastSlot }): Record<string, string> => ({
      ...(!/^[0-9]{2,15}$/.test(number) && { number: t('Use 2 to 15 digits, for example 5900.') }),
      ...(name.trim() === '' && { name: t('Name it, such as “Parking”.') }),
      ...(!/^[0-9]{2,15}$/.test(firstSlot) && { firstSlot: t('Digits, for example 5901.') }),
      ...(!/^[0-9]{2,15}$/.test(lastSlot) && { lastSlot: t('Digits, for example 5910.') }),
    }),
    onSaved: onClose,
    save: async ({ timeoutSeconds, returnTo, ...rest }) => {
      const input = { ...rest, timeoutSeconds: Number(timeoutSeconds), returnTo: trimmedOrNull(returnTo) }
      if (lot === undefined) await addParkLot(input)
      else await changeParkLot(lot.id, { ...input, version: lot.version })
      notify.done(t('Park lot {{number}} is saved.', { number: input.number }))
    },
  })
  const { values, errors, set } = form
  return (
    <FormBody submit={lot === undefined ? t('Create park lot') : t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <TextInput label={t('Number')} description={t('Transfer a call there, and it waits in the first free slot.')} inputMode="numeric" withAsterisk required data-autofocus autoComplete="off" value={values.number} error={errors.number} onChange={(change) => set('number', change.currentTarget.value.trim())} />
      <TextInput label={t('Name')} withAsterisk required autoComplete="off" value={values.name} error={errors.name} onChange={(change) => set('name', change.currentTarget.value)} />
      <Group grow align="flex-start">
        <TextInput label={t('First slot')} inputMode="numeric" withAsterisk required autoComplete="off" value={values.firstSlot} error={errors.firstSlot} onChange={(change) => set('firstSlot', change.currentTarget.value.trim())} />
        <TextInput label={t('Last slot')} inputMode="numeric" withAsterisk required autoComplete="off" value={values.lastSlot} error={errors.lastSlot} onChange={(change) => set('lastSlot', change.currentTarget.value.trim())} />
      </Group>
      <NumberInput label={t('A call waits for')} description={t('Then it returns.')} min={10} max={3600} allowDecimal={false} suffix=" s" value={values.timeoutSeconds} error={errors.timeoutSeconds} onChange={(value) => set('timeoutSeconds', value)} />
      <TargetInput label={t('And returns to')} description={t('Empty: to who parked it.')} value={values.returnTo} error={errors.returnTo} onChange={(value) => set('returnTo', value)} />
      <Checkbox label={t('Turned on')} description={t('While off, nothing can be parked or fetched here.')} checked={values.enabled} onChange={(change) => set('enabled', change.currentTarget.checked)} />
    </FormBody>
  )
}
