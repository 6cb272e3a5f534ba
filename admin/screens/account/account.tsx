import { Button, Group, PasswordInput, SegmentedControl, SimpleGrid, Stack, Text, Title, useMantineColorScheme } from '@mantine/core'
import { LogOut } from 'lucide-react'
import { schemes } from '../../app/account-menu.tsx'
import { changeOwnPassword, signOut } from '../../app/auth.ts'
import { LanguageControl } from '../../app/language-choice.tsx'
import { notify } from '../../app/notify.ts'
import { useSession } from '../../app/session.tsx'
import { Fact } from '../../components/fact.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Panel } from '../../components/panel.ts'
import { NewPasswordField, PASSWORD_MIN } from '../../components/password-field.tsx'
import { Problem } from '../../components/states.tsx'
import { useForm } from '../../components/use-form.ts'
import { OwnCallers } from '../blocked-callers/own-callers.tsx'
import { MyDials } from '../speed-dials/own-dials.tsx'
import { DialTokens } from './dial-tokens.tsx'
import { SessionList } from '../users/session-list.tsx'
import { PasskeysPanel } from './passkeys.tsx'
import { SecondFactorPanel } from './second-factor.tsx'
import { language } from '../../words/language.ts'
import { sentences, t } from '../../words/translate.ts'

/** One's own account: who, password, colours, language. */
export default function Account() {
  const { user, tenant } = useSession()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <Stack gap="md" maw={720}>
      <PageHeader title={t('My account')} actions={<Button variant="default" leftSection={<LogOut size={16} aria-hidden />} onClick={() => void signOut().catch(notify.failed)}>{t('Sign out')}</Button>} />
      <Panel>
        <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="md">
          <Fact label={t('Name')}>{user.name}</Fact>
          <Fact label={t('E-mail')}>{user.email}</Fact>
          <Fact label={t('Organisation')}>{tenant.name}</Fact>
        </SimpleGrid>
      </Panel>
      <Panel component="section" aria-labelledby="colours">
        <Title order={2} id="colours">{t('Colours')}</Title>
        <Text size="sm" c="dimmed" mb="sm">{t('Kept in this browser.')}</Text>
        <SegmentedControl
          aria-labelledby="colours"
          value={colorScheme}
          onChange={(value) => setColorScheme(schemes.find((scheme) => scheme.value === value)?.value ?? 'auto')}
          data={schemes.map(({ value, label, icon: Icon }) => ({ value, label: <Group gap={6} wrap="nowrap" justify="center"><Icon size={16} aria-hidden />{label}</Group> }))}
        />
      </Panel>
      <Panel component="section" aria-labelledby="language">
        <Title order={2} id="language">{t('Language')}</Title>
        <Text size="sm" c="dimmed" mb="sm">{sentences(t('Kept in this browser.'), language !== 'en' && t('What the system itself reports, such as the cause of an error, is in English.'))}</Text>
        <LanguageControl />
      </Panel>
      {user.hasPassword && <PasswordChange />}
      <OwnCallers />
      <MyDials />
      <DialTokens />
      <PasskeysPanel />
      <SecondFactorPanel />
      <Panel component="section" aria-labelledby="sessions">
        <Title order={2} id="sessions">{t('Where you are signed in')}</Title>
        <Text size="sm" c="dimmed" mb="sm">{t('Sign out what you do not know, and change your password then.')}</Text>
        <SessionList />
      </Panel>
    </Stack>
  )
}

const fresh = { current: '', next: '' }

function PasswordChange() {
  const { user } = useSession()
  const form = useForm({
    initial: fresh,
    check: ({ current, next }) => {
      const errors: Record<string, string> = {}
      if (current === '') errors.current = t('Enter your current password.')
      if (next.length < PASSWORD_MIN) errors.next = t('Use at least {{PASSWORD_MIN}} characters.', { PASSWORD_MIN })
      else if (next === current) errors.next = t('Choose one that differs from the current password.')
      return errors
    },
    save: ({ current, next }) => changeOwnPassword(current, next),
    onSaved: () => {
      form.reset(fresh)
      notify.done(t('Your password is changed. Other places where you were signed in are signed out.'))
    },
  })
  return (
    <Panel component="section" aria-labelledby="password">
      <Title order={2} id="password">{t('Password')}</Title>
      <Text size="sm" c="dimmed" mb="sm">{t('Changing it signs you out everywhere else.')}</Text>
      <form
        noValidate
        onSubmit={(submitted) => {
          submitted.preventDefault()
          form.submit()
        }}
      >
        <Stack gap="md" maw={400}>
          <input type="text" autoComplete="username" value={user.email} readOnly hidden />
          <PasswordInput label={t('Current password')} withAsterisk required autoComplete="current-password" value={form.values.current} error={form.errors.current} onChange={(change) => form.set('current', change.currentTarget.value)} />
          <NewPasswordField label={t('New password')} value={form.values.next} error={form.errors.next} person={user} onChange={(value) => form.set('next', value)} />
          <Problem error={form.problem} />
          <Group><Button type="submit" loading={form.busy}>{t('Change password')}</Button></Group>
        </Stack>
      </form>
    </Panel>
  )
}
