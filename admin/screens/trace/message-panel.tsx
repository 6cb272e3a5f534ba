import { ActionIcon, Drawer, Group, Stack, Text, Tooltip } from '@mantine/core'
import { ChevronDown, ChevronUp } from 'lucide-react'
import { CopyButton } from '../../components/copy.tsx'
import { Fact } from '../../components/fact.tsx'
import { useLastOpen } from '../../components/use-last-open.ts'
import { exactTime, instant, offset } from '../../words/time.ts'
import type { Ladder } from './ladder.ts'
import classes from './message-panel.module.css'
import { decimal, t } from '../../words/translate.ts'

interface MessagePanelProps {
  ladder: Ladder
  chosen: number | null
  onChoose: (index: number | null) => void
}

/** One message in full. Arrow buttons go to the next without closing. */
export function MessagePanel({ ladder, chosen, onChoose }: MessagePanelProps) {
  const shown = useLastOpen(chosen !== null, chosen)
  const arrow = shown === null ? undefined : ladder.arrows[shown]
  const message = arrow?.message
  return (
    // Beside the diagram, not over it: the next arrow can be chosen while this one is read.
    <Drawer opened={chosen !== null} onClose={() => onChoose(null)} size="lg" withOverlay={false} trapFocus={false} lockScroll={false} closeOnClickOutside={false} shadow="xl" title={<Text span fw={650} fz="lg">{arrow?.label}</Text>}>
      {message !== undefined && arrow !== undefined && shown !== null && (
        <Stack gap="md">
          <Group gap="xl">
            <Fact label={t('Way')}>{ladder.lanes[arrow.from]?.title} → {ladder.lanes[arrow.to]?.title}</Fact>
            <Fact label={t('At')} hint={exactTime(instant(message.at))}>{offset(message.offsetMs)}</Fact>
            <Fact label={t('After the one before')}>{`${decimal(arrow.gapMs, 1)} ms`}</Fact>
            <Fact label={t('Peer')}>{t('{{peer}} over {{transport}}', { peer: message.peer, transport: message.transport.toUpperCase() })}</Fact>
          </Group>
          {message.repeat && <Text size="sm" c="dimmed">{t('A repeat of a message sent before: its answer was late or was lost on the way.')}</Text>}
          <div>
            <Group justify="space-between" mb={4}>
              <Text size="xs" c="dimmed">{t('Message, with credentials and keys masked')}</Text>
              <Group gap={4}>
                <Tooltip label={t('Previous')}><ActionIcon aria-label={t('Previous message')} disabled={shown === 0} onClick={() => onChoose(shown - 1)}><ChevronUp size={16} aria-hidden /></ActionIcon></Tooltip>
                <Tooltip label={t('Next')}><ActionIcon aria-label={t('Next message')} disabled={shown === ladder.arrows.length - 1} onClick={() => onChoose(shown + 1)}><ChevronDown size={16} aria-hidden /></ActionIcon></Tooltip>
                <CopyButton text={message.text} what={t('the message')} />
              </Group>
            </Group>
            <pre className={classes.text} tabIndex={0} aria-label={t('Text of the message')}>{message.text}</pre>
          </div>
        </Stack>
      )}
    </Drawer>
  )
}
