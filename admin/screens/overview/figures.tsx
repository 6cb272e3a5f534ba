import { SimpleGrid, Skeleton, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { useCan } from '../../app/session.tsx'
import { Panel } from '../../components/panel.ts'
import { useNow } from '../../components/time.tsx'
import { useLive } from '../../live/store.ts'
import { startOfDay } from '../../words/time.ts'
import { useCalls } from '../history/data.ts'
import classes from './figures.module.css'
import { figure, plural, t } from '../../words/translate.ts'

function Figure({ label, value, note, href }: { label: string; value: number | undefined; note: ReactNode; href: string }) {
  return (
    <Panel className={classes.figure}>
      <Link href={href} className={classes.link}><Text span size="sm" c="dimmed">{label}</Text></Link>
      {value === undefined ? <Skeleton height={34} width={56} my={4} /> : <Text fz={30} fw={700} lh={1.25} className="numbers">{figure(value)}</Text>}
      <Text size="xs" c="dimmed">{note}</Text>
    </Panel>
  )
}

/** Figures of the day, each leading to its list. */
export function Figures() {
  const can = useCan()
  const today = new Date(startOfDay(useNow())).toISOString()
  const mayCalls = can('calls.read')
  const all = useCalls({ from: today, limit: 1 }, { enabled: mayCalls })
  const answered = useCalls({ from: today, limit: 1, result: 'answered' }, { enabled: mayCalls })
  const calls = useLive((state) => state.calls)
  const registrations = useLive((state) => state.registrations)
  const connecting = useLive((state) => state.connection === 'connecting')
  const talking = [...calls.values()].filter((call) => call.state === 'answered').length
  const reachable = [...registrations.values()].filter((registration) => registration.reachable !== 'no').length
  const silent = registrations.size - reachable
  const total = all.data?.pagination.total
  const picked = answered.data?.pagination.total
  return (
    <SimpleGrid cols={{ base: 2, sm: mayCalls ? 4 : 1 }} spacing="sm">
      {mayCalls && <Figure label={t('Calls going on')} href="/calls" value={connecting ? undefined : calls.size} note={calls.size === 0 ? t('Nobody is on the phone') : t('{{talking}} talking, {{size}} ringing', { talking, size: calls.size - talking })} />}
      {can('registrations.read') && <Figure label={t('Phones reachable')} href="/registrations" value={connecting ? undefined : reachable} note={registrations.size === 0 ? t('No phone is registered') : silent === 0 ? t('Every registered phone answers') : plural(silent, '{{count}} registered phone does not answer', '{{count}} registered phones do not answer')} />}
      {mayCalls && <Figure label={t('Calls today')} href="/history" value={total} note={t('Since midnight')} />}
      {mayCalls && <Figure label={t('Answered today')} href="/history?result=answered" value={picked} note={total === undefined || picked === undefined || total === 0 ? t('No calls yet today') : t("{{round}} % of today's calls", { round: Math.round((picked / total) * 100) })} />}
    </SimpleGrid>
  )
}
