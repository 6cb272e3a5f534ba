import { ActionIcon, Button, Group, Paper, Stack, Text, Tooltip } from '@mantine/core'
import { ArrowRightLeft, Grid3x3, Mic, MicOff, Pause, Phone, PhoneOff, Play } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { StatusBadge, StatusDot } from '../components/status.tsx'
import { useNow } from '../components/time.tsx'
import { qualityWording, type Wording } from '../words/call.ts'
import { duration } from '../words/time.ts'
import { Keypad } from './keypad.tsx'
import type { BrowserPhone } from './phone.ts'
import type { PhoneCall } from './store.ts'
import { TransferForm } from './transfer-form.tsx'
import { inSense, t } from '../words/translate.ts'
import { rich } from '../words/rich.ts'

const words: Record<PhoneCall['state'], Wording> = {
  calling: { label: t('Calling'), tone: 'busy' },
  ringing: { label: t('Ringing'), tone: 'busy' },
  incoming: { label: t('Calls you'), tone: 'busy' },
  talking: { label: t('Talking'), tone: 'good' },
  held: { label: t('On hold'), tone: 'warning' },
  returning: { label: t('Coming back'), tone: 'busy' },
  ending: { label: t('Hanging up'), tone: 'quiet' },
}

interface CallCardProps {
  call: PhoneCall
  others: PhoneCall[]
  phone: BrowserPhone
}

export function CallCard({ call, others, phone }: CallCardProps) {
  const [tool, setTool] = useState<'keys' | 'transfer' | null>(null)
  const [typed, setTyped] = useState('')
  const name = call.name ?? call.number
  const answered = call.state === 'talking' || call.state === 'held'
  const toggle = (wanted: 'keys' | 'transfer') => setTool(tool === wanted ? null : wanted)
  return (
    <Paper withBorder p="xs" radius="md" component="section" aria-label={t('Call with {{name}}', { name })} data-state={call.state}>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <div style={{ minWidth: 0 }}>
          <Text size="sm" fw={650} truncate>{name}</Text>
          {call.name !== null && <Text size="xs" c="dimmed" className="numbers">{call.number}</Text>}
        </div>
        <Stack gap={2} align="flex-end">
          <span role="status"><StatusBadge {...words[call.state]} /></span>
          {answered && call.answeredAt !== null && <TalkingFor since={call.answeredAt} />}
        </Stack>
      </Group>
      {answered && call.mos !== null && <Text size="xs" mt={4} component="div">{rich('Sound {{quality}}', { quality: <StatusDot {...qualityWording(call.mos)} /> })}</Text>}
      {call.state === 'incoming' ? (
        <Group grow mt="xs" gap="xs">
          <Button size="xs" color="green.8" leftSection={<Phone size={14} aria-hidden />} onClick={() => void phone.answer(call.id)}>{inSense('verb', 'Answer')}</Button>
          <Button size="xs" color="red.8" leftSection={<PhoneOff size={14} aria-hidden />} onClick={() => void phone.hangUp(call.id)}>{t('Reject')}</Button>
        </Group>
      ) : (
        <Group mt="xs" gap={6} justify="space-between">
          <Group gap={6}>
            {answered && (
              <>
                <Tool label={call.muted ? t('Speak again') : t('Mute')} on={call.muted} onClick={() => void phone.mute(call.id, !call.muted)}>{call.muted ? <MicOff size={16} aria-hidden /> : <Mic size={16} aria-hidden />}</Tool>
                <Tool label={call.state === 'held' ? t('Resume') : t('Hold')} on={call.state === 'held'} onClick={() => void phone.hold(call.id, call.state !== 'held')}>{call.state === 'held' ? <Play size={16} aria-hidden /> : <Pause size={16} aria-hidden />}</Tool>
                <Tool label={t('Keys')} on={tool === 'keys'} onClick={() => toggle('keys')}><Grid3x3 size={16} aria-hidden /></Tool>
                <Tool label={t('Transfer')} on={tool === 'transfer'} onClick={() => toggle('transfer')}><ArrowRightLeft size={16} aria-hidden /></Tool>
              </>
            )}
          </Group>
          <Button size="xs" color="red.8" leftSection={<PhoneOff size={14} aria-hidden />} disabled={call.state === 'ending'} onClick={() => void phone.hangUp(call.id)}>{t('Hang up')}</Button>
        </Group>
      )}
      {answered && tool === 'keys' && (
        <Stack gap={6} mt="xs">
          <Text size="sm" ta="center" className="numbers" mih={20} aria-live="polite">{typed}</Text>
          <Keypad onKey={(key) => { setTyped((before) => (before + key).slice(-20)); void phone.press(call.id, key) }} />
        </Stack>
      )}
      {answered && tool === 'transfer' && <TransferForm call={call} others={others} phone={phone} onDone={() => setTool(null)} />}
    </Paper>
  )
}

function TalkingFor({ since }: { since: number }) {
  const now = useNow()
  return <Text size="xs" c="dimmed" className="numbers">{duration(Math.max(0, now - since))}</Text>
}

function Tool({ label, on, onClick, children }: { label: string; on: boolean; onClick: () => void; children: ReactNode }) {
  return (
    <Tooltip label={label}>
      <ActionIcon size={32} variant={on ? 'filled' : 'default'} aria-label={label} aria-pressed={on} onClick={onClick}>{children}</ActionIcon>
    </Tooltip>
  )
}
