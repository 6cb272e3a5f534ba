import { Alert, Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core'
import { Download, RefreshCw, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import { useCan } from '../../app/session.tsx'
import type { Certificate, Certificates as Read } from '../../app/types.ts'
import { Panel } from '../../components/panel.ts'
import { ErrorState } from '../../components/states.tsx'
import { StatusBadge } from '../../components/status.tsx'
import { Time, useNow } from '../../components/time.tsx'
import type { Wording } from '../../words/call.ts'
import { exactTime, instant } from '../../words/time.ts'
import { readAgain, useCertificates } from './data.ts'
import { rich } from '../../words/rich.ts'
import { plural, t } from '../../words/translate.ts'

const DAY_MS = 86_400_000

function lasting({ notAfter, state }: Certificate, now: number): Wording {
  const days = Math.floor((instant(notAfter) - now) / DAY_MS)
  if (state === 'ended') return { label: t('Has ended'), tone: 'bad' }
  return { label: days === 0 ? t('Ends today') : plural(days, 'Ends in {{count}} day', 'Ends in {{count}} days'), tone: state === 'ending' ? 'warning' : 'good' }
}

/** The authority as a file that phones and browsers can be told to trust. */
function download(pem: string): void {
  const url = URL.createObjectURL(new Blob([pem], { type: 'application/x-x509-ca-cert' }))
  const link = Object.assign(document.createElement('a'), { href: url, download: 'dialplane-authority.crt' })
  link.click()
  URL.revokeObjectURL(url)
}

function Row({ certificate }: { certificate: Certificate }) {
  const now = useNow()
  const [first = t('No name'), ...others] = certificate.names
  return (
    <li>
      <Group justify="space-between" gap="xs" wrap="nowrap" align="flex-start">
        <Text size="sm" fw={600} className="break-anywhere" title={certificate.names.join('\n')}>
          {first}{others.length > 0 && <Text span inherit fw={400} c="dimmed"> {t('and {{count}} more', { count: others.length })}</Text>}
        </Text>
        <span title={exactTime(instant(certificate.notAfter))}><StatusBadge {...lasting(certificate, now)} /></span>
      </Group>
      <Text size="sm" c="dimmed" className="break-anywhere">
        {certificate.own ? t('Made by Dialplane, and renewed by it') : t('From {{issuer}}, read from {{source}}', { issuer: certificate.issuer, source: certificate.source })}
      </Text>
    </li>
  )
}

function Content({ data }: { data: Read }) {
  if (!data.served) return <Text size="sm" c="dimmed">{t('SIP is not served over TLS here.')}</Text>
  return (
    <Stack gap="sm">
      {data.problems.map((problem) => <Alert key={problem} color="red" icon={<TriangleAlert size={18} aria-hidden />}>{problem}</Alert>)}
      <Stack gap="sm" component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
        {data.certificates.map((certificate) => <Row key={certificate.source} certificate={certificate} />)}
      </Stack>
      {data.renewal !== null && (data.renewal.problem === null
        ? <Text size="sm" c="dimmed">{t('The certificate for {{domains}} is made and renewed by its authority, without anybody’s doing.', { domains: data.renewal.domains.join(', ') })}</Text>
        : <Alert color="orange" icon={<TriangleAlert size={18} aria-hidden />} title={t('No new certificate for {{domains}}', { domains: data.renewal.domains.join(', ') })}>{rich('{{problem}} It is tried again {{value}}.', { problem: data.renewal.problem, value: <Time at={data.renewal.next} /> })}</Alert>)}
      {data.authority !== null && (
        <div>
          <Text size="sm" mb="xs">{t('Phones and browsers trust this certificate once its authority was added to them.')}</Text>
          <Button size="xs" variant="default" leftSection={<Download size={16} aria-hidden />} onClick={() => download(data.authority ?? '')}>{t('Download the authority')}</Button>
        </div>
      )}
    </Stack>
  )
}

/** What phones and browsers are shown over TLS, and how long it lasts. */
export function Certificates() {
  const query = useCertificates()
  const can = useCan()
  const [reading, setReading] = useState(false)
  const read = () => {
    setReading(true)
    void readAgain().then(({ problems }) => (problems.length === 0 ? notify.done(t('The certificates were read.')) : undefined), notify.failed).finally(() => setReading(false))
  }
  return (
    <Panel component="section" aria-labelledby="certificates">
      <Group justify="space-between" mb="sm">
        <Title order={2} id="certificates">{t('Certificates')}</Title>
        {can('system.write') && query.data?.served === true && (
          <Button size="xs" variant="default" loading={reading} leftSection={<RefreshCw size={16} aria-hidden />} onClick={read}>{t('Read the files again')}</Button>
        )}
      </Group>
      {query.data !== undefined
        ? <Content data={query.data} />
        : query.isError ? <ErrorState error={query.error} retry={() => void query.refetch()} /> : <Skeleton height={60} radius="md" aria-label={t('Loading')} />}
    </Panel>
  )
}
