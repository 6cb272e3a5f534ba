import { ActionIcon, Checkbox, Group, PasswordInput, Select, Stack, TextInput } from '@mantine/core'
import { X } from 'lucide-react'
import { useState } from 'react'
import { trimmedOrNull } from '../../app/fields.ts'
import { notify } from '../../app/notify.ts'
import type { CrmConnection } from '../../client/index.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { useForm } from '../../components/use-form.ts'
import { PersonInput } from '../dial-plan/person-input.tsx'
import { crmNames } from '../../words/crm.ts'
import { t } from '../../words/translate.ts'
import { ExtensionName } from '../extensions/extension-name.tsx'
import { addConnection, changeConnection } from './data.ts'

export type Editing = { kind: 'new' } | { kind: 'edit'; connection: CrmConnection } | null

type Kind = CrmConnection['kind']
type Directions = 'both' | 'inbound' | 'outbound'
const HUBSPOT = 'https://api.hubapi.com'

/** Connects a CRM, or changes how. */
export function ConnectionForm({ editing, onClose }: { editing: Editing; onClose: () => void }) {
  const connection = editing?.kind === 'edit' ? editing.connection : undefined
  return (
    <FormDrawer opened={editing !== null} onClose={onClose} title={connection === undefined ? t('Connect a CRM') : t('Edit connection {{name}}', { name: connection.name })}>
      <Fields current={connection} onClose={onClose} />
    </FormDrawer>
  )
}

function initialOf(connection: CrmConnection | undefined) {
  const { directions = ['inbound', 'outbound'] } = connection ?? {}
  return {
    name: connection?.name ?? '', kind: connection?.kind ?? ('hubspot' as Kind), address: connection?.address ?? HUBSPOT, email: connection?.email ?? '', token: '',
    directions: (directions.length === 2 ? 'both' : directions[0]) as Directions, extensionIds: connection?.extensionIds ?? [],
    creates: connection?.unknownCallers === 'create', callLinks: connection?.callLinks ?? false, enabled: connection?.enabled ?? true,
  }
}

function Fields({ current, onClose }: { current: CrmConnection | undefined; onClose: () => void }) {
  // As it was when the form opened: what someone else changes meanwhile is a conflict, not overwritten.
  const [connection] = useState(current)
  const form = useForm({
    initial: initialOf(connection),
    check: ({ name, address, token }): Record<string, string> => ({
      ...(name.trim() === '' && { name: t('Name the connection.') }),
      ...(!/^https?:\/\/\S+$/i.test(address.trim()) && { address: t('Enter an address that begins with https://.') }),
      ...(connection === undefined && token.trim() === '' && { token: t('Without a token nothing can be logged.') }),
    }),
    onSaved: onClose,
    save: async ({ name, kind, address, email, token, directions, extensionIds, creates, callLinks, enabled }) => {
      const input = {
        name: name.trim(), address: address.trim(), email: kind === 'zendesk' ? trimmedOrNull(email) : null, directions: directions === 'both' ? ['inbound' as const, 'outbound' as const] : [directions],
        extensionIds: extensionIds.length === 0 ? null : extensionIds, unknownCallers: creates ? ('create' as const) : ('leave' as const), callLinks, enabled,
      }
      if (connection === undefined) await addConnection({ ...input, kind, token: token.trim() })
      else await changeConnection(connection.id, { ...input, ...(token.trim() !== '' && { token: token.trim() }), version: connection.version })
      notify.done(t('Connection {{name}} is saved.', { name: input.name }))
    },
  })
  const { values, errors, set } = form
  const zendesk = values.kind === 'zendesk'
  const choose = (kind: Kind) => {
    set('kind', kind)
    set('address', kind === 'hubspot' ? HUBSPOT : '')
  }
  return (
    <FormBody submit={connection === undefined ? t('Connect') : t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      {connection === undefined && <Select label={t('CRM')} allowDeselect={false} data={Object.entries(crmNames).map(([value, label]) => ({ value, label }))} value={values.kind} onChange={(value) => choose((value ?? 'hubspot') as Kind)} />}
      <TextInput label={t('Name')} placeholder={t('Sales')} withAsterisk required data-autofocus autoComplete="off" maxLength={100} value={values.name} error={errors.name} onChange={(change) => set('name', change.currentTarget.value)} />
      <TextInput label={t('Address')} description={zendesk ? t('Of your Zendesk.') : t('Of the API; it is the same for everybody.')} placeholder={zendesk ? 'https://company.zendesk.com' : HUBSPOT} type="url" withAsterisk required spellCheck={false} autoCapitalize="none" autoComplete="off" value={values.address} error={errors.address} onChange={(change) => set('address', change.currentTarget.value)} />
      {zendesk && <TextInput label={t('E-mail address of the agent')} description={t('Whose API token it is. Empty: the token is an OAuth token.')} type="email" autoComplete="off" value={values.email} error={errors.email} onChange={(change) => set('email', change.currentTarget.value)} />}
      <PasswordInput label={t('Token')} description={connection === undefined ? tokenWords(zendesk) : t('Kept; leave it empty to keep it.')} withAsterisk={connection === undefined} autoComplete="off" value={values.token} error={errors.token} onChange={(change) => set('token', change.currentTarget.value)} />
      <Select label={t('Calls')} description={t('Those inside the house are never logged.')} allowDeselect={false} data={[{ value: 'both', label: t('Incoming and outgoing') }, { value: 'inbound', label: t('Incoming') }, { value: 'outbound', label: t('Outgoing') }]} value={values.directions} error={errors.directions} onChange={(value) => set('directions', (value ?? 'both') as Directions)} />
      <Extensions chosen={values.extensionIds} error={errors.extensionIds} onChange={(chosen) => set('extensionIds', chosen)} />
      <Checkbox label={t('Make a contact of a caller whom nobody knows')} description={t('Otherwise the call is left out, and the list of calls says so.')} checked={values.creates} onChange={(change) => set('creates', change.currentTarget.checked)} />
      <Checkbox label={t('Name the page of the call')} description={t('There its recording is heard, by those who may: whoever follows the link signs in here.')} checked={values.callLinks} onChange={(change) => set('callLinks', change.currentTarget.checked)} />
      <Checkbox label={t('Turned on')} description={t('While off, nothing is written down for it.')} checked={values.enabled} onChange={(change) => set('enabled', change.currentTarget.checked)} />
    </FormBody>
  )
}

const tokenWords = (zendesk: boolean): string =>
  zendesk ? t('In its Admin Center, under Apps and integrations. Kept sealed, and never shown again.') : t('Of a service key or a private app with the scopes crm.objects.contacts.read and crm.objects.contacts.write. Kept sealed, and never shown again.')

function Extensions({ chosen, error, onChange }: { chosen: string[]; error: string | undefined; onChange: (chosen: string[]) => void }) {
  return (
    <Stack gap="xs">
      <PersonInput
        label={t('Extensions')} description={t('Calls in which one of them takes part; none: all calls.')} inside error={error} nothingFound={t('Nobody fits, or all who do are there already.')}
        taken={(person) => person.kind === 'extension' && chosen.includes(person.id)}
        onChoose={(person) => { if (person.kind === 'extension') onChange([...chosen, person.id]) }}
      />
      {chosen.map((id) => (
        <Group key={id} gap="xs" wrap="nowrap">
          <ExtensionName id={id} />
          <ActionIcon variant="subtle" color="red" aria-label={t('Take out')} onClick={() => onChange(chosen.filter((each) => each !== id))}><X size={16} aria-hidden /></ActionIcon>
        </Group>
      ))}
    </Stack>
  )
}
