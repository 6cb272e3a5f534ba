import { Alert, Button, Center, Loader, Stack, Text, ThemeIcon, Title } from '@mantine/core'
import { CircleAlert, RotateCw, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { ApiError, sentenceOf } from '../app/api-error.ts'
import { t } from '../words/translate.ts'

/** Nothing here yet: what this place is for and what to do about it. */
export function EmptyState({ icon: Icon, title, children, action, order = 2 }: { icon: LucideIcon; title: string; children?: ReactNode; action?: ReactNode; order?: 1 | 2 }) {
  return (
    <Stack align="center" gap="xs" py={48} px="md" ta="center">
      <ThemeIcon size={48} radius="xl" variant="light"><Icon size={24} aria-hidden /></ThemeIcon>
      <Title order={order} fz="h2" mt={4}>{title}</Title>
      {children !== undefined && <Text c="dimmed" size="sm" maw={440}>{children}</Text>}
      {action !== undefined && <div style={{ marginTop: 8 }}>{action}</div>}
    </Stack>
  )
}

/** A read that failed: what went wrong in the API's words, and a way to try again. */
export function ErrorState({ error, retry }: { error: unknown; retry?: () => void }) {
  // What is not there will not be there at the second try either.
  const gone = error instanceof ApiError && (error.status === 404 || error.status === 410)
  return (
    <Stack align="center" gap="xs" py={48} px="md" ta="center" role="alert">
      <ThemeIcon size={48} radius="xl" variant="light" color="red"><CircleAlert size={24} aria-hidden /></ThemeIcon>
      <Title order={2} mt={4}>{gone ? t('This is not there') : t('This could not be loaded')}</Title>
      <Text c="dimmed" size="sm" maw={440}>{sentenceOf(error)}</Text>
      {retry !== undefined && !gone && (
        <Button variant="default" leftSection={<RotateCw size={16} aria-hidden />} onClick={retry} mt={4}>{t('Try again')}</Button>
      )}
    </Stack>
  )
}

/** A write that failed, inside its form or dialog. */
export function Problem({ error }: { error: unknown }) {
  if (error === null || error === undefined) return null
  return (
    <Alert color="red" icon={<CircleAlert size={18} aria-hidden />} role="alert">{sentenceOf(error)}</Alert>
  )
}

export function PageLoader() {
  return (
    <Center mih={240} role="status" aria-label={t('Loading')}><Loader /></Center>
  )
}
