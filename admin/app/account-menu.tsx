import { Avatar, Menu, Text, UnstyledButton, useMantineColorScheme } from '@mantine/core'
import { LogOut, Monitor, Moon, Sun, UserRound } from 'lucide-react'
import { Link } from 'wouter'
import { LanguageItems } from './language-choice.tsx'
import { notify } from './notify.ts'
import { useSession } from './session.tsx'
import { signOut } from './auth.ts'
import { t } from '../words/translate.ts'

export const schemes = [
  { value: 'auto', label: t('System'), icon: Monitor },
  { value: 'light', label: t('Light'), icon: Sun },
  { value: 'dark', label: t('Dark'), icon: Moon },
] as const

export function initialsOf(name: string): string {
  return name.split(/\s+/).filter(Boolean).slice(0, 2).map((word) => word[0]?.toUpperCase() ?? '').join('')
}

/** Who is signed in, the colour scheme, the language, and the way out. */
export function AccountMenu() {
  const { user, tenant } = useSession()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <Menu position="bottom-end" width={240} shadow="md">
      <Menu.Target>
        <UnstyledButton aria-label={t('Account of {{name}}', { name: user.name })} style={{ borderRadius: '50%' }}>
          <Avatar radius="xl" size={34} color="petrol" variant="light" aria-hidden>{initialsOf(user.name)}</Avatar>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div style={{ padding: '8px 12px' }}>
          <Text size="sm" fw={600} truncate>{user.name}</Text>
          <Text size="xs" c="dimmed" truncate>{user.email}</Text>
          <Text size="xs" c="dimmed" truncate>{tenant.name}</Text>
        </div>
        <Menu.Divider />
        <Menu.Item component={Link} href="/account" leftSection={<UserRound size={16} aria-hidden />}>{t('My account')}</Menu.Item>
        <Menu.Label>{t('Colours')}</Menu.Label>
        <Menu.RadioGroup value={colorScheme} onChange={(chosen) => setColorScheme(schemes.find(({ value }) => value === chosen)?.value ?? 'auto')}>
          {schemes.map(({ value, label, icon: Icon }) => <Menu.RadioItem key={value} value={value} rightSection={<Icon size={16} aria-hidden />}>{label}</Menu.RadioItem>)}
        </Menu.RadioGroup>
        <LanguageItems />
        <Menu.Divider />
        <Menu.Item leftSection={<LogOut size={16} aria-hidden />} onClick={() => void signOut().catch(notify.failed)}>{t('Sign out')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
