import { Alert, Button, Checkbox, FileButton, Group, Stack, Table, Text, Textarea, Title } from '@mantine/core'
import { Download, FileUp, ListChecks, Play, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import { useCan } from '../../app/session.tsx'
import type { ConfigurationPlan, ConfigurationResult } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Panel } from '../../components/panel.ts'
import { StatusDot } from '../../components/status.tsx'
import type { Wording } from '../../words/call.ts'
import { carryOut, look } from './data.ts'
import { Result } from './result.tsx'
import { plural, t } from '../../words/translate.ts'

type Change = ConfigurationPlan['changes'][number]

const actions: Record<Change['action'], Wording> = { create: { label: t('Made'), tone: 'good' }, update: { label: t('Changed'), tone: 'busy' }, remove: { label: t('Removed'), tone: 'bad' } }

const sections: Record<string, string> = {
  extensions: t('Extension'), mailboxes: t('Mailbox'), conferences: t('Conference room'), ringGroups: t('Ring group'), parkLots: t('Park lot'), pagingGroups: t('Paging group'), applications: t('Application'), phones: t('Phone'), attendants: t('Attendant'), schedules: t('Opening hours'), trunks: t('Trunk'),
  outboundRoutes: t('Outbound route'), pinSets: t('PIN set'), inboundNumbers: t('Inbound number'), blockedCallers: t('Blocked caller'), speedDials: t('Speed dial'), calls: t('Settings of calls that are sent on'), sites: t('Site'), places: t('Place'), networks: t('Network of a place'), emergency: t('Calls for help'), callsAbroad: t('Calls abroad'), signedCalls: t('Signed calls'), recordings: t('Recordings'), messages: t('Text messages'), dialPages: t('Web pages that may call'), featureCodes: t('Feature codes'),
}

const valueWords = (value: unknown): string => (value === null ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value))

/** The configuration as one file: taken away, brought back, compared before anything is changed. */
export default function Configuration() {
  const can = useCan()
  const [yaml, setYaml] = useState('')
  const [remove, setRemove] = useState(false)
  const [plan, setPlan] = useState<ConfigurationPlan | null>(null)
  const [result, setResult] = useState<ConfigurationResult | null>(null)
  const [busy, setBusy] = useState(false)
  const [asking, setAsking] = useState(false)
  const edit = (text: string): void => {
    setYaml(text)
    setPlan(null)
    setResult(null)
  }
  const take = (file: File | null): void => void file?.text().then(edit, notify.failed)
  const compare = (): void => {
    setBusy(true)
    setResult(null)
    look(yaml, remove).then(setPlan, (error: unknown) => { setPlan(null); notify.failed(error) }).finally(() => setBusy(false))
  }
  return (
    <Stack gap="md">
      <PageHeader
        title={t('Configuration')}
        lead={t('Extensions, groups, menus, hours, lines, places and settings as one file: to be kept, compared, edited and brought to another system. Phones, passwords, PINs and recorded sound are not in it.')}
        actions={<Button component="a" variant="default" leftSection={<Download size={16} aria-hidden />} href="/api/v1/configuration/export.yaml" download="dialplane.yaml">{t('Export')}</Button>}
      />
      {can('configuration.write') && (
        <Panel component="section" aria-labelledby="apply">
          <Title order={2} id="apply" mb="sm">{t('Apply a file')}</Title>
          <Stack gap="sm">
            <Textarea label={t('File')} description={t('What is not in it stays as it is.')} placeholder={'dialplane: 1\nextensions:\n  - number: "101"\n    name: Anna'} autosize minRows={6} maxRows={18} spellCheck={false} styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 'var(--mantine-font-size-xs)' } }} value={yaml} onChange={(change) => edit(change.currentTarget.value)} />
            <Checkbox label={t("Remove what the file's sections do not name")} description={t('Sections that are not in the file are left alone.')} checked={remove} onChange={(change) => { setRemove(change.currentTarget.checked); setPlan(null) }} />
            <Group gap="xs">
              <FileButton accept=".yaml,.yml,text/yaml" onChange={take}>{(props) => <Button {...props} variant="default" leftSection={<FileUp size={16} aria-hidden />}>{t('Choose a file')}</Button>}</FileButton>
              <Button leftSection={<ListChecks size={16} aria-hidden />} loading={busy} disabled={yaml.trim() === ''} onClick={compare}>{t('What would change?')}</Button>
            </Group>
          </Stack>
        </Panel>
      )}
      {plan && <Planned plan={plan} onApply={() => setAsking(true)} />}
      {result && <Result result={result} />}
      <Confirm
        opened={asking} onClose={() => setAsking(false)} title={t('Apply the file?')} confirm={t('Apply')} danger={plan?.changes.some(({ action }) => action === 'remove') ?? false}
        onConfirm={async () => { if (plan) setResult(await carryOut(yaml, remove, plan.fingerprint)); setPlan(null) }} done={t('The file is applied.')}
      >
        {plural(plan?.changes.length ?? 0, 'One thing is changed.', '{{count}} things are changed.')} {t('All of it or nothing; each change is in the audit log and can be undone there.')}
      </Confirm>
    </Stack>
  )
}

function Planned({ plan: { changes, problems, notes }, onApply }: { plan: ConfigurationPlan; onApply: () => void }) {
  return (
    <Panel component="section" aria-labelledby="plan">
      <Group justify="space-between" mb="sm">
        <Title order={2} id="plan">{changes.length === 0 && problems.length === 0 ? t('Nothing would change') : t('What would change')}</Title>
        {problems.length === 0 && changes.length > 0 && <Button leftSection={<Play size={16} aria-hidden />} onClick={onApply}>{t('Apply')}</Button>}
      </Group>
      <Stack gap="sm">
        {problems.length > 0 && (
          <Alert color="red" icon={<TriangleAlert size={18} aria-hidden />} title={plural(problems.length, 'The file has a problem', 'The file has {{count}} problems')}>
            <ul style={{ margin: 0, paddingInlineStart: 18 }}>{problems.slice(0, 50).map(({ section, key, field, message }) => <li key={`${section} ${key} ${field} ${message}`}>{[sections[section] ?? section, key, field].filter((part) => part !== '').join(' · ')}: {message}</li>)}</ul>
          </Alert>
        )}
        {notes.map((note) => <Alert key={note} color="orange">{note}</Alert>)}
        {changes.length > 0 && (
          <Table.ScrollContainer minWidth={320}>
            <Table aria-label={t('Changes')} verticalSpacing="xs">
              <Table.Thead><Table.Tr><Table.Th>{t('What')}</Table.Th><Table.Th>{t('Is')}</Table.Th><Table.Th>{t('Fields')}</Table.Th></Table.Tr></Table.Thead>
              <Table.Tbody>{changes.slice(0, 500).map((change) => <Row key={`${change.section} ${change.key}`} change={change} />)}</Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
        {changes.length > 500 && <Text size="sm" c="dimmed">{t('And {{changes}} more.', { changes: changes.length - 500 })}</Text>}
      </Stack>
    </Panel>
  )
}

function Row({ change: { section, action, key, name, fields } }: { change: Change }) {
  return (
    <Table.Tr>
      <Table.Td style={{ verticalAlign: 'top' }}><Text size="xs" c="dimmed">{sections[section] ?? section}</Text><Text size="sm" fw={600}>{[key, name === key ? '' : name].filter((part) => part !== '').join(' ')}</Text></Table.Td>
      <Table.Td style={{ verticalAlign: 'top' }}><StatusDot {...actions[action]} /></Table.Td>
      <Table.Td>
        {fields.map(({ field, before, after }) => (
          <Text key={field} size="sm" className="break-anywhere"><Text span inherit fw={600}>{field}</Text>: {action === 'update' && <><Text span inherit c="dimmed">{valueWords(before)}</Text> → </>}{valueWords(after)}</Text>
        ))}
      </Table.Td>
    </Table.Tr>
  )
}
