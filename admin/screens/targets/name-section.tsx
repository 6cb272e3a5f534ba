import { Alert, Button, Group, Stack, Text, Title } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { RotateCw, SearchX, TriangleAlert } from 'lucide-react'
import { notify } from '../../app/notify.ts'
import { useCan } from '../../app/session.tsx'
import type { SipName, SipTarget } from '../../app/types.ts'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { EmptyState, Problem } from '../../components/states.tsx'
import { StatusBadge, StatusDot } from '../../components/status.tsx'
import { Time, useNow } from '../../components/time.tsx'
import type { Wording } from '../../words/call.ts'
import { instant, span } from '../../words/time.ts'
import { lookUpAgain } from './data.ts'
import { t } from '../../words/translate.ts'
import { rich } from '../../words/rich.ts'

function addressOf({ address, port }: SipTarget): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`
}

/** How it is, and how long it is set aside. */
function Health({ target: { state, until, cause } }: { target: SipTarget }) {
  const now = useNow()
  if (state === 'good') return <StatusDot label={t('In use')} tone="good" />
  const left = until === null ? 0 : Math.ceil((instant(until) - now) / 1000)
  return (
    <>
      {state === 'probing' || left <= 0
        ? <StatusDot label={t('Tried by the next request')} tone="busy" />
        : <StatusDot label={t('Set aside for {{left}}', { left: span(left) })} tone="bad" />}
      {cause !== null && <Text size="xs" c="dimmed" className="break-anywhere">{t('It {{cause}}', { cause })}</Text>}
    </>
  )
}

const columns: Column<SipTarget>[] = [
  {
    key: 'address',
    title: t('Server'),
    card: 'title',
    render: (target) => (
      <>
        <span className="numbers">{addressOf(target)}</span> <Text span size="xs" c="dimmed" fw={400}>{target.transport.toUpperCase()}</Text>
        <Text size="xs" c="dimmed" fw={400} className="break-anywhere">{target.host}</Text>
      </>
    ),
  },
  { key: 'health', title: t('Health'), card: 'aside', render: (target) => <Health target={target} /> },
  { key: 'share', title: t('Tried first by'), align: 'right', render: ({ share }) => <span className="numbers">{Math.round(share * 100)} %</span> },
  { key: 'priority', title: t('Priority'), align: 'right', render: ({ srv, priority }) => <span className="numbers">{srv === '' ? '–' : priority}</span> },
  { key: 'weight', title: t('Weight'), align: 'right', render: ({ srv, weight }) => <span className="numbers">{srv === '' ? '–' : weight}</span> },
  { key: 'source', title: t('Found by'), render: ({ srv }) => <span className="break-anywhere">{srv === '' ? t('Its address') : srv}</span> },
]

function wordsFor({ failure, stale, targets }: SipName): Wording {
  if (failure !== null) return { label: t('Leads nowhere'), tone: 'bad' }
  const aside = targets.filter(({ state }) => state === 'set-aside').length
  if (aside === targets.length) return { label: t('No server answers'), tone: 'bad' }
  if (stale) return { label: t('Out of date'), tone: 'warning' }
  return aside === 0 ? { label: t('Found'), tone: 'good' } : { label: t('{{aside}} of {{targets}} set aside', { aside, targets: targets.length }), tone: 'warning' }
}

function Freshness({ name }: { name: SipName }) {
  const left = name.until === null ? null : Math.ceil((instant(name.until) - useNow()) / 1000)
  const found = <Time at={name.foundAt} ago />
  return (
    <Text size="sm" c="dimmed">
      {left === null ? rich('Looked up {{time}}.', { time: found }) : left > 0 ? rich('Looked up {{time}}, good for another {{left}}.', { time: found, left: span(left) }) : rich('Looked up {{time}}, looked up anew by the next request.', { time: found })}
    </Text>
  )
}

/** One name and where it leads. */
export function NameSection({ name }: { name: SipName }) {
  const can = useCan()
  const again = useMutation({ mutationFn: () => lookUpAgain(name.name), onSuccess: () => notify.done(t('{{host}} was looked up.', { host: name.host })) })
  return (
    <Stack component="section" gap="xs" aria-label={name.name}>
      <Group justify="space-between" align="flex-start" gap="sm">
        <div style={{ minWidth: 0 }}>
          <Group gap="sm"><Title order={2} className="break-anywhere">{name.name}</Title><StatusBadge {...wordsFor(name)} /></Group>
          <Freshness name={name} />
          {name.naptr.length > 0 && (
            <Text size="sm" c="dimmed" className="break-anywhere">{t('NAPTR: {{naptr}}', { naptr: name.naptr.map((record) => `${record.service} → ${record.replacement} (${record.order}/${record.preference})`).join(', ') })}</Text>
          )}
        </div>
        {can('targets.write') && (
          <Button variant="default" size="xs" leftSection={<RotateCw size={14} aria-hidden />} loading={again.isPending} onClick={() => again.mutate()}>{t('Look up again')}</Button>
        )}
      </Group>
      <Problem error={again.error} />
      {name.trouble.length > 0 && (
        <Alert color="orange" icon={<TriangleAlert size={18} aria-hidden />} title={name.stale ? t('This is older than it should be') : t('Not everything was answered')}>
          {name.trouble.map((line) => <Text key={line} size="sm" className="break-anywhere">{line}</Text>)}
        </Alert>
      )}
      <DataTable
        label={t('Servers of {{name}}', { name: name.name })}
        columns={columns}
        rows={name.targets}
        rowKey={(target) => `${target.transport} ${addressOf(target)}`}
        empty={<EmptyState icon={SearchX} title={t('This name leads nowhere')}>{name.failure}</EmptyState>}
      />
    </Stack>
  )
}
