import { Text } from '@mantine/core'
import type { ReactNode } from 'react'

/** A named value. */
export function Fact({ label, children, hint }: { label: string; children: ReactNode; hint?: string }) {
  return (
    <div style={{ minWidth: 0 }} title={hint}>
      <Text size="xs" c="dimmed">{label}</Text>
      <Text size="sm" fw={500} component="div" className="numbers break-anywhere">{children}</Text>
    </div>
  )
}
