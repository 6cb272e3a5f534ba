import { Text, TextInput } from '@mantine/core'
import { notify } from '../../app/notify.ts'
import { useSession } from '../../app/session.tsx'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { useForm } from '../../components/use-form.ts'
import { sendTest } from './data.ts'
import { t } from '../../words/translate.ts'

/** Sends a mail now and says what the server answered. */
export function TestForm({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return <FormDrawer opened={opened} onClose={onClose} title={t('Send a test mail')}><Fields onClose={onClose} /></FormDrawer>
}

function Fields({ onClose }: { onClose: () => void }) {
  const session = useSession()
  const form = useForm({
    initial: { to: session.user.email },
    check: ({ to }): Record<string, string> => (/^\S+@\S+$/.test(to.trim()) ? {} : { to: t('Enter an e-mail address.') }),
    onSaved: onClose,
    save: async ({ to }) => {
      await sendTest(to.trim())
      notify.done(t('The server has taken a mail to {{to}}.', { to: to.trim() }))
    },
  })
  return (
    <FormBody submit={t('Send')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <Text size="sm">{t('It is sent now, and what the server answers is shown here.')}</Text>
      <TextInput label={t('To')} withAsterisk required data-autofocus inputMode="email" spellCheck={false} autoCapitalize="none" value={form.values.to} error={form.errors.to} onChange={(change) => form.set('to', change.currentTarget.value)} />
    </FormBody>
  )
}
