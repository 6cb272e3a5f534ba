import { Center, Stack, Text, Title } from '@mantine/core'
import { useEffect, type ReactNode } from 'react'
import { LanguageLinks } from '../app/language-choice.tsx'
import { Logo } from '../app/logo.tsx'
import { Panel } from './panel.ts'

/** The frame of pages before one is signed in. */
export function Doorway({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Dialplane`
  }, [title])
  return (
    <Center component="main" mih="100dvh" p="md">
      <Stack w="100%" maw={400} gap="lg">
        <Center><Logo size={36} /></Center>
        <Panel p="xl" shadow="sm">
          <Title order={1} fz="xl" mb={lead === undefined ? 'md' : 4}>{title}</Title>
          {lead !== undefined && <Text size="sm" c="dimmed" mb="md">{lead}</Text>}
          {children}
        </Panel>
        <LanguageLinks />
      </Stack>
    </Center>
  )
}
