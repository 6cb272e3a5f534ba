import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { notify } from '../app/notify.ts'
import { Problem } from './states.tsx'
import { useLastOpen } from './use-last-open.ts'
import { t } from '../words/translate.ts'

interface ConfirmProps {
  opened: boolean
  onClose: () => void
  /** A question: `Delete extension 201?` */
  title: string
  /** What happens then, and what cannot be undone. */
  children: ReactNode
  /** The verb on the button. */
  confirm: string
  onConfirm: () => Promise<unknown>
  /** Said when it is done. */
  done?: string
  onDone?: () => void
  danger?: boolean
}

/** The one way to ask before something is deleted or cut off. */
export function Confirm({ opened, onClose, title, children, confirm, onConfirm, done, onDone, danger = true }: ConfirmProps) {
  const action = useMutation({
    mutationFn: onConfirm,
    onSuccess: () => {
      if (done !== undefined) notify.done(done)
      onClose()
      onDone?.()
    },
  })
  const shown = useLastOpen(opened, { title, children })
  const close = () => {
    if (action.isPending) return
    action.reset()
    onClose()
  }
  return (
    <Modal opened={opened} onClose={close} title={<Text fw={650} span>{shown.title}</Text>} size="sm">
      <Stack gap="md">
        <Text size="sm" component="div">{shown.children}</Text>
        <Problem error={action.error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close} data-autofocus>{t('Cancel')}</Button>
          <Button {...(danger && { color: 'red' })} loading={action.isPending} onClick={() => action.mutate()}>{confirm}</Button>
        </Group>
      </Stack>
    </Modal>
  )
}
