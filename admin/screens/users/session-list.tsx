import { ActionIcon, Badge, Group, Stack, Text, Tooltip } from '@mantine/core'
import { LogOut } from 'lucide-react'
import { useState } from 'react'
import { useCan } from '../../app/session.tsx'
import type { OpenSession } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { Problem } from '../../components/states.tsx'
import { Time } from '../../components/time.tsx'
import { deviceWords } from '../../words/device.ts'
import { endSession, useSessions } from './data.ts'
import { t } from '../../words/translate.ts'
import { rich } from '../../words/rich.ts'

/** The places somebody is signed in at, each with a way to end it. @param userId absent: one's own */
export function SessionList({ userId }: { userId?: string }) {
  const query = useSessions(userId)
  const can = useCan()
  const [ending, setEnding] = useState<OpenSession | null>(null)
  const mayEnd = userId === undefined || can('users.write')
  const { data: sessions, pagination } = query.data ?? { data: [] }
  return (
    <Stack gap="sm" component="ul" aria-label={t('Sessions')} p={0} m={0} style={{ listStyle: 'none' }}>
      {query.error !== null && <Problem error={query.error} />}
      {query.data !== undefined && sessions.length === 0 && <Text component="li" size="sm" c="dimmed">{t('Not signed in anywhere.')}</Text>}
      {sessions.map((session) => (
        <Group component="li" key={session.id} justify="space-between" wrap="nowrap">
          <div style={{ minWidth: 0 }}>
            <Group gap="xs">
              <Text size="sm" fw={600} title={session.userAgent ?? undefined}>{deviceWords(session.userAgent)}</Text>
              {session.current && <Badge size="sm" variant="light">{t('This one')}</Badge>}
            </Group>
            <Text size="xs" c="dimmed">
              {rich('From {{address}} since {{time}}, last used {{time2}}', { address: <span className="numbers">{session.address ?? t('an unknown address')}</span>, time: <Time at={session.createdAt} />, time2: <Time at={session.lastSeenAt} ago /> })}
            </Text>
          </div>
          {/* The one in use is ended by signing out. */}
          {mayEnd && !session.current && (
            <Tooltip label={t('Sign out')}>
              <ActionIcon aria-label={t('Sign out {{userAgent}}', { userAgent: deviceWords(session.userAgent) })} onClick={() => setEnding(session)}><LogOut size={16} aria-hidden /></ActionIcon>
            </Tooltip>
          )}
        </Group>
      ))}
      {pagination !== undefined && pagination.total > sessions.length && <Text component="li" size="xs" c="dimmed">{t('And {{total}} used less lately.', { total: pagination.total - sessions.length })}</Text>}
      <Confirm
        opened={ending !== null}
        onClose={() => setEnding(null)}
        title={t('Sign out {{userAgent}}?', { userAgent: deviceWords(ending?.userAgent ?? null) })}
        confirm={t('Sign out')}
        onConfirm={async () => (ending === null ? undefined : endSession(ending.id, userId))}
        done={t('The session is ended.')}
      >
        {t('It stops working at once. Whoever knows the password can sign in again.')}
      </Confirm>
    </Stack>
  )
}
