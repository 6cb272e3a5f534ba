import { PasswordInput, Radio, Stack, Text } from '@mantine/core'
import { notify } from '../../app/notify.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { useForm } from '../../components/use-form.ts'
import { setKey } from './data.ts'
import { t } from '../../words/translate.ts'

/** What opens backups from now on. */
export function KeyForm({ opened, first, onClose, onMade }: { opened: boolean; first: boolean; onClose: () => void; onMade: (key: string) => void }) {
  return <FormDrawer opened={opened} onClose={onClose} title={first ? t('Key of the backups') : t('Another key for backups')}><Fields first={first} onClose={onClose} onMade={onMade} /></FormDrawer>
}

function Fields({ first, onClose, onMade }: { first: boolean; onClose: () => void; onMade: (key: string) => void }) {
  const form = useForm<{ kind: 'recovery' | 'passphrase'; passphrase: string; again: string }>({
    initial: { kind: 'recovery', passphrase: '', again: '' },
    check: ({ kind, passphrase, again }): Record<string, string> => (kind === 'recovery' ? {} : {
      ...(passphrase.length < 12 && { passphrase: t('At least 12 characters; several words are good.') }),
      ...(passphrase !== again && { again: t('This is not the same.') }),
    }),
    onSaved: onClose,
    save: async ({ kind, passphrase }) => {
      const { recoveryKey } = await setKey(kind === 'recovery' ? null : passphrase)
      if (recoveryKey !== null) onMade(recoveryKey)
      else notify.done(t('The passphrase is set.'))
    },
  })
  const { values, errors, set } = form
  return (
    <FormBody submit={values.kind === 'recovery' ? t('Make a recovery key') : t('Set the passphrase')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      {!first && <Text size="sm">{t('New backups open with the new one. Those that are there still open with the one that was set when they were made.')}</Text>}
      <Radio.Group label={t('What opens the backups')} value={values.kind} onChange={(kind) => set('kind', kind === 'passphrase' ? 'passphrase' : 'recovery')}>
        <Stack gap="xs" mt="xs">
          <Radio value="recovery" label={t('A recovery key that Dialplane makes')} description={t('Shown once, to be printed or kept in a password manager.')} />
          <Radio value="passphrase" label={t('A passphrase of your own')} />
        </Stack>
      </Radio.Group>
      {values.kind === 'passphrase' && <PasswordInput label={t('Passphrase')} autoComplete="new-password" value={values.passphrase} error={errors.passphrase} onChange={(change) => set('passphrase', change.currentTarget.value)} />}
      {values.kind === 'passphrase' && <PasswordInput label={t('Once more')} autoComplete="new-password" value={values.again} error={errors.again} onChange={(change) => set('again', change.currentTarget.value)} />}
    </FormBody>
  )
}
