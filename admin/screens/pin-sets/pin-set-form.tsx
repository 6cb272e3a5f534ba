import { ActionIcon, Alert, Button, Group, Input, Stack, TextInput } from '@mantine/core'
import { Info, Plus, X } from 'lucide-react'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import type { PinSet } from '../../app/types.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { useForm } from '../../components/use-form.ts'
import { addPinSet, changePinSet } from './data.ts'
import { t } from '../../words/translate.ts'

export type Editing = { kind: 'new' } | { kind: 'edit'; set: PinSet } | null

/** Creates or changes a PIN set. */
export function PinSetForm({ editing, onClose }: { editing: Editing; onClose: () => void }) {
  const set = editing?.kind === 'edit' ? editing.set : undefined
  return (
    <FormDrawer opened={editing !== null} onClose={onClose} title={set === undefined ? t('New PIN set') : t('Edit PIN set {{name}}', { name: set.name })}>
      <Fields current={set} onClose={onClose} />
    </FormDrawer>
  )
}

interface PinValue {
  /** For React alone. */
  key: string
  /** Of one that is there already. */
  id: string | undefined
  label: string
  /** Empty: as it is. */
  pin: string
}

const fresh = (): PinValue => ({ key: String(Math.random()), id: undefined, label: '', pin: '' })

function Fields({ current, onClose }: { current: PinSet | undefined; onClose: () => void }) {
  // As it was when the form opened: what someone else changes meanwhile is a conflict, not overwritten.
  const [before] = useState(current)
  const form = useForm<{ name: string; pins: PinValue[] }>({
    initial: { name: before?.name ?? '', pins: before?.pins.map(({ id, label }) => ({ key: id, id, label, pin: '' })) ?? [fresh()] },
    check: ({ name, pins }): Record<string, string> => ({
      ...(name.trim() === '' && { name: t('Say what the PINs are for, such as “Abroad”.') }),
      ...(pins.some(({ label }) => label.trim() === '') ? { pins: t('Say of each PIN whose it is.') } : pins.some(({ id, pin }) => id === undefined && pin === '') && { pins: t('Enter a PIN for each that is new.') }),
    }),
    onSaved: onClose,
    save: async ({ name, pins }) => {
      const input = { name, pins: pins.map(({ id, label, pin }) => ({ ...(id !== undefined && { id }), label, ...(pin !== '' && { pin }) })) }
      await (before === undefined ? addPinSet(input) : changePinSet(before.id, { ...input, version: before.version }))
      notify.done(t('The PIN set {{name}} is saved.', { name: name.trim() }))
    },
  })
  const { values, errors, set } = form
  const replace = (key: string, change: Partial<PinValue>) => set('pins', values.pins.map((each) => (each.key === key ? { ...each, ...change } : each)))
  return (
    <FormBody submit={before === undefined ? t('Create PIN set') : t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <TextInput label={t('Name')} placeholder={t('Abroad')} withAsterisk required data-autofocus autoComplete="off" maxLength={100} value={values.name} error={errors.name} onChange={(change) => set('name', change.currentTarget.value)} />
      <Input.Wrapper label={t('PINs')} description={t('4 to 12 digits each; give everybody one of their own. Call history shows whose PIN it was, and a PIN is never shown again.')} error={errors.pins}>
        <Stack gap="xs" mt="xs">
          {values.pins.map(({ key, id, label, pin }, at) => (
            <Group key={key} gap="xs" wrap="nowrap">
              <TextInput flex={1} aria-label={t('Whose PIN {{at}} is', { at: at + 1 })} placeholder={t('Whose it is')} autoComplete="off" maxLength={100} value={label} onChange={(change) => replace(key, { label: change.currentTarget.value })} />
              <TextInput w={{ base: 120, sm: 160 }} aria-label={t('PIN {{at}}', { at: at + 1 })} placeholder={id === undefined ? 'PIN' : t('Set; type to replace')} inputMode="numeric" autoComplete="off" maxLength={12} value={pin} onChange={(change) => replace(key, { pin: change.currentTarget.value.trim() })} />
              <ActionIcon variant="subtle" color="red" aria-label={t('Take PIN {{at}} out', { at: at + 1 })} onClick={() => set('pins', values.pins.filter((each) => each.key !== key))}><X size={16} aria-hidden /></ActionIcon>
            </Group>
          ))}
          <Group><Button size="compact-sm" variant="default" leftSection={<Plus size={14} aria-hidden />} onClick={() => set('pins', [...values.pins, fresh()])}>{t('Add a PIN')}</Button></Group>
        </Stack>
      </Input.Wrapper>
      {values.pins.length === 0 && <Alert color="orange" icon={<Info size={18} aria-hidden />}>{t('Without a PIN nobody can take the routes that ask for one.')}</Alert>}
    </FormBody>
  )
}
