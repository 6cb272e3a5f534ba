import { ActionIcon, Checkbox, Group, Input, NumberInput, Stack, TextInput } from '@mantine/core'
import { X } from 'lucide-react'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import type { PagingGroup } from '../../app/types.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { useForm } from '../../components/use-form.ts'
import { PersonInput } from '../dial-plan/person-input.tsx'
import { ExtensionName } from '../extensions/extension-name.tsx'
import { addPagingGroup, changePagingGroup } from './data.ts'
import { t } from '../../words/translate.ts'

export type Editing = { kind: 'new' } | { kind: 'edit'; group: PagingGroup } | null

/** Creates or changes a paging group. */
export function PagingGroupForm({ editing, onClose }: { editing: Editing; onClose: () => void }) {
  const group = editing?.kind === 'edit' ? editing.group : undefined
  return (
    <FormDrawer opened={editing !== null} onClose={onClose} title={group === undefined ? t('New paging group') : t('Edit paging group {{number}}', { number: group.number })}>
      <Fields current={group} onClose={onClose} />
    </FormDrawer>
  )
}

type Values = Pick<PagingGroup, 'number' | 'name' | 'members' | 'twoWay' | 'skipBusy' | 'fromOutside' | 'enabled'> & { callers: string; answerSeconds: number | string }

function Fields({ current, onClose }: { current: PagingGroup | undefined; onClose: () => void }) {
  // As it was when the form opened: what someone else changes meanwhile is a conflict, not overwritten.
  const [group] = useState(current)
  const form = useForm<Values>({
    initial: {
      number: group?.number ?? '', name: group?.name ?? '', members: group?.members ?? [], twoWay: group?.twoWay ?? false, skipBusy: group?.skipBusy ?? true, fromOutside: group?.fromOutside ?? false,
      enabled: group?.enabled ?? true, callers: group?.callers.join(', ') ?? '', answerSeconds: group?.answerSeconds ?? 8,
    },
    check: ({ number, name }): Record<string, string> => ({
      ...(!/^[0-9]{2,15}$/.test(number) && { number: t('Use 2 to 15 digits, for example 700.') }),
      ...(name.trim() === '' && { name: t('Say who is paged here, such as “Warehouse”.') }),
    }),
    onSaved: onClose,
    save: async ({ callers, answerSeconds, ...rest }) => {
      const input = { ...rest, answerSeconds: Number(answerSeconds), callers: callers.split(/[\s,;]+/).filter((caller) => caller !== '') }
      if (group === undefined) await addPagingGroup(input)
      else await changePagingGroup(group.id, { ...input, version: group.version })
      notify.done(t('Paging group {{number}} is saved.', { number: input.number }))
    },
  })
  const { values, errors, set } = form
  return (
    <FormBody submit={group === undefined ? t('Create paging group') : t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <TextInput label={t('Number')} description={t('What others dial, 2 to 15 digits.')} inputMode="numeric" withAsterisk required data-autofocus autoComplete="off" value={values.number} error={errors.number} onChange={(change) => set('number', change.currentTarget.value.trim())} />
      <TextInput label={t('Name')} description={t('The phones show it before the caller’s name.')} withAsterisk required autoComplete="off" value={values.name} error={errors.name} onChange={(change) => set('name', change.currentTarget.value)} />
      <Members members={values.members} error={errors.members} onChange={(members) => set('members', members)} />
      <Checkbox label={t('They can answer')} description={t('Everybody hears everybody. Off: they only listen.')} checked={values.twoWay} onChange={(change) => set('twoWay', change.currentTarget.checked)} />
      <Checkbox label={t('Leave out who is in a call')} checked={values.skipBusy} onChange={(change) => set('skipBusy', change.currentTarget.checked)} />
      <TextInput label={t('Extensions that may page')} description={t('Numbers or patterns, such as 201, 3XX. Empty: all.')} autoComplete="off" value={values.callers} error={errors.callers} onChange={(change) => set('callers', change.currentTarget.value)} />
      <Checkbox label={t('Callers from outside may page, too')} description={t('When an inbound number, an attendant or a transfer leads them here.')} checked={values.fromOutside} onChange={(change) => set('fromOutside', change.currentTarget.checked)} />
      <NumberInput label={t('Phones answer within')} description={t('One that does not answer by itself is let go then.')} min={3} max={30} allowDecimal={false} suffix=" s" value={values.answerSeconds} error={errors.answerSeconds} onChange={(value) => set('answerSeconds', value)} />
      <Checkbox label={t('Turned on')} description={t('While off, calls to it are refused.')} checked={values.enabled} onChange={(change) => set('enabled', change.currentTarget.checked)} />
    </FormBody>
  )
}

function Members({ members, error, onChange }: { members: string[]; error: string | undefined; onChange: (members: string[]) => void }) {
  return (
    <Stack gap="xs">
      <PersonInput
        label={t('Members')}
        description={t('Extensions whose phones answer by themselves, unless they turned that off or do not want to be disturbed.')}
        inside
        taken={(person) => person.kind === 'extension' && members.includes(person.id)}
        nothingFound={t('Nobody fits, or all who do are in the group already.')}
        error={error}
        onChoose={(person) => { if (person.kind === 'extension') onChange([...members, person.id]) }}
      />
      {members.length === 0 && <Input.Description>{t('Nobody yet: a call to the group reaches no one.')}</Input.Description>}
      {members.map((id) => (
        <Group key={id} gap="xs" wrap="nowrap">
          <ExtensionName id={id} />
          <ActionIcon variant="subtle" color="red" aria-label={t('Take out')} onClick={() => onChange(members.filter((each) => each !== id))}><X size={16} aria-hidden /></ActionIcon>
        </Group>
      ))}
    </Stack>
  )
}
