import { Checkbox, NumberInput, Select, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { trimmedOrNull } from '../../app/fields.ts'
import { notify } from '../../app/notify.ts'
import type { RingGroup } from '../../app/types.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { LARGEST_RECORDING, RecordingInput } from '../../components/recording-input.tsx'
import { useForm } from '../../components/use-form.ts'
import { strategyChoices } from '../../words/ring-group.ts'
import { MissedCallMail } from '../mail/missed-call-mail.tsx'
import { TargetInput } from '../dial-plan/target-input.tsx'
import { addRingGroup, changeRingGroup, greetingOf, playRecording, speakAgain } from './data.ts'
import { Members } from './members.tsx'
import { t } from '../../words/translate.ts'

export type Editing = { kind: 'new' } | { kind: 'edit'; group: RingGroup } | null

/** Creates or changes a ring group. */
export function RingGroupForm({ editing, onClose }: { editing: Editing; onClose: () => void }) {
  const group = editing?.kind === 'edit' ? editing.group : undefined
  return (
    <FormDrawer opened={editing !== null} onClose={onClose} title={group === undefined ? t('New ring group') : t('Edit ring group {{number}}', { number: group.number })}>
      <Fields current={group} onClose={onClose} />
    </FormDrawer>
  )
}

type Values = Pick<RingGroup, 'number' | 'name' | 'strategy' | 'members' | 'skipBusy' | 'namePrefix' | 'alertInfo' | 'missedCallMail' | 'greeting' | 'music' | 'enabled'> & {
  ringSeconds: number | string
  memberSeconds: number | string
  /** Empty: until the time is up. */
  rounds: number | string
  /** Empty: nowhere. */
  noAnswer: string
  file: File | null
}

function Fields({ current, onClose }: { current: RingGroup | undefined; onClose: () => void }) {
  // As it was when the form opened: what someone else changes meanwhile is a conflict, not overwritten.
  const [group] = useState(current)
  const [recorded, setRecorded] = useState(group?.recordingSeconds != null)
  const form = useForm<Values>({
    initial: {
      number: group?.number ?? '', name: group?.name ?? '', strategy: group?.strategy ?? 'all', members: group?.members ?? [], ringSeconds: group?.ringSeconds ?? 30,
      memberSeconds: group?.memberSeconds ?? 15, rounds: group?.rounds ?? '', skipBusy: group?.skipBusy ?? true, namePrefix: group?.namePrefix ?? '', alertInfo: group?.alertInfo ?? '',
      noAnswer: group?.noAnswer ?? '', missedCallMail: group?.missedCallMail ?? [], greeting: group?.greeting ?? '', music: group?.music ?? false, enabled: group?.enabled ?? true, file: null,
    },
    check: ({ number, name, file }): Record<string, string> => ({
      ...(!/^[0-9]{2,15}$/.test(number) && { number: t('Use 2 to 15 digits, for example 600.') }),
      ...(name.trim() === '' && { name: t('Say who is called here, such as “Sales”.') }),
      ...(file !== null && file.size > LARGEST_RECORDING && { sound: t('The file is larger than 10 MB.') }),
    }),
    onSaved: onClose,
    save: async ({ file, ringSeconds, memberSeconds, rounds, noAnswer, ...rest }) => {
      const input = { ...rest, ringSeconds: Number(ringSeconds), memberSeconds: Number(memberSeconds), rounds: rounds === '' ? null : Number(rounds), noAnswer: trimmedOrNull(noAnswer) }
      const saved = group === undefined ? await addRingGroup(input) : await changeRingGroup(group.id, { ...input, version: group.version })
      const { id } = saved.data.data
      if (file !== null) await playRecording(id, file)
      else if (group?.recordingSeconds != null && !recorded) await speakAgain(id)
      notify.done(t('Ring group {{number}} is saved.', { number: input.number }))
    },
  })
  const { values, errors, set } = form
  const { strategy } = values
  const together = strategy === 'all'
  const inRounds = strategy === 'in-order' || strategy === 'in-turn' || strategy === 'random'
  return (
    <FormBody submit={group === undefined ? t('Create ring group') : t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <TextInput label={t('Number')} description={t('What others dial, 2 to 15 digits.')} inputMode="numeric" withAsterisk required data-autofocus autoComplete="off" value={values.number} error={errors.number} onChange={(change) => set('number', change.currentTarget.value.trim())} />
      <TextInput label={t('Name')} withAsterisk required autoComplete="off" value={values.name} error={errors.name} onChange={(change) => set('name', change.currentTarget.value)} />
      <Select label={t('They ring')} data={strategyChoices} allowDeselect={false} value={values.strategy} onChange={(value) => set('strategy', (value ?? 'all') as RingGroup['strategy'])} />
      <Members members={values.members} waits={together || strategy === 'enterprise'} usualTime={together ? t('whole time') : t('for {{memberSeconds}} s', { memberSeconds: values.memberSeconds })} error={errors.members} onChange={(members) => set('members', members)} />
      {!together && <NumberInput label={t('Each rings for')} description={strategy === 'memory-hunt' ? t('Until the next one rings too. Members may have a time of their own.') : t('Members may have a time of their own.')} min={5} max={120} allowDecimal={false} suffix=" s" value={values.memberSeconds} error={errors.memberSeconds} onChange={(value) => set('memberSeconds', value)} />}
      {inRounds && <NumberInput label={t('Rounds')} description={t('How often all of them are rung. Empty: until the time is up.')} min={1} max={20} allowDecimal={false} value={values.rounds} error={errors.rounds} onChange={(value) => set('rounds', value)} />}
      {strategy !== 'enterprise' && <NumberInput label={t('Rings for in all')} min={5} max={600} allowDecimal={false} suffix=" s" value={values.ringSeconds} error={errors.ringSeconds} onChange={(value) => set('ringSeconds', value)} />}
      <Textarea label={t('Greeting')} description={t('English, spoken to the caller before phones ring; empty for none. The call is not answered by it, so it costs the caller nothing.')} placeholder={t('Welcome to Example. We are finding somebody for you.')} autosize minRows={2} maxLength={1000} value={values.greeting} error={errors.greeting} onChange={(change) => set('greeting', change.currentTarget.value)} />
      <RecordingInput file={values.file} recorded={recorded} error={errors.sound} onFile={(file) => set('file', file)} onTakeAway={() => setRecorded(false)} heard={group && (group.greeting !== '' || group.recordingSeconds !== null) ? greetingOf(group.id, group.version) : undefined} />
      <Checkbox label={t('Music while phones ring')} description={t('The caller hears music on hold instead of ringing.')} checked={values.music} onChange={(change) => set('music', change.currentTarget.checked)} />
      <TargetInput label={t('When nobody answers, go on to')} description={t('Empty: the call ends.')} value={values.noAnswer} error={errors.noAnswer} onChange={(value) => set('noAnswer', value)} />
      <MissedCallMail value={values.missedCallMail} error={errors.missedCallMail} onChange={(value) => set('missedCallMail', value)} />
      <Checkbox label={t('Leave out who is in a call')} checked={values.skipBusy} onChange={(change) => set('skipBusy', change.currentTarget.checked)} />
      <TextInput label={t("Before the caller's name")} description={t('So that the phones show which group is called.')} placeholder={t('Sales')} autoComplete="off" maxLength={20} value={values.namePrefix} error={errors.namePrefix} onChange={(change) => set('namePrefix', change.currentTarget.value)} />
      <TextInput label={t('Ringing sound')} description={t("The Alert-Info header as the phones' manual has it; empty for the usual sound.")} placeholder="<http://127.0.0.1/>;info=group" autoComplete="off" maxLength={100} value={values.alertInfo} error={errors.alertInfo} onChange={(change) => set('alertInfo', change.currentTarget.value)} />
      <Checkbox label={t('Turned on')} description={t('While off, calls to it are refused.')} checked={values.enabled} onChange={(change) => set('enabled', change.currentTarget.checked)} />
    </FormBody>
  )
}
