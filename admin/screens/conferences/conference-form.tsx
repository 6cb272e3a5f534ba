import { Checkbox, NumberInput, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import type { Conference } from '../../app/types.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { useForm } from '../../components/use-form.ts'
import { addConference, changeConference } from './data.ts'
import { PinField } from './pin-field.tsx'
import { t } from '../../words/translate.ts'

interface Values {
  number: string
  name: string
  /** Undefined: as it is; null: none. */
  pin: string | null | undefined
  moderatorPin: string | null | undefined
  waitForModerator: boolean
  endWithModerator: boolean
  maxParties: number | string
  announce: Conference['announce']
  mutedEntry: boolean
  record: boolean
  enabled: boolean
}

function valuesOf(conference: Conference | undefined): Values {
  return {
    number: conference?.number ?? '',
    name: conference?.name ?? '',
    pin: undefined,
    moderatorPin: undefined,
    waitForModerator: conference?.waitForModerator ?? false,
    endWithModerator: conference?.endWithModerator ?? false,
    maxParties: conference?.maxParties ?? 50,
    announce: conference?.announce ?? 'tones',
    mutedEntry: conference?.mutedEntry ?? false,
    record: conference?.record ?? false,
    enabled: conference?.enabled ?? true,
  }
}

function check(values: Values): Record<string, string> {
  const errors: Record<string, string> = {}
  if (!/^[0-9]{2,15}$/.test(values.number)) errors.number = t('Use 2 to 15 digits, for example 600.')
  if (values.name.trim() === '') errors.name = t('Give the room a name, for example “Monday meeting”.')
  for (const field of ['pin', 'moderatorPin'] as const) {
    const pin = values[field]
    if (typeof pin === 'string' && !/^[0-9]{4,12}$/.test(pin)) errors[field] = t('A PIN has 4 to 12 digits.')
  }
  if (typeof values.pin === 'string' && values.pin === values.moderatorPin) errors.moderatorPin = t('Moderators need a PIN of their own.')
  if (values.maxParties === '') errors.maxParties = t('Say how many may be in at once, 2 to 200.')
  return errors
}

const announcements = [
  { value: 'tones', label: t('A short tone') },
  { value: 'words', label: t('“Somebody has joined”') },
  { value: 'none', label: t('Nothing') },
]

export type Editing = { kind: 'new' } | { kind: 'edit'; conference: Conference } | null

/** Creates or changes a conference room. */
export function ConferenceForm({ editing, onClose }: { editing: Editing; onClose: () => void }) {
  const conference = editing?.kind === 'edit' ? editing.conference : undefined
  return (
    <FormDrawer opened={editing !== null} onClose={onClose} title={conference === undefined ? t('New conference room') : t('Edit conference room {{number}}', { number: conference.number })}>
      <Fields current={conference} onClose={onClose} />
    </FormDrawer>
  )
}

function Fields({ current, onClose }: { current: Conference | undefined; onClose: () => void }) {
  // As it was when the form opened: what someone else changes meanwhile is a conflict, not overwritten.
  const [conference] = useState(current)
  const form = useForm<Values>({
    initial: valuesOf(conference),
    check,
    onSaved: onClose,
    save: async ({ pin, moderatorPin, maxParties, ...rest }) => {
      const input = { ...rest, maxParties: Number(maxParties), ...(pin !== undefined && { pin }), ...(moderatorPin !== undefined && { moderatorPin }) }
      if (conference === undefined) await addConference(input)
      else await changeConference(conference.id, { ...input, version: conference.version })
      notify.done(t('Conference room {{number}} is saved.', { number: input.number }))
    },
  })
  const { values, errors, set } = form
  const moderated = values.moderatorPin === undefined ? conference?.hasModeratorPin === true : values.moderatorPin !== null && values.moderatorPin !== ''
  return (
    <FormBody submit={conference === undefined ? t('Create room') : t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <TextInput
        label={t('Number')}
        description={t('What people dial to come in, 2 to 15 digits. No extension has the same.')}
        inputMode="numeric"
        withAsterisk
        required
        data-autofocus
        autoComplete="off"
        value={values.number}
        error={errors.number}
        onChange={(change) => set('number', change.currentTarget.value.trim())}
      />
      <TextInput label={t('Name')} withAsterisk required autoComplete="off" value={values.name} error={errors.name} onChange={(change) => set('name', change.currentTarget.value)} />
      <PinField label="PIN" description={t('Everybody types it in before they come in. Without one, whoever knows the number may.')} set={conference?.hasPin === true} value={values.pin} error={errors.pin} onChange={(pin) => set('pin', pin)} />
      <PinField label={t('Moderator PIN')} description={t('Who types this one in instead is a moderator: may lock the room and mute all.')} set={conference?.hasModeratorPin === true} value={values.moderatorPin} error={errors.moderatorPin} onChange={(pin) => set('moderatorPin', pin)} />
      <Checkbox label={t('Wait for a moderator')} description={t('The others hear music until one is there.')} disabled={!moderated && !values.waitForModerator} checked={values.waitForModerator} onChange={(change) => set('waitForModerator', change.currentTarget.checked)} />
      <Checkbox label={t('End with the last moderator')} description={t('When no moderator is left, everybody is told and the calls end.')} disabled={!moderated && !values.endWithModerator} checked={values.endWithModerator} onChange={(change) => set('endWithModerator', change.currentTarget.checked)} />
      <Select
        label={t('When somebody comes or goes')}
        data={announcements}
        allowDeselect={false}
        value={values.announce}
        onChange={(value) => set('announce', announcements.some((one) => one.value === value) ? (value as Conference['announce']) : 'tones')}
      />
      <NumberInput label={t('People at once')} description={t('Who comes when it is full is told so.')} min={2} max={200} allowDecimal={false} value={values.maxParties} error={errors.maxParties} onChange={(value) => set('maxParties', value)} />
      <Checkbox label={t('Everybody comes in muted')} description={t('All but moderators; they speak after pressing star six.')} checked={values.mutedEntry} onChange={(change) => set('mutedEntry', change.currentTarget.checked)} />
      <Checkbox label={t('Record it')} description={t('Make sure the people in it know: many places require it.')} checked={values.record} onChange={(change) => set('record', change.currentTarget.checked)} />
      <Checkbox label={t('Turned on')} description={t('While off, calls to it are refused. Who is in stays in.')} checked={values.enabled} onChange={(change) => set('enabled', change.currentTarget.checked)} />
    </FormBody>
  )
}
