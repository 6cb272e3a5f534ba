import { Anchor, Group, Text, Title } from '@mantine/core'
import { ChevronLeft } from 'lucide-react'
import { useEffect, type ReactNode } from 'react'
import { Link } from 'wouter'

interface PageHeaderProps {
  title: string
  /** One sentence under the title. */
  lead?: ReactNode
  /** Beside the title, e.g. a badge. */
  beside?: ReactNode
  /** Where "up" leads, with its name. */
  back?: { href: string; label: string }
  actions?: ReactNode
}

/** Head of every screen; also names the browser tab. */
export function PageHeader({ title, lead, beside, back, actions }: PageHeaderProps) {
  useEffect(() => {
    document.title = `${title} · Dialplane`
  }, [title])
  return (
    <header>
      {back !== undefined && (
        <Anchor component={Link} href={back.href} size="sm" display="inline-flex" mb={6} style={{ alignItems: 'center', gap: 2 }}>
          <ChevronLeft size={16} aria-hidden />{back.label}
        </Anchor>
      )}
      <Group justify="space-between" align="flex-start" gap="sm">
        <div style={{ minWidth: 0 }}>
          <Group gap="sm">
            <Title order={1} className="break-anywhere">{title}</Title>
            {beside}
          </Group>
          {lead !== undefined && <Text c="dimmed" size="sm" mt={2} maw={680}>{lead}</Text>}
        </div>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Group>
    </header>
  )
}
