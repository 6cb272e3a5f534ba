import { Alert, Button, Group, Stack, Text, Title } from '@mantine/core'
import { Pencil, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { useCan } from '../../app/session.tsx'
import type { StirSettings, Trunk } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { CopyField } from '../../components/copy.tsx'
import { Fact } from '../../components/fact.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Panel } from '../../components/panel.ts'
import { PageLoader, Problem } from '../../components/states.tsx'
import { StatusBadge } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import type { Wording } from '../../words/call.ts'
import { verifyWords } from '../../words/identity.ts'
import { useTrunks } from '../trunks/data.ts'
import { AuthoritiesForm, CertificateForm } from './forms.tsx'
import { changeStirSettings, useStirSettings } from './data.ts'
import { rich } from '../../words/rich.ts'
import { t } from '../../words/translate.ts'

const states: Record<StirSettings['trusted'][number]['state'], Wording> = { good: { label: t('Valid'), tone: 'good' }, ending: { label: t('Ends soon'), tone: 'warning' }, ended: { label: t('Has ended'), tone: 'bad' } }

/** Signed calls (STIR/SHAKEN): what ours are signed with, whose signatures are believed, and which trunks do either. */
export default function SignedCalls() {
  const query = useStirSettings()
  const trunks = useTrunks()
  const can = useCan()
  const [asking, setAsking] = useState<'certificate' | 'authorities' | 'remove' | null>(null)
  const close = () => setAsking(null)
  const mayWrite = can('trunks.write')
  const settings = query.data
  return (
    <Stack gap="md">
      <PageHeader title={t('Signed calls')} lead={t('STIR/SHAKEN: calls say who calls whom, signed, so that nobody can show a number that is somebody else’s. Ours are signed by your certificate; those of others are held against the authorities that you trust.')} />
      <Problem error={query.error} />
      {settings === undefined && !query.error && <PageLoader />}
      {settings !== undefined && (
        <>
          <Ours settings={settings} actions={mayWrite && (
            <>
              <Button size="xs" variant={settings.about === null ? 'filled' : 'default'} leftSection={<Pencil size={16} aria-hidden />} onClick={() => setAsking('certificate')}>{settings.about === null ? t('Enter a certificate') : t('Change')}</Button>
              {settings.about !== null && <Button size="xs" variant="subtle" color="red" onClick={() => setAsking('remove')}>{t('Remove')}</Button>}
            </>
          )} />
          <Theirs settings={settings} actions={mayWrite && <Button size="xs" variant="default" leftSection={<Pencil size={16} aria-hidden />} onClick={() => setAsking('authorities')}>{t('Change')}</Button>} />
          <ByTrunk trunks={trunks.data ?? []} />
          <CertificateForm opened={asking === 'certificate'} settings={settings} onClose={close} />
          <AuthoritiesForm opened={asking === 'authorities'} settings={settings} onClose={close} />
          <Confirm opened={asking === 'remove'} onClose={close} title={t('Remove the certificate?')} confirm={t('Remove')} onConfirm={() => changeStirSettings({ certificate: null })} done={t('The certificate is removed.')}>
            {t('Calls go out unsigned from now on. Its key is forgotten.')}
          </Confirm>
        </>
      )}
    </Stack>
  )
}

function Ours({ settings: { about, url, trouble }, actions }: { settings: StirSettings; actions: React.ReactNode }) {
  return (
    <Panel component="section" aria-labelledby="ours">
      <Group justify="space-between" mb="sm" align="flex-start">
        <Title order={2} id="ours">{t('Our certificate')}</Title>
        <Group gap="xs">{actions}</Group>
      </Group>
      <Stack gap="sm">
        {trouble !== null && <Alert color="orange" icon={<TriangleAlert size={18} aria-hidden />}>{trouble}</Alert>}
        {about === null
          ? <Text size="sm" c="dimmed">{t('None yet: our calls are not signed here. Many carriers sign them themselves.')}</Text>
          : (
            <>
              <Group gap="xl" align="flex-start">
                <Fact label={t('State')}><StatusBadge {...states[about.state]} /></Fact>
                <Fact label={t('Ends')}><Time at={about.notAfter} /></Fact>
                <Fact label={t('For')}>{about.subject}</Fact>
                <Fact label={t('Issued by')}>{about.issuer}</Fact>
                {about.codes.length > 0 && <Fact label={t('Provider code (SPC)')}>{about.codes.join(', ')}</Fact>}
                {about.numbers.length > 0 && <Fact label={t('Numbers')}>{about.numbers.join(', ')}</Fact>}
              </Group>
              {url !== null && <CopyField label={t('Published at')} value={url} note={t('Whoever checks a signature of yours fetches the certificate there.')} />}
            </>
          )}
      </Stack>
    </Panel>
  )
}

function Theirs({ settings: { trusted }, actions }: { settings: StirSettings; actions: React.ReactNode }) {
  return (
    <Panel component="section" aria-labelledby="theirs">
      <Group justify="space-between" mb="sm" align="flex-start">
        <Title order={2} id="theirs">{t('Trusted authorities')}</Title>
        <Group gap="xs">{actions}</Group>
      </Group>
      {trusted.length === 0 && <Text size="sm" c="dimmed">{t('None yet: no signature of others is believed.')}</Text>}
      <Stack gap="xs" component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
        {trusted.map(({ subject, notAfter, state }) => (
          <li key={`${subject} ${notAfter}`}>
            <Group justify="space-between" gap="xs" wrap="nowrap" align="flex-start">
              <Text size="sm" fw={600} className="break-anywhere">{subject}</Text>
              <Group gap="xs" wrap="nowrap"><Text size="sm" c="dimmed" style={{ whiteSpace: 'nowrap' }}>{rich('until {{time}}', { time: <Time at={notAfter} /> })}</Text><StatusBadge {...states[state]} /></Group>
            </Group>
          </li>
        ))}
      </Stack>
    </Panel>
  )
}

function ByTrunk({ trunks }: { trunks: readonly Trunk[] }) {
  return (
    <Panel component="section" aria-labelledby="by-trunk">
      <Title order={2} id="by-trunk" mb="sm">{t('By trunk')}</Title>
      {trunks.length === 0
        ? <Text size="sm" c="dimmed">{t('There is no trunk yet.')}</Text>
        : (
          <Stack gap="xs" component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
            {trunks.map(({ id, name, signCalls, verifyCalls }) => (
              <li key={id}><Text size="sm">{signCalls ? rich('{{name}}: our calls are signed; {{others}}.', { name: <b>{name}</b>, others: verifyWords(verifyCalls) }) : rich('{{name}}: our calls are not signed; {{others}}.', { name: <b>{name}</b>, others: verifyWords(verifyCalls) })}</Text></li>
            ))}
          </Stack>
        )}
      <Text size="sm" mt="sm">{rich('Each trunk is set under <link>Trunks</link>, Edit.', { link: (inside) => <Link href="/trunks">{inside}</Link> })}</Text>
    </Panel>
  )
}
