import { Button, Drawer, Group, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { Problem } from './states.tsx'

interface FormDrawerProps {
  opened: boolean
  onClose: () => void
  title: string
  submit: string
  onSubmit: () => void
  busy: boolean
  problem: unknown
  children: ReactNode
}

/** The one way to create and edit: fields in a drawer, its buttons at the end, Enter saves, Esc closes. */
export function FormDrawer({ opened, onClose, title, submit, onSubmit, busy, problem, children }: FormDrawerProps) {
  return (
    <Drawer opened={opened} onClose={onClose} title={<Text fw={650} fz="lg" span>{title}</Text>}>
      <form
        noValidate
        onSubmit={(submitted) => {
          submitted.preventDefault()
          onSubmit()
        }}
      >
        <Stack gap="md">
          {children}
          <Problem error={problem} />
          <Group justify="flex-end" gap="xs" mt="xs">
            <Button variant="default" onClick={onClose}>Cancel</Button>
            <Button type="submit" loading={busy}>{submit}</Button>
          </Group>
        </Stack>
      </form>
    </Drawer>
  )
}
