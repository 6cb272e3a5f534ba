import { Button, Checkbox, Group, Input, NumberInput, Select, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { X } from 'lucide-react'
import { useState } from 'react'
import { trimmedOrNull } from '../../app/fields.ts'
import { notify } from '../../app/notify.ts'
import type { Attendant } from '../../app/types.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { LARGEST_RECORDING, RecordingInput } from '../../components/recording-input.tsx'
import { useForm } from '../../components/use-form.ts'
import { TargetInput } from '../dial-plan/target-input.tsx'
import { addAttendant, changeAttendant, greetingOf, playRecording, speakAgain } from './data.ts'
import { t } from '../../words/translate.ts'

export type Editing = { kind: 'new' } | { kind: 'edit'; attendant: Attendant } | null

/** Creates or changes an attendant. */
export function AttendantForm({ editing, onClose }: { editing: Editing; onClose: () => void }) {
  const attendant = editing?.kind === 'edit' ? editing.attendant : undefined
  return (
    <FormDrawer opened={editing !== null} onClose={onClose} title={attendant === undefined ? t('New attendant') : t('Edit attendant {{number}}', { number: attendant.number })}>
      <Fields current={attendant} onClose={onClose} />
    </FormDrawer>
  )
}

interface Values {
  number: string
  name: string
  greeting: string
  /** A recording to play instead, chosen now. */
  file: File | null
  keys: Record<string, string>
  directDial: boolean
  waitSeconds: number | string
  rounds: number | string
  /** Empty: the call ends. */
  noInput: string
  enabled: boolean
}

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0', '*', '#']

function Fields({ current, onClose }: { current: Attendant | undefined; onClose: () => void }) {
  // As it was when the form opened: what someone else changes meanwhile is a conflict, not overwritten.
  const [attendant] = useState(current)
  const [recorded, setRecorded] = useState(attendant?.recordingSeconds != null)
  const form = useForm<Values>({
    initial: {
      number: attendant?.number ?? '', name: attendant?.name ?? '', greeting: attendant?.greeting ?? '', file: null, keys: attendant?.keys ?? {}, directDial: attendant?.directDial ?? false,
      waitSeconds: attendant?.waitSeconds ?? 5, rounds: attendant?.rounds ?? 3, noInput: attendant?.noInput ?? '', enabled: attendant?.enabled ?? true,
    },
    check: ({ number, name, greeting, file, keys }): Record<string, string> => ({
      ...(!/^[0-9]{2,15}$/.test(number) && { number: t('Use 2 to 15 digits, for example 700.') }),
      ...(name.trim() === '' && { name: t('Say which door this is, such as “Main menu”.') }),
      ...(greeting.trim() === '' && { greeting: t('Write what callers shall hear.') }),
      ...(file !== null && file.size > LARGEST_RECORDING && { sound: t('The file is larger than 10 MB.') }),
      ...Object.fromEntries(Object.entries(keys).filter(([, target]) => target.trim() === '').map(([key]) => [`keys.${key}`, t('Say where this key leads, or take it out.')])),
    }),
    onSaved: onClose,
    save: async ({ file, waitSeconds, rounds, noInput, keys, ...rest }) => {
      const input = { ...rest, keys: Object.fromEntries(Object.entries(keys).map(([key, target]) => [key, target.trim()])), waitSeconds: Number(waitSeconds), rounds: Number(rounds), noInput: trimmedOrNull(noInput) }
      const saved = attendant === undefined ? await addAttendant(input) : await changeAttendant(attendant.id, { ...input, version: attendant.version })
      const { id } = saved.data.data
      if (file !== null) await playRecording(id, file)
      else if (attendant?.recordingSeconds != null && !recorded) await speakAgain(id)
      notify.done(t('Attendant {{number}} is saved.', { number: input.number }))
    },
  })
  const { values, errors, set } = form
  const left = KEYS.filter((key) => values.keys[key] === undefined)
  const setKey = (key: string, target: string | undefined) => {
    const { [key]: _, ...rest } = values.keys
    set('keys', target === undefined ? rest : { ...rest, [key]: target })
  }
  const menu = Object.keys(values.keys).length > 0 || values.directDial
  return (
    <FormBody submit={attendant === undefined ? t('Create attendant') : t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <TextInput label={t('Number')} description={t('What others dial, and where an inbound number or opening hours may lead.')} inputMode="numeric" withAsterisk required data-autofocus autoComplete="off" value={values.number} error={errors.number} onChange={(change) => set('number', change.currentTarget.value.trim())} />
      <TextInput label={t('Name')} placeholder={t('Main menu')} withAsterisk required autoComplete="off" value={values.name} error={errors.name} onChange={(change) => set('name', change.currentTarget.value)} />
      <Textarea label={t('Greeting')} description={t('English, spoken by the voice of Dialplane.')} placeholder={t('Welcome to Example. For sales, press 1. For support, press 2.')} withAsterisk required autosize minRows={3} maxLength={1000} value={values.greeting} error={errors.greeting} onChange={(change) => set('greeting', change.currentTarget.value)} />
      <RecordingInput file={values.file} recorded={recorded} error={errors.sound} onFile={(file) => set('file', file)} onTakeAway={() => setRecorded(false)} heard={attendant && greetingOf(attendant.id, attendant.version)} />
      <Stack gap="xs">
        <div>
          <Input.Label component="div">{t('Keys')}</Input.Label>
          <Input.Description>{t('What callers may press, also while the greeting is heard. Without keys this is an announcement: it is heard once, and the call goes on.')}</Input.Description>
        </div>
        {KEYS.filter((key) => values.keys[key] !== undefined).map((key) => (
          <Group key={key} gap="xs" wrap="nowrap" align="flex-end">
            <div style={{ flex: 1 }}><TargetInput label={t('Key {{key}} leads to', { key })} value={values.keys[key] ?? ''} error={errors[`keys.${key}`]} onChange={(target) => setKey(key, target)} /></div>
            <Button variant="default" px="xs" aria-label={t('Take key {{key}} out', { key })} onClick={() => setKey(key, undefined)}><X size={16} aria-hidden /></Button>
          </Group>
        ))}
        {left.length > 0 && <Select aria-label={t('Add a key')} placeholder={t('Add a key')} data={left} value={null} onChange={(key) => key !== null && setKey(key, '')} w={150} />}
      </Stack>
      <Checkbox label={t('Callers may dial an extension')} description={t('Any of the house, by its number.')} checked={values.directDial} onChange={(change) => set('directDial', change.currentTarget.checked)} />
      {menu && <NumberInput label={t('Wait for a key')} min={1} max={30} allowDecimal={false} suffix=" s" value={values.waitSeconds} error={errors.waitSeconds} onChange={(value) => set('waitSeconds', value)} />}
      {menu && <NumberInput label={t('The greeting is heard')} description={t('Up to this many times, as long as nothing is chosen.')} min={1} max={10} allowDecimal={false} suffix={` ${t('times')}`} value={values.rounds} error={errors.rounds} onChange={(value) => set('rounds', value)} />}
      <TargetInput label={menu ? t('Who chooses nothing goes to') : t('Afterwards, go on to')} description={t('Empty: the call ends.')} value={values.noInput} error={errors.noInput} onChange={(value) => set('noInput', value)} />
      <Checkbox label={t('Turned on')} description={t('While off, calls to it are refused.')} checked={values.enabled} onChange={(change) => set('enabled', change.currentTarget.checked)} />
      {attendant === undefined && <Text size="xs" c="dimmed">{t('When it is saved, lead an inbound number or opening hours to it.')}</Text>}
    </FormBody>
  )
}
