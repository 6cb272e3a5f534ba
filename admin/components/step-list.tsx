import { List, Text } from '@mantine/core'

export interface ListedStep {
  step: string
  reason: string
  /** The case in which it comes. */
  when: string | null
  /** How many cases it lies in. */
  depth: number
  /** How the phones that ring are at this moment. */
  now?: string | null
}

const INDENT = 24

/** What routing does or would do, step by step, each with its reason; cases are set in. */
export function StepList({ steps }: { steps: readonly ListedStep[] }) {
  return (
    <List type="ordered" size="sm" spacing="sm" listStyleType="none">
      {steps.map(({ step, reason, when, depth, now }, index) => (
        <List.Item key={index} style={{ marginInlineStart: depth * INDENT, borderInlineStart: depth > 0 ? '2px solid var(--mantine-color-default-border)' : undefined, paddingInlineStart: depth > 0 ? 12 : 0 }}>
          {when !== null && <Text size="sm" c="dimmed" fs="italic">{when}</Text>}
          <Text size="sm" fw={600}>{step}</Text>
          <Text size="sm" c="dimmed">{reason}</Text>
          {now != null && <Text size="sm">{now}</Text>}
        </List.Item>
      ))}
    </List>
  )
}
