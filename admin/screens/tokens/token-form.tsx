import { Checkbox, Select, Stack, Text, TextInput } from '@mantine/core'
import { useSession } from '../../app/session.tsx'
import type { NewApiToken, PermissionName } from '../../app/types.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { useForm } from '../../components/use-form.ts'
import { now } from '../../live/clock.ts'
import { permissionGroups } from '../../words/permissions.ts'
import { addToken } from './data.ts'
import { t } from '../../words/translate.ts'

const DAY = 86_400_000

const lifetimes = [
  { value: '30', label: t('30 days') },
  { value: '90', label: t('90 days') },
  { value: '365', label: t('One year') },
  { value: 'never', label: t('Until it is revoked') },
]

interface TokenFormProps {
  opened: boolean
  onClose: () => void
  onMade: (made: NewApiToken) => void
}

export function TokenForm({ opened, onClose, onMade }: TokenFormProps) {
  return (
    <FormDrawer opened={opened} onClose={onClose} title={t('New API token')}>
      <Fields onClose={onClose} onMade={onMade} />
    </FormDrawer>
  )
}

/** Only permissions the person has can be given to a token. */
function Fields({ onClose, onMade }: Omit<TokenFormProps, 'opened'>) {
  const { permissions: own } = useSession()
  const form = useForm({
    initial: { name: '', permissions: [] as PermissionName[], expiresAt: '90' },
    check: ({ name, permissions }) => {
      const errors: Record<string, string> = {}
      if (name.trim() === '') errors.name = t('Name the program that will use it.')
      if (permissions.length === 0) errors.permissions = t('Choose at least one permission.')
      return errors
    },
    onSaved: onClose,
    save: async ({ name, permissions, expiresAt }) => {
      onMade(await addToken({ name: name.trim(), permissions, expiresAt: expiresAt === 'never' ? null : new Date(now() + Number(expiresAt) * DAY).toISOString() }))
    },
  })
  const { values, errors, set } = form
  return (
    <FormBody submit={t('Create token')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <TextInput label={t('Name')} description={t('The program that will use it.')} withAsterisk required data-autofocus autoComplete="off" value={values.name} error={errors.name} onChange={(change) => set('name', change.currentTarget.value)} />
      <Select label={t('Valid for')} allowDeselect={false} data={lifetimes} value={values.expiresAt} error={errors.expiresAt} onChange={(value) => set('expiresAt', value ?? '90')} />
      <Checkbox.Group label={t('May')} description={t('Give it only what it needs.')} withAsterisk value={values.permissions} error={errors.permissions} onChange={(chosen) => set('permissions', own.filter((permission) => chosen.includes(permission)))}>
        <Stack gap="md" mt={8}>
          {permissionGroups.map(({ group, permissions }) => {
            const offered = Object.entries(permissions).filter(([key]) => own.some((permission) => permission === key))
            if (offered.length === 0) return null
            return (
              <Stack gap={8} key={group}>
                <Text size="xs" fw={600} c="dimmed">{group}</Text>
                {offered.map(([key, words]) => <Checkbox key={key} value={key} label={words} />)}
              </Stack>
            )
          })}
        </Stack>
      </Checkbox.Group>
    </FormBody>
  )
}
