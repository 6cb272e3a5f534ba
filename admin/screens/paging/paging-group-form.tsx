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

export type Editing = { kind: 'new' } | { kind: 'edit'; group: PagingGroup } | null

/** Creates or changes a paging group. */
export function PagingGroupForm({ editing, onClose }: { editing: Editing; onClose: () => void }) {
  const group = editing?.kind === 'edit' ? editing.group : undefined
  return (
    <FormDrawer opened={editing !== null} onClose={onClose} title={group === undefined ? 'New paging group' : `Edit paging group ${group.number}`}>
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
      ...(!/^[0-9]{2,15}$/.test(number) && { number: 'Use 2 to 15 digits, for example 700.' }),
      ...(name.trim() === '' && { name: 'Say who is paged here, such as “Warehouse”.' }),
    }),
    onSaved: onClose,
    save: async ({ callers, answerSeconds, ...rest }) => {
      const input = { ...rest, answerSeconds: Number(answerSeconds), callers: callers.split(/[\s,;]+/).filter((caller) => caller !== '') }
      if (group === undefined) await addPagingGroup(input)
      else await changePagingGroup(group.id, { ...input, version: group.version })
      notify.done(`Paging group ${input.number} is saved.`)
    },
  })
  const { values, errors, set } = form
  return (
    <FormBody submit={group === undefined ? 'Create paging group' : 'Save'} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <TextInput label="Number" description="What others dial, 2 to 15 digits." inputMode="numeric" withAsterisk required data-autofocus autoComplete="off" value={values.number} error={errors.number} onChange={(change) => set('number', change.currentTarget.value.trim())} />
      <TextInput label="Name" description="The phones show it before the caller’s name." withAsterisk required autoComplete="off" value={values.name} error={errors.name} onChange={(change) => set('name', change.currentTarget.value)} />
      <Members members={values.members} error={errors.members} onChange={(members) => set('members', members)} />
      <Checkbox label="They can answer" description="Everybody hears everybody. Off: they only listen." checked={values.twoWay} onChange={(change) => set('twoWay', change.currentTarget.checked)} />
      <Checkbox label="Leave out who is in a call" checked={values.skipBusy} onChange={(change) => set('skipBusy', change.currentTarget.checked)} />
      <TextInput label="Extensions that may page" description="Numbers or patterns, such as 201, 3XX. Empty: all." autoComplete="off" value={values.callers} error={errors.callers} onChange={(change) => set('callers', change.currentTarget.value)} />
      <Checkbox label="Callers from outside may page, too" description="When an inbound number, an attendant or a transfer leads them here." checked={values.fromOutside} onChange={(change) => set('fromOutside', change.currentTarget.checked)} />
      <NumberInput label="Phones answer within" description="One that does not answer by itself is let go then." min={3} max={30} allowDecimal={false} suffix=" s" value={values.answerSeconds} error={errors.answerSeconds} onChange={(value) => set('answerSeconds', value)} />
      <Checkbox label="Turned on" description="While off, calls to it are refused." checked={values.enabled} onChange={(change) => set('enabled', change.currentTarget.checked)} />
    </FormBody>
  )
}

function Members({ members, error, onChange }: { members: string[]; error: string | undefined; onChange: (members: string[]) => void }) {
  return (
    <Stack gap="xs">
      <PersonInput
        label="Members"
        description="Extensions whose phones answer by themselves, unless they turned that off or do not want to be disturbed."
        inside
        taken={(person) => person.kind === 'extension' && members.includes(person.id)}
        nothingFound="Nobody fits, or all who do are in the group already."
        error={error}
        onChoose={(person) => { if (person.kind === 'extension') onChange([...members, person.id]) }}
      />
      {members.length === 0 && <Input.Description>Nobody yet: a call to the group reaches no one.</Input.Description>}
      {members.map((id) => (
        <Group key={id} gap="xs" wrap="nowrap">
          <ExtensionName id={id} />
          <ActionIcon variant="subtle" color="red" aria-label="Take out" onClick={() => onChange(members.filter((each) => each !== id))}><X size={16} aria-hidden /></ActionIcon>
        </Group>
      ))}
    </Stack>
  )
}
