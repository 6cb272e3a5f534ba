import { ActionIcon, Button, Checkbox, Group, Input, PasswordInput, Select, Stack, TagsInput, TextInput, Tooltip } from '@mantine/core'
import { Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import { createSignInProvider, updateSignInProvider, type SignInProvider } from '../../client/index.ts'
import { CopyField } from '../../components/copy.tsx'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { useForm } from '../../components/use-form.ts'
import { providersChanged, useRoles } from './data.ts'
import { roleName } from '../../words/roles.ts'
import { t } from '../../words/translate.ts'

export type EditingProvider = { kind: 'new' } | { kind: 'edit'; provider: SignInProvider } | null

/** Adds or changes a provider of sign-in. */
export function ProviderForm({ editing, onClose }: { editing: EditingProvider; onClose: () => void }) {
  const provider = editing?.kind === 'edit' ? editing.provider : undefined
  return (
    <FormDrawer opened={editing !== null} onClose={onClose} title={provider === undefined ? t('New provider') : t('Edit {{name}}', { name: provider.name })}>
      <Fields current={provider} onClose={onClose} />
    </FormDrawer>
  )
}

const returnAddress = `${window.location.origin}/admin/sign-in/provider`

function initialOf(provider: SignInProvider | undefined) {
  return {
    name: provider?.name ?? '', issuer: provider?.issuer ?? '', clientId: provider?.clientId ?? '', clientSecret: '',
    scopes: provider?.scopes.filter((scope) => scope !== 'openid') ?? ['email', 'profile'], domains: provider?.domains ?? [], trustsEmail: provider?.trustsEmail ?? false,
    groupsClaim: provider?.groupsClaim ?? '', groupRoles: provider?.groupRoles ?? [], createsUsers: provider?.createsUsers ?? false, defaultRole: provider?.defaultRole ?? null as string | null,
    acceptsMfa: provider?.acceptsMfa ?? false, enabled: provider?.enabled ?? true,
  }
}

function Fields({ current, onClose }: { current: SignInProvider | undefined; onClose: () => void }) {
  // As it was when the form opened: what someone else changes meanwhile is a conflict, not overwritten.
  const [provider] = useState(current)
  const roles = useRoles()
  const choices = roles.data?.map((role) => ({ value: role.key, label: roleName(role) })) ?? []
  const form = useForm({
    initial: initialOf(provider),
    check: ({ name, issuer, clientId, createsUsers, defaultRole, groupRoles }): Record<string, string> => ({
      ...(name.trim() === '' && { name: t('Name it as people know it.') }),
      ...(!/^https?:\/\/\S+$/i.test(issuer.trim()) && { issuer: t('Enter an address that begins with https://.') }),
      ...(clientId.trim() === '' && { clientId: t('The provider gives one to each application.') }),
      ...(createsUsers && defaultRole === null && groupRoles.length === 0 && { defaultRole: t('Choose the role of those who are added.') }),
    }),
    onSaved: onClose,
    save: async ({ clientSecret, groupsClaim, groupRoles, ...rest }) => {
      const input = {
        ...rest, name: rest.name.trim(), issuer: rest.issuer.trim(), clientId: rest.clientId.trim(), groupsClaim: groupsClaim.trim() === '' ? null : groupsClaim.trim(),
        groupRoles: groupRoles.map(({ group, role }) => ({ group: group.trim(), role })).filter(({ group }) => group !== ''), ...(clientSecret !== '' && { clientSecret }),
      }
      await providersChanged(provider === undefined ? createSignInProvider({ body: input, throwOnError: true }) : updateSignInProvider({ path: { id: provider.id }, body: { ...input, version: provider.version }, throwOnError: true }))
      notify.done(t('{{name}} is saved.', { name: input.name }))
    },
  })
  const { values, errors, set } = form
  return (
    <FormBody submit={provider === undefined ? t('Add provider') : t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <CopyField label={t('Redirect URI, to be entered at the provider')} value={provider?.redirectUri ?? returnAddress} />
      <TextInput label={t('Name')} description={t('On the button of the sign-in page.')} placeholder={t('Company account')} withAsterisk required data-autofocus autoComplete="off" maxLength={40} value={values.name} error={errors.name} onChange={(change) => set('name', change.currentTarget.value)} />
      <TextInput label={t('Issuer')} description={t('As the provider writes it in its openid-configuration.')} placeholder="https://login.example.com/realms/main" type="url" withAsterisk required spellCheck={false} autoComplete="off" value={values.issuer} error={errors.issuer} onChange={(change) => set('issuer', change.currentTarget.value)} />
      <TextInput label={t('Client ID')} withAsterisk required spellCheck={false} autoComplete="off" value={values.clientId} error={errors.clientId} onChange={(change) => set('clientId', change.currentTarget.value)} />
      <PasswordInput label={t('Client secret')} description={provider?.hasSecret === true ? t('Kept; leave it empty to keep it.') : t('Kept sealed. Empty: a public client, with PKCE alone.')} autoComplete="off" value={values.clientSecret} error={errors.clientSecret} onChange={(change) => set('clientSecret', change.currentTarget.value)} />
      <TagsInput label={t('Scopes')} description={t('Besides openid.')} value={values.scopes} error={errors.scopes} onChange={(value) => set('scopes', value)} />
      <TagsInput label={t('E-mail domains')} description={t('Whose addresses are let in; none: all.')} placeholder="example.com" value={values.domains} error={errors.domains} onChange={(value) => set('domains', value)} />
      <Checkbox label={t('Believe addresses of these domains')} description={t('For providers that do not say whether an address is verified, such as Microsoft Entra. Only for domains of your own.')} checked={values.trustsEmail} error={errors.trustsEmail} onChange={(change) => set('trustsEmail', change.currentTarget.checked)} />
      <Checkbox label={t('Add people at their first sign-in')} description={t('Otherwise only who is a user here already comes in, by a verified address.')} checked={values.createsUsers} onChange={(change) => set('createsUsers', change.currentTarget.checked)} />
      <Select label={t('Role without a group')} description={t('Of those who are added, and of those whom no group gives a role.')} clearable placeholder={t('None')} data={choices} value={values.defaultRole} error={errors.defaultRole} onChange={(value) => set('defaultRole', value)} />
      <TextInput label={t('Groups claim')} description={t('Where the provider names the groups of a person; empty: groups give no roles.')} placeholder="groups" spellCheck={false} autoComplete="off" value={values.groupsClaim} error={errors.groupsClaim} onChange={(change) => set('groupsClaim', change.currentTarget.value)} />
      {values.groupsClaim.trim() !== '' && <GroupRoles value={values.groupRoles} choices={choices} onChange={(value) => set('groupRoles', value)} />}
      <Checkbox label={t('Its second factor counts here')} description={t('When the provider says that it has seen one (amr: mfa), none is asked for here.')} checked={values.acceptsMfa} onChange={(change) => set('acceptsMfa', change.currentTarget.checked)} />
      <Checkbox label={t('Turned on')} checked={values.enabled} onChange={(change) => set('enabled', change.currentTarget.checked)} />
    </FormBody>
  )
}

type GroupRole = { group: string; role: string }

function GroupRoles({ value, choices, onChange }: { value: GroupRole[]; choices: { value: string; label: string }[]; onChange: (value: GroupRole[]) => void }) {
  const put = (at: number, change: Partial<GroupRole>): void => onChange(value.map((item, index) => (index === at ? { ...item, ...change } : item)))
  return (
    <Input.Wrapper label={t('Roles by group')} description={t('Set anew at each sign-in. The last administrator stays one.')} labelElement="div">
      <Stack gap="xs" mt={6}>
        {value.map(({ group, role }, at) => (
          <Group key={at} gap="xs" wrap="nowrap">
            <TextInput style={{ flex: 1 }} aria-label={t('Group {{at}}', { at: at + 1 })} placeholder={t('Group')} value={group} onChange={(change) => put(at, { group: change.currentTarget.value })} />
            <Select style={{ flex: 1 }} aria-label={t('Role of group {{at}}', { at: at + 1 })} allowDeselect={false} data={choices} value={role} onChange={(next) => next !== null && put(at, { role: next })} />
            <Tooltip label={t('Remove')}><ActionIcon aria-label={t('Remove group {{at}}', { at: at + 1 })} onClick={() => onChange(value.filter((_item, index) => index !== at))}><Trash2 size={16} aria-hidden /></ActionIcon></Tooltip>
          </Group>
        ))}
        <Group><Button size="xs" variant="default" leftSection={<Plus size={14} aria-hidden />} onClick={() => onChange([...value, { group: '', role: choices.at(-1)?.value ?? 'user' }])}>{t('Add a group')}</Button></Group>
      </Stack>
    </Input.Wrapper>
  )
}
