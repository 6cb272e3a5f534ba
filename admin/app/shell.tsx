import { ActionIcon, AppShell, Badge, Burger, Button, Group, Kbd, NavLink, ScrollArea, Text } from '@mantine/core'
import { useDisclosure, useHotkeys } from '@mantine/hooks'
import { Search } from 'lucide-react'
import { useEffect, type ReactNode } from 'react'
import { Link, useLocation } from 'wouter'
import { ConnectionBanner } from '../live/banner.tsx'
import { useLive } from '../live/store.ts'
import { PhoneButton, PhoneHost } from '../softphone/host.tsx'
import { AccountMenu } from './account-menu.tsx'
import { Logo } from './logo.tsx'
import { places } from './nav.ts'
import { QuickOpen } from './quick-open.tsx'
import { useCan } from './session.tsx'

/** Which entry of the navigation a screen belongs to. A call's page belongs to the live calls until it is over. */
function entryOf(location: string, isLive: (callId: string) => boolean): string {
  const [, first = '', second] = location.split('/')
  if (first === 'calls' && second !== undefined) return isLive(second) ? '/calls' : '/history'
  return `/${first}`
}

/** Header, navigation and the place where screens appear. */
export function Shell({ children }: { children: ReactNode }) {
  const [menuOpen, menu] = useDisclosure(false)
  const [quickOpen, quick] = useDisclosure(false)
  const [location] = useLocation()
  const liveCalls = useLive((state) => state.calls.size)
  const here = useLive((state) => entryOf(location, (id) => state.calls.has(id)))
  const can = useCan()
  useHotkeys([['mod+K', quick.open]], [])
  useEffect(() => {
    menu.close()
    window.scrollTo(0, 0)
    // Only a new place does this, not a new menu object.
  }, [location])
  // The menu is longer than the screen: where one is must be seen in it.
  useEffect(() => {
    // It answers with a promise in some browsers, which an effect must not hand to React.
    void document.querySelector('nav [aria-current=page]')?.scrollIntoView({ block: 'nearest' })
  }, [here, menuOpen])

  return (
    <AppShell header={{ height: 56 }} navbar={{ width: 232, breakpoint: 'md', collapsed: { mobile: !menuOpen } }} padding={{ base: 'sm', sm: 'lg' }}>
      <a href="#content" className="skip-link">Skip to the content</a>
      <AppShell.Header>
        <Group h="100%" px={{ base: 'sm', sm: 'md' }} justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap">
            <Burger opened={menuOpen} onClick={menu.toggle} hiddenFrom="md" size="sm" aria-label={menuOpen ? 'Close the menu' : 'Open the menu'} aria-expanded={menuOpen} />
            <Link href="/" aria-label="Dialplane, overview" style={{ color: 'inherit', textDecoration: 'none' }}><Logo /></Link>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <Button visibleFrom="sm" variant="default" size="xs" c="dimmed" fw={400} leftSection={<Search size={14} aria-hidden />} rightSection={<Kbd size="xs">Ctrl K</Kbd>} onClick={quick.open}>
              Go to…
            </Button>
            <ActionIcon hiddenFrom="sm" size="lg" aria-label="Go to…" onClick={quick.open}><Search size={18} aria-hidden /></ActionIcon>
            <PhoneButton />
            <AccountMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" aria-label="Main navigation" component="nav">
        <ScrollArea flex={1} type="auto">
          {places.map(({ group, places: inGroup }) => {
            const allowed = inGroup.filter((place) => place.permission === undefined || can(place.permission))
            if (allowed.length === 0) return null
            return (
              <div key={group} style={{ marginBottom: 12 }}>
                <Text size="xs" fw={600} c="dimmed" px="sm" py={6}>{group}</Text>
                {allowed.map(({ href, label, icon: Icon }) => (
                  <NavLink
                    key={href}
                    component={Link}
                    href={href}
                    label={label}
                    active={here === href}
                    aria-current={here === href ? 'page' : undefined}
                    leftSection={<Icon size={18} aria-hidden />}
                    rightSection={href === '/calls' && liveCalls > 0 ? <Badge size="sm" circle={liveCalls < 10} aria-label={`${liveCalls} going on`}>{liveCalls}</Badge> : undefined}
                    style={{ borderRadius: 'var(--mantine-radius-md)' }}
                  />
                ))}
              </div>
            )
          })}
        </ScrollArea>
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} style={{ outline: 'none' }}>
        <ConnectionBanner />
        <div style={{ maxWidth: 1280, marginInline: 'auto' }}>{children}</div>
      </AppShell.Main>
      <PhoneHost />
      <QuickOpen opened={quickOpen} onClose={quick.close} />
    </AppShell>
  )
}
