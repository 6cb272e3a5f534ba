import { Group, Stack, Text } from '@mantine/core'
import { CircleCheck, TriangleAlert } from 'lucide-react'
import type { HealthPart } from '../../app/types.ts'
import { t } from '../../words/translate.ts'

const names: Record<string, string> = {
  signalling: t('Signalling (SIP)'), media: t('Audio'), database: t('Database'), certificates: t('Certificates'), shield: t('Shield'), calls: t('Calls'), recordings: t('Recordings'),
  drain: t('Drain'), load: t('Load'), backup: t('Backup'), 'trunk certificates': t('Trunk certificates'), 'signed calls': t('Signed calls'),
}

export function partName(name: string): string {
  return names[name] ?? name.charAt(0).toUpperCase() + name.slice(1)
}

/** Each part of the system with its state in a sentence. */
export function HealthParts({ parts }: { parts: HealthPart[] }) {
  return (
    <Stack gap="sm" component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
      {parts.map((part) => (
        <Group key={part.name} component="li" gap="sm" wrap="nowrap" align="flex-start">
          {part.ok
            ? <CircleCheck size={18} color="var(--mantine-color-green-7)" aria-label={t('Works')} style={{ flexShrink: 0, marginTop: 2 }} />
            : <TriangleAlert size={18} color="var(--mantine-color-red-7)" aria-label={t('Has a problem')} style={{ flexShrink: 0, marginTop: 2 }} />}
          <div style={{ minWidth: 0 }}>
            <Text size="sm" fw={600}>{partName(part.name)}</Text>
            <Text size="sm" c="dimmed" className="break-anywhere">{part.message}</Text>
          </div>
        </Group>
      ))}
    </Stack>
  )
}
