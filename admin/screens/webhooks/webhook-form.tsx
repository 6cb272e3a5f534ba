import { Checkbox, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import type { NewWebhook, Webhook, WebhookEventName } from '../../app/types.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { useForm } from '../../components/use-form.ts'
import { eventGroups } from '../../words/webhook.ts'
import { addWebhook, changeWebhook } from './data.ts'
import { t } from '../../words/translate.ts'

export type Editing = { kind: 'new' } | { kind: 'edit'; webhook: Webhook } | null

interface WebhookFormProps {
  editing: Editing
  onClose: () => void
  /** Its secret is to be shown now. */
  onMade: (made: NewWebhook) => void
}

/** Creates or changes a webhook. */
export function WebhookForm({ editing, onClose, onMade }: WebhookFormProps) {
  const webhook = editing?.kind === 'edit' ? editing.webhook : undefined
  return (
    <FormDrawer opened={editing !== null} onClose={onClose} title={webhook === undefined ? t('New webhook') : t('Edit webhook {{name}}', { name: webhook.name })}>
      <Fields current={webhook} onClose={onClose} onMade={onMade} />
    </FormDrawer>
  )
}

function Fields({ current, onClose, onMade }: Omit<WebhookFormProps, 'editing'> & { current: Webhook | undefined }) {
  // As it was when the form opened: what someone else changes meanwhile is a conflict, not overwritten.
  const [webhook] = useState(current)
  const form = useForm({
    initial: { name: webhook?.name ?? '', url: webhook?.url ?? '', events: (webhook?.events ?? ['call.ended']) as WebhookEventName[], enabled: webhook?.enabled ?? true },
    check: ({ name, url, events }): Record<string, string> => ({
      ...(name.trim() === '' && { name: t('Name the program that is told.') }),
      ...(!/^https?:\/\/\S+$/i.test(url.trim()) && { url: t('Enter an address that begins with https://.') }),
      ...(events.length === 0 && { events: t('Choose at least one event.') }),
    }),
    onSaved: onClose,
    save: async ({ name, url, ...rest }) => {
      const input = { ...rest, name: name.trim(), url: url.trim() }
      if (webhook === undefined) return onMade(await addWebhook(input))
      await changeWebhook(webhook.id, { ...input, version: webhook.version })
      notify.done(t('Webhook {{name}} is saved.', { name: input.name }))
    },
  })
  const { values, errors, set } = form
  return (
    <FormBody submit={webhook === undefined ? t('Create webhook') : t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <TextInput label={t('Name')} placeholder="CRM" withAsterisk required data-autofocus autoComplete="off" value={values.name} error={errors.name} onChange={(change) => set('name', change.currentTarget.value)} />
      <TextInput label={t('Address')} description={t('Events are posted there as JSON. Addresses in private networks are reached only if the operator opens them.')} placeholder="https://crm.example.com/hooks/phone" type="url" withAsterisk required spellCheck={false} autoCapitalize="none" autoComplete="off" value={values.url} error={errors.url} onChange={(change) => set('url', change.currentTarget.value)} />
      <Checkbox.Group label={t('Told of')} withAsterisk value={values.events} error={errors.events} onChange={(chosen) => set('events', chosen as WebhookEventName[])}>
        <Stack gap="md" mt={8}>
          {eventGroups.map(({ group, events }) => (
            <Stack gap={8} key={group}>
              <Text size="xs" fw={600} c="dimmed">{group}</Text>
              {Object.entries(events).map(([event, words]) => <Checkbox key={event} value={event} label={words} description={event} />)}
            </Stack>
          ))}
        </Stack>
      </Checkbox.Group>
      <Checkbox label={t('Turned on')} description={t('While off, nothing is written down for it.')} checked={values.enabled} onChange={(change) => set('enabled', change.currentTarget.checked)} />
    </FormBody>
  )
}
