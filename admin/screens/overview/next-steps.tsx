import { Button, Group, Stack, Text, ThemeIcon, Title } from '@mantine/core'
import { Check } from 'lucide-react'
import { Link } from 'wouter'
import { useCan } from '../../app/session.tsx'
import { useLive } from '../../live/store.ts'
import { useExtensions } from '../extensions/data.ts'
import { useCalls } from '../history/data.ts'
import { Panel } from '../../components/panel.ts'
import { t } from '../../words/translate.ts'

interface Step {
  title: string
  text: string
  done: boolean
  href: string
  action: string
}

/** Leads a newcomer to the first call; gone once it has been made. */
export function NextSteps() {
  const can = useCan()
  const allowed = can('extensions.write') && can('calls.read')
  const extensions = useExtensions({ limit: 1 }, { enabled: allowed })
  const calls = useCalls({ limit: 1 }, { enabled: allowed })
  const phones = useLive((state) => new Set([...state.registrations.values()].map((registration) => registration.extensionId)).size)
  const connecting = useLive((state) => state.connection === 'connecting')
  const count = extensions.data?.pagination.total
  const called = calls.data?.pagination.total
  // What the cache remembers may be from before the first call: nothing is shown until it is read again.
  const old = calls.isFetching && !calls.isFetchedAfterMount
  if (!allowed || connecting || old || count === undefined || called === undefined || called > 0) return null
  const steps: Step[] = [
    { title: t('Create your first extension'), text: t('A number and the sign-in for its phone.'), done: count > 0, href: '/extensions?new=1', action: t('Create extension') },
    { title: t('Create a second one'), text: t('It takes two to talk.'), done: count > 1, href: '/extensions?new=1', action: t('Create extension') },
    { title: t('Connect two phones'), text: t('Enter user name, password and server in each phone, or scan the QR code with a softphone.'), done: phones > 1, href: '/registrations', action: t('See registered phones') },
    { title: t('Make the first call'), text: t('Dial the number of one from the other, and watch it here.'), done: false, href: '/calls', action: t('Watch live calls') },
  ]
  const current = steps.findIndex((step) => !step.done)
  return (
    <Panel component="section" aria-labelledby="next-steps">
      <Title order={2} id="next-steps">{t('Next steps')}</Title>
      <Text size="sm" c="dimmed" mb="md">{t('Four steps to two phones talking.')}</Text>
      <Stack component="ol" gap="md" m={0} p={0} style={{ listStyle: 'none' }}>
        {steps.map((step, index) => (
          <Group key={step.title} component="li" wrap="nowrap" align="flex-start" gap="sm">
            <ThemeIcon radius="xl" size={28} variant={index === current ? 'filled' : 'light'} color={step.done ? 'green' : index === current ? 'petrol' : 'gray'} aria-label={step.done ? t('Done') : t('Step {{index}}', { index: index + 1 })} role="img">
              {step.done ? <Check size={16} aria-hidden /> : <Text span size="sm" fw={600} aria-hidden>{index + 1}</Text>}
            </ThemeIcon>
            <Group justify="space-between" flex={1} gap="xs" style={{ minWidth: 0 }}>
              <div style={{ minWidth: 0, flex: '1 1 220px' }}>
                <Text size="sm" fw={600}>{step.title}</Text>
                <Text size="sm" c="dimmed">{step.text}</Text>
              </div>
              {index === current && <Button component={Link} href={step.href} size="xs">{step.action}</Button>}
            </Group>
          </Group>
        ))}
      </Stack>
    </Panel>
  )
}
