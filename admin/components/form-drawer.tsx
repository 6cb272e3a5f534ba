import { Button, Drawer, Group, Stack, Text } from '@mantine/core'
import { Fragment, useRef, type ReactNode } from 'react'
import { Problem } from './states.tsx'
import { useLastOpen } from './use-last-open.ts'
import { t } from '../words/translate.ts'

interface FormDrawerProps {
  opened: boolean
  onClose: () => void
  title: string
  /** A component with the form's state and a {@link FormBody}: it lives as long as the drawer is open, so each opening starts afresh. */
  children: ReactNode
}

/** The one way to create and edit: a form in a drawer. Enter saves, Esc closes. */
export function FormDrawer({ opened, onClose, title, children }: FormDrawerProps) {
  const shown = useLastOpen(opened, { title, children })
  const openings = useRef({ count: 0, opened })
  // Opened again before it was quite gone: a fresh form all the same.
  if (opened && !openings.current.opened) openings.current.count += 1
  openings.current.opened = opened
  return (
    <Drawer opened={opened} onClose={onClose} title={<Text fw={650} fz="lg" span>{shown.title}</Text>}>
      <Fragment key={openings.current.count}>{shown.children}</Fragment>
    </Drawer>
  )
}

interface FormBodyProps {
  submit: string
  onSubmit: () => void
  onCancel: () => void
  busy: boolean
  problem: unknown
  children: ReactNode
}

/** Fields, what is wrong besides them, and the buttons. */
export function FormBody({ submit, onSubmit, onCancel, busy, problem, children }: FormBodyProps) {
  return (
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
          <Button variant="default" onClick={onCancel}>{t('Cancel')}</Button>
          <Button type="submit" loading={busy}>{submit}</Button>
        </Group>
      </Stack>
    </form>
  )
}
