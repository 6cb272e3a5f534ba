import { Checkbox, Stack, Switch, TextInput } from '@mantine/core'
import { notify } from '../../app/notify.ts'
import { useCan, useSession } from '../../app/session.tsx'
import type { Role, User } from '../../app/types.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { NewPasswordField, PASSWORD_MIN } from '../../components/password-field.tsx'
import { useForm } from '../../components/use-form.ts'
import { ExtensionSelect } from '../extensions/extension-select.tsx'
import { addUser, changeUser } from './data.ts'
import { roleName } from '../../words/roles.ts'
import { plural, t } from '../../words/translate.ts'

interface UserFormProps {
  editing: 'new' | User | null
  roles: Role[]
  onClose: () => void
}

/** Creates or changes a user. */
export function UserForm({ editing, roles, onClose }: UserFormProps) {
  const user = editing !== null && editing !== 'new' ? editing : undefined
  return (
    <FormDrawer opened={editing !== null} onClose={onClose} title={user === undefined ? t('New user') : t('Edit {{name}}', { name: user.name })}>
      <Fields user={user} roles={roles} onClose={onClose} />
    </FormDrawer>
  )
}

function Fields({ user, roles, onClose }: { user: User | undefined; roles: Role[]; onClose: () => void }) {
  const { user: self } = useSession()
  const mayChoose = useCan()('extensions.read')
  const form = useForm({
    initial: { name: user?.name ?? '', email: user?.email ?? '', password: '', roles: user?.roles ?? ['user'], extensionId: user?.extensionId ?? '', active: user?.status !== 'disabled', newPassword: user === undefined },
    check: (values) => {
      const errors: Record<string, string> = {}
      if (values.name.trim() === '') errors.name = t('Enter a name.')
      if (!/^\S+@\S+$/.test(values.email.trim())) errors.email = t('Enter an e-mail address; it is what the person signs in with.')
      if (values.newPassword && values.password.length < PASSWORD_MIN) errors.password = t('Use at least {{PASSWORD_MIN}} characters.', { PASSWORD_MIN })
      if (values.roles.length === 0) errors.roles = t('Choose at least one role.')
      return errors
    },
    onSaved: onClose,
    save: async ({ name, email, password, roles: chosen, active, newPassword, extensionId }) => {
      const input = { name: name.trim(), email: email.trim(), roles: chosen, ...(mayChoose && { extensionId: extensionId === '' ? null : extensionId }) }
      if (user === undefined) await addUser({ ...input, password })
      else await changeUser(user.id, { ...input, status: active ? 'active' : 'disabled', ...(newPassword && { password }) })
      notify.done(user === undefined ? t('{{name}} can sign in now.', { name: input.name }) : t('{{name}} is saved.', { name: input.name }))
    },
  })
  const { values, errors, set } = form
  return (
    <FormBody submit={user === undefined ? t('Create user') : t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <TextInput label={t('Name')} withAsterisk required data-autofocus autoComplete="off" value={values.name} error={errors.name} onChange={(change) => set('name', change.currentTarget.value)} />
      <TextInput label={t('E-mail')} description={t('The person signs in with it. Nothing is sent to it.')} type="email" withAsterisk required autoComplete="off" value={values.email} error={errors.email} onChange={(change) => set('email', change.currentTarget.value)} />
      <Checkbox.Group label={t('Roles')} withAsterisk value={values.roles} error={errors.roles} onChange={(chosen) => set('roles', chosen)}>
        <Stack gap="xs" mt={6}>
          {roles.map((role) => <Checkbox key={role.key} value={role.key} label={roleName(role)} description={plural(role.permissions.length, '{{count}} permissions', '{{count}} permissions')} />)}
        </Stack>
      </Checkbox.Group>
      {mayChoose && <ExtensionSelect label={t('Own extension')} description={t("Its phone opens in the person's browser; the person, and its tokens for calling, begin, see and end calls of it.")} optional value={values.extensionId} error={errors.extensionId} onChange={(id) => set('extensionId', id)} />}
      {user !== undefined && user.id !== self.id && (
        <>
          <Switch label={t('May sign in')} description={t('Turning this off signs the person out everywhere.')} checked={values.active} onChange={(change) => set('active', change.currentTarget.checked)} />
          <Switch label={t('Set a new password')} description={t('The person is signed out everywhere and uses the new one from then on.')} checked={values.newPassword} onChange={(change) => set('newPassword', change.currentTarget.checked)} />
        </>
      )}
      {values.newPassword && <NewPasswordField label={t('Password')} value={values.password} error={errors.password} person={values} onChange={(value) => set('password', value)} />}
    </FormBody>
  )
}
