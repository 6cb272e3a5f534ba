import { Text, TextInput } from '@mantine/core'
import { notify } from '../../app/notify.ts'
import type { Device, SipCredentials } from '../../app/types.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { useForm } from '../../components/use-form.ts'
import { addDevice, changeDevice } from './data.ts'
import { t } from '../../words/translate.ts'

interface DeviceFormProps {
  opened: boolean
  extensionId: string
  /** The device to rename; absent to add one. */
  device?: Device
  onClose: () => void
  onCredentials?: (credentials: SipCredentials) => void
}

/** Adds a device or renames one. */
export function DeviceForm(props: DeviceFormProps) {
  return (
    <FormDrawer opened={props.opened} onClose={props.onClose} title={props.device === undefined ? t('Add device') : t('Rename device')}>
      <Fields {...props} />
    </FormDrawer>
  )
}

function Fields({ extensionId, device, onClose, onCredentials }: DeviceFormProps) {
  const form = useForm({
    initial: { name: device?.name ?? '' },
    check: ({ name }): Record<string, string> => (name.trim() === '' ? { name: t('Give it a name, such as “Desk” or “Mobile”.') } : {}),
    onSaved: onClose,
    save: async ({ name }) => {
      if (device === undefined) {
        onCredentials?.((await addDevice(extensionId, name)).credentials)
      } else {
        await changeDevice(device, { name })
        notify.done(t('The device is saved.'))
      }
    },
  })
  return (
    <FormBody submit={device === undefined ? t('Add device') : t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <TextInput
        label={t('Name')}
        description={t('Which phone this is, such as “Desk” or “Mobile”.')}
        withAsterisk
        required
        data-autofocus
        autoComplete="off"
        value={form.values.name}
        error={form.errors.name}
        onChange={(change) => form.set('name', change.currentTarget.value)}
      />
      {device === undefined && <Text size="sm" c="dimmed">{t('You get its user name and password in the next step.')}</Text>}
    </FormBody>
  )
}
