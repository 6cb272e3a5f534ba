import { ActionIcon, Alert, Group, Paper, Stack, Tabs, Text, Tooltip } from '@mantine/core'
import { AudioLines, ChevronDown, ChevronUp, Clock, Grid3x3, Users, Voicemail } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useCan, useSession } from '../app/session.tsx'
import { StatusDot } from '../components/status.tsx'
import type { Tone } from '../words/call.ts'
import { CallCard } from './call-card.tsx'
import { Colleagues } from './colleagues.tsx'
import { Dialer } from './dialer.tsx'
import styles from './dock.module.css'
import { Messages } from './messages.tsx'
import { BrowserPhone } from './phone.ts'
import { Recent } from './recent.tsx'
import { SoundSettings } from './sound-settings.tsx'
import { phoneStore, usePhone, type PhoneState } from './store.ts'
import { t } from '../words/translate.ts'

const lineWords: Record<PhoneState['line'], { label: string; tone: Tone }> = {
  off: { label: t('Off'), tone: 'quiet' },
  elsewhere: { label: t('In another tab'), tone: 'quiet' },
  connecting: { label: t('Connecting'), tone: 'busy' },
  ready: { label: t('Ready'), tone: 'good' },
  lost: { label: t('Connection lost'), tone: 'bad' },
  refused: { label: t('Not available'), tone: 'bad' },
}

/** The phone at the edge of the page. */
export default function Dock() {
  const [phone, setPhone] = useState<BrowserPhone | null>(null)
  useEffect(() => {
    const started = new BrowserPhone()
    started.start()
    setPhone(started)
    return () => void started.stop()
  }, [])
  return phone === null ? null : <Panel phone={phone} />
}

function Panel({ phone }: { phone: BrowserPhone }) {
  const { extension } = useSession()
  const can = useCan()
  const { line, reason, calls, problem, newMessages } = usePhone((state) => state)
  const [small, setSmall] = useState(false)
  const waits = usePhone((state) => state.wish)
  useEffect(() => {
    if (line !== 'ready' || waits === null) return
    const number = phoneStore.takeWish()
    if (number !== undefined) phone.dial(number)
  }, [line, waits, phone])
  const away = small && !calls.some(({ state }) => state === 'incoming')
  return (
    <Paper component="aside" aria-label={t('Phone')} withBorder shadow="lg" radius="md" className={styles.dock} data-line={line}>
      <Group justify="space-between" wrap="nowrap" px="sm" py={8} gap="xs">
        <Group gap="xs" wrap="nowrap" style={{ minWidth: 0 }}>
          <Text size="sm" fw={650} truncate>{extension?.number} {extension?.name}</Text>
          <Text size="xs" component="span" role="status"><StatusDot {...lineWords[line]} /></Text>
        </Group>
        <Tooltip label={away ? t('Show the phone') : t('Make the phone small')}>
          <ActionIcon variant="subtle" color="gray" aria-label={away ? t('Show the phone') : t('Make the phone small')} aria-expanded={!away} onClick={() => setSmall(!small)}>
            {away ? <ChevronUp size={18} aria-hidden /> : <ChevronDown size={18} aria-hidden />}
          </ActionIcon>
        </Tooltip>
      </Group>
      <div className={styles.body}>
        <Stack gap="xs" px="sm" pb="sm">
          {reason !== null && line !== 'ready' && <Text size="xs" c="dimmed">{reason}</Text>}
          {problem !== null && <Alert color="red" variant="light" p="xs" role="alert" withCloseButton closeButtonLabel={t('Dismiss')} onClose={() => phoneStore.update({ problem: null })}>{problem}</Alert>}
          {calls.map((call) => <CallCard key={call.id} call={call} others={calls.filter(({ id }) => id !== call.id)} phone={phone} />)}
          {!away && (
            <Tabs defaultValue="dial" keepMounted={false} variant="outline">
              <Tabs.List grow mb="xs">
                <Tabs.Tab value="dial" aria-label={t('Dial')}><Grid3x3 size={16} aria-hidden /></Tabs.Tab>
                {can('extensions.read') && <Tabs.Tab value="colleagues" aria-label={t('Colleagues')}><Users size={16} aria-hidden /></Tabs.Tab>}
                {can('calls.read') && <Tabs.Tab value="recent" aria-label={t('Recent calls')}><Clock size={16} aria-hidden /></Tabs.Tab>}
                <Tabs.Tab value="messages" aria-label={newMessages > 0 ? t('Voicemail, {{newMessages}} new', { newMessages }) : t('Voicemail')} rightSection={newMessages > 0 ? <Text span size="xs" fw={650}>{newMessages}</Text> : undefined}><Voicemail size={16} aria-hidden /></Tabs.Tab>
                <Tabs.Tab value="sound" aria-label={t('Sound')}><AudioLines size={16} aria-hidden /></Tabs.Tab>
              </Tabs.List>
              <Tabs.Panel value="dial"><Dialer phone={phone} /></Tabs.Panel>
              <Tabs.Panel value="colleagues"><Colleagues phone={phone} /></Tabs.Panel>
              <Tabs.Panel value="recent"><Recent phone={phone} /></Tabs.Panel>
              <Tabs.Panel value="messages"><Messages phone={phone} /></Tabs.Panel>
              <Tabs.Panel value="sound"><SoundSettings phone={phone} /></Tabs.Panel>
            </Tabs>
          )}
        </Stack>
      </div>
    </Paper>
  )
}
