import { ActionIcon, AppShell, Burger, Button, Group, Kbd, ScrollArea } from '@mantine/core'
import { useDisclosure, useHotkeys } from '@mantine/hooks'
import { Search } from 'lucide-react'
import { useEffect, type ReactNode } from 'react'
import { Link, useLocation } from 'wouter'
import { ConnectionBanner } from '../live/banner.tsx'
import { PhoneButton, PhoneHost } from '../softphone/host.tsx'
import { IncomingCalls } from '../screens/incoming/incoming-calls.tsx'
import { AccountMenu } from './account-menu.tsx'
import { Logo } from './logo.tsx'
import { MainMenu } from './menu.tsx'
import { QuickOpen } from './quick-open.tsx'
import { t } from '../words/translate.ts'

/** Header, navigation and the place where screens appear. */
export function Shell({ children }: { children: ReactNode }) {
  const [menuOpen, menu] = useDisclosure(false)
  const [quickOpen, quick] = useDisclosure(false)
  const [location] = useLocation()
  useHotkeys([['mod+K', quick.open]], [])
  useEffect(() => {
    menu.close()
    window.scrollTo(0, 0)
    // Only a new place does this, not a new menu object.
  }, [location])

  return (
    <AppShell header={{ height: 56 }} navbar={{ width: 232, breakpoint: 'md', collapsed: { mobile: !menuOpen } }} padding={{ base: 'sm', sm: 'lg' }}>
      <a href="#content" className="skip-link">{t('Skip to the content')}</a>
      <AppShell.Header>
        <Group h="100%" px={{ base: 'sm', sm: 'md' }} justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap">
            <Burger opened={menuOpen} onClick={menu.toggle} hiddenFrom="md" size="sm" aria-label={menuOpen ? t('Close the menu') : t('Open the menu')} aria-expanded={menuOpen} />
            <Link href="/" aria-label={t('Dialplane, overview')} style={{ color: 'inherit', textDecoration: 'none' }}><Logo /></Link>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <Button visibleFrom="sm" variant="default" size="xs" c="dimmed" fw={400} leftSection={<Search size={14} aria-hidden />} rightSection={<Kbd size="xs">{t('Ctrl K')}</Kbd>} onClick={quick.open}>
              {t('Go to…')}
            </Button>
            <ActionIcon hiddenFrom="sm" size="lg" aria-label={t('Go to…')} onClick={quick.open}><Search size={18} aria-hidden /></ActionIcon>
            <PhoneButton />
            <AccountMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" aria-label={t('Main navigation')} component="nav">
        <ScrollArea flex={1} type="auto">
          <MainMenu shown={menuOpen} />
        </ScrollArea>
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} style={{ outline: 'none' }}>
        <ConnectionBanner />
        <div style={{ maxWidth: 1280, marginInline: 'auto' }}>{children}</div>
      </AppShell.Main>
      <PhoneHost />
      <IncomingCalls />
      <QuickOpen opened={quickOpen} onClose={quick.close} />
    </AppShell>
  )
}
