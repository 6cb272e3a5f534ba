import { ActionIcon, Button, Fieldset, Group, Stack, TagsInput, Text, TextInput } from '@mantine/core'
import { Plus, X } from 'lucide-react'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import type { Contact } from '../../client/index.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { useForm } from '../../components/use-form.ts'
import { addContact, changeContact } from './data.ts'
import { t } from '../../words/translate.ts'

export type Editing = { kind: 'new'; number: string; name?: string } | { kind: 'edit'; contact: Contact } | null

/** Adds a contact, or changes one. */
export function ContactForm({ editing, onClose }: { editing: Editing; onClose: () => void }) {
  return (
    <FormDrawer opened={editing !== null} onClose={onClose} title={editing?.kind === 'edit' ? t('Edit {{name}}', { name: editing.contact.name }) : t('New contact')}>
      {editing !== null && <Fields editing={editing} onClose={onClose} />}
    </FormDrawer>
  )
}

function Fields({ editing, onClose }: { editing: NonNullable<Editing>; onClose: () => void }) {
  // As it was when the form opened: what someone else changes meanwhile is a conflict, not overwritten.
  const [contact] = useState(editing.kind === 'edit' ? editing.contact : undefined)
  const given = editing.kind === 'new' ? editing : { number: '', name: '' }
  const form = useForm({
    initial: {
      name: contact?.name ?? given.name ?? '', company: contact?.company ?? '', email: contact?.email ?? '', tags: contact?.tags ?? [], externalId: contact?.externalId ?? '', externalUrl: contact?.externalUrl ?? '',
      numbers: contact?.numbers.map(({ label, number }) => ({ label, number })) ?? [{ label: '', number: given.number }],
    },
    check: ({ name, numbers }): Record<string, string> => ({
      ...(name.trim() === '' && { name: t('Enter a name.') }),
      ...(numbers.some(({ number }) => number.trim() !== '' && !/\p{Nd}/u.test(number)) && { numbers: t('A number must have digits.') }),
    }),
    onSaved: onClose,
    save: async ({ externalId, externalUrl, numbers, ...rest }) => {
      const body = { ...rest, externalId: externalId.trim() || null, externalUrl: externalUrl.trim() || null, numbers: numbers.filter(({ number }) => number.trim() !== '') }
      await (contact === undefined ? addContact(body) : changeContact(contact.id, { ...body, version: contact.version }))
      notify.done(t('{{name}} is saved.', { name: rest.name.trim() }))
    },
  })
  const { values, errors, set } = form
  const setNumber = (at: number, change: Partial<{ label: string; number: string }>) => set('numbers', values.numbers.map((one, place) => (place === at ? { ...one, ...change } : one)))
  return (
    <FormBody submit={contact === undefined ? t('Create contact') : t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <TextInput label={t('Name')} withAsterisk required data-autofocus autoComplete="off" maxLength={100} value={values.name} error={errors.name} onChange={(change) => set('name', change.currentTarget.value)} />
      <TextInput label={t('Company')} autoComplete="off" maxLength={100} value={values.company} error={errors.company} onChange={(change) => set('company', change.currentTarget.value)} />
      <Fieldset legend={t('Numbers')}>
        <Stack gap="xs">
          {values.numbers.map(({ label, number }, at) => (
            <Group key={at} gap="xs" wrap="nowrap" align="flex-end">
              <TextInput label={t('Number')} aria-label={t('Number {{at}}', { at: at + 1 })} type="tel" placeholder="+1 (202) 555-0123" autoComplete="off" flex={2} miw={0} value={number} onChange={(change) => setNumber(at, { number: change.currentTarget.value })} />
              <TextInput label={t('Kind')} aria-label={t('Kind of number {{at}}', { at: at + 1 })} placeholder={t('Mobile')} autoComplete="off" flex={1} miw={0} maxLength={40} value={label} onChange={(change) => setNumber(at, { label: change.currentTarget.value })} />
              <ActionIcon variant="subtle" size="lg" aria-label={t('Remove number {{at}}', { at: at + 1 })} onClick={() => set('numbers', values.numbers.filter((_, place) => place !== at))}><X size={16} aria-hidden /></ActionIcon>
            </Group>
          ))}
          {errors.numbers !== undefined && <Text size="sm" c="red" role="alert">{errors.numbers}</Text>}
          {values.numbers.length < 10 && <Group><Button variant="default" size="xs" leftSection={<Plus size={14} aria-hidden />} onClick={() => set('numbers', [...values.numbers, { label: '', number: '' }])}>{t('Add a number')}</Button></Group>}
          <Text size="xs" c="dimmed">{t('However they are written: callers are matched by the number itself.')}</Text>
        </Stack>
      </Fieldset>
      <TextInput label={t('E-mail')} type="email" autoComplete="off" value={values.email} error={errors.email} onChange={(change) => set('email', change.currentTarget.value)} />
      <TagsInput label={t('Tags')} placeholder={values.tags.length === 0 ? 'VIP' : ''} maxTags={20} value={values.tags} error={errors.tags} onChange={(tags) => set('tags', tags)} />
      <TextInput label={t('Id in the CRM')} description={t('No two contacts have the same. The import knows a contact by it.')} autoComplete="off" maxLength={200} value={values.externalId} error={errors.externalId} onChange={(change) => set('externalId', change.currentTarget.value)} />
      <TextInput label={t('Address of the record')} description={t('Opened from the list of contacts. When empty, the one from the settings is.')} placeholder="https://crm.example.com/contacts/17" type="url" autoComplete="off" value={values.externalUrl} error={errors.externalUrl} onChange={(change) => set('externalUrl', change.currentTarget.value)} />
    </FormBody>
  )
}
