import { Badge, Group, Text } from '@mantine/core'
import type { Tone, Wording } from '../words/call.ts'

const colours: Record<Tone, string> = { good: 'green', warning: 'orange', bad: 'red', busy: 'petrol', quiet: 'gray' }

/** A state in one word on a tinted ground. Never colour alone: the word says it. */
export function StatusBadge({ label, tone }: Wording) {
  return (
    <Badge variant="light" color={colours[tone]} radius="sm" tt="none" fw={600} fz="xs" miw="max-content">
      {label}
    </Badge>
  )
}

/** A coloured dot with its word beside it, for lists where badges would shout. */
export function StatusDot({ label, tone }: Wording) {
  return (
    <Group gap={8} wrap="nowrap" component="span" display="inline-flex" style={{ whiteSpace: 'nowrap' }}>
      <span aria-hidden style={{ width: 8, height: 8, borderRadius: '50%', flexShrink: 0, background: `var(--mantine-color-${colours[tone]}-6)` }} />
      <Text span inherit>{label}</Text>
    </Group>
  )
}
