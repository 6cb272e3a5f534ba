import { Group, Text } from '@mantine/core'
import { t } from '../words/translate.ts'

/** The mark and the name. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <Group gap={10} wrap="nowrap">
      <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden>
        <rect width="32" height="32" rx="8" fill="#1a6f97" />
        <g fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round">
          <path d="M9 22V10h5.5a6 6 0 0 1 0 12H9" />
          <path d="M23.5 9.5a9.5 9.5 0 0 1 0 13" opacity=".75" />
        </g>
      </svg>
      <Text fw={700} fz="lg" style={{ letterSpacing: '-0.01em' }}>{t('Dialplane')}</Text>
    </Group>
  )
}
