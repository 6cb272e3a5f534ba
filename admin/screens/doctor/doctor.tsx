import { Button, Group, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { FileText, Stethoscope } from 'lucide-react'
import { examineSystem } from '../../client/index.ts'
import type { Finding } from '../../app/types.ts'
import { PageHeader } from '../../components/page-header.tsx'
import { Panel } from '../../components/panel.ts'
import { EmptyState, Problem } from '../../components/states.tsx'
import { StatusBadge, StatusDot } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import type { Wording } from '../../words/call.ts'
import { rich } from '../../words/rich.ts'
import { plural, t } from '../../words/translate.ts'

const states: Record<Finding['state'], Wording> = { good: { label: t('Good'), tone: 'good' }, warning: { label: t('Look here'), tone: 'warning' }, bad: { label: t('Wrong'), tone: 'bad' }, untested: { label: t('Not tested'), tone: 'quiet' } }
const order: Finding['state'][] = ['bad', 'warning', 'good', 'untested']
const names: Record<string, string> = { dns: t('Names (DNS)'), nat: t('Address and NAT'), 'media ports': t('Ports for audio'), sound: t('Sound between two phones') }

const title = (name: string): string => names[name] ?? name.charAt(0).toUpperCase() + name.slice(1)

/** Looks at everything on a click, and says what is wrong, why, and what to do. */
export default function Doctor() {
  const look = useMutation({ mutationFn: async () => (await examineSystem({ throwOnError: true })).data.data })
  const { data } = look
  const findings = data?.findings.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state))
  const wrong = data?.findings.filter(({ state }) => state === 'bad').length ?? 0
  const start = <Button leftSection={<Stethoscope size={16} aria-hidden />} loading={look.isPending} onClick={() => look.mutate()}>{t('Look at everything')}</Button>
  return (
    <Stack gap="md">
      <PageHeader
        title={t('Doctor')}
        lead={t('Disk, database, clock, names, ports, addresses, certificates, mail, backups and trunks; and a call between two phones of our own, whose sound is measured both ways.')}
        beside={data !== undefined && <StatusBadge {...(wrong === 0 ? { label: t('Nothing is wrong'), tone: 'good' } : { label: plural(wrong, 'One thing is wrong', '{{count}} things are wrong'), tone: 'bad' })} />}
        actions={<>
          <Button component="a" variant="default" leftSection={<FileText size={16} aria-hidden />} href="/api/v1/system/support.txt" download>{t('Text for support')}</Button>
          {findings !== undefined && start}
        </>}
      />
      <Problem error={look.error} />
      {findings === undefined
        ? <EmptyState icon={Stethoscope} title={t('Nothing was looked at yet')} action={start}>{t('It takes some seconds. Carriers and the mail server are asked; nobody is called and nothing is changed.')}</EmptyState>
        : (
          <Panel component="section" aria-label={t('Findings')}>
            <Text size="sm" c="dimmed" mb="sm">{rich('Looked at {{time}}', { time: <Time at={data!.at} /> })}</Text>
            <Stack gap="md" component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
              {findings.map(({ name, state, message, cure }) => (
                <li key={name}>
                  <Group justify="space-between" wrap="nowrap" align="flex-start"><Text fw={600} size="sm" className="break-anywhere">{title(name)}</Text><StatusDot {...states[state]} /></Group>
                  <Text size="sm" className="break-anywhere">{message}</Text>
                  {cure !== null && <Text size="sm" c="dimmed" className="break-anywhere">{cure}</Text>}
                </li>
              ))}
            </Stack>
          </Panel>
        )}
    </Stack>
  )
}
