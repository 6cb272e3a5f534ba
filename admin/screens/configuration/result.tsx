import { Alert, Button, Group, Stack, Table, Text, Title } from '@mantine/core'
import { Download, KeyRound } from 'lucide-react'
import type { ConfigurationResult } from '../../app/types.ts'
import { Panel } from '../../components/panel.ts'
import { t } from '../../words/translate.ts'

/** What became of a file: counts, what stayed, and passwords of new phones, this once. */
export function Result({ result: { created, updated, removed, kept, notes, credentials } }: { result: ConfigurationResult }) {
  return (
    <Panel component="section" aria-labelledby="result">
      <Title order={2} id="result" mb="sm">{t('Applied')}</Title>
      <Stack gap="sm">
        <Text size="sm">{t('{{created}} made, {{updated}} changed, {{removed}} removed.', { created, updated, removed })}</Text>
        {kept.length > 0 && <Alert color="orange" title={t('Still used, so it stays')}><ul style={{ margin: 0, paddingInlineStart: 18 }}>{kept.map(({ section, key, message }) => <li key={`${section} ${key}`}>{key}: {message}</li>)}</ul></Alert>}
        {notes.map((note) => <Alert key={note} color="orange">{note}</Alert>)}
        {credentials.length > 0 && (
          <>
            <Group justify="space-between"><Alert icon={<KeyRound size={18} aria-hidden />} color="orange" style={{ flex: 1 }}>{t('Passwords of the new phones, shown only now.')}</Alert><Button variant="default" leftSection={<Download size={16} aria-hidden />} onClick={() => save(credentials)}>{t('Save as CSV')}</Button></Group>
            <Table.ScrollContainer minWidth={320}>
              <Table aria-label={t('Passwords of new phones')}>
                <Table.Thead><Table.Tr><Table.Th>{t('Extension')}</Table.Th><Table.Th>{t('User name')}</Table.Th><Table.Th>{t('Password')}</Table.Th></Table.Tr></Table.Thead>
                <Table.Tbody>{credentials.map(({ number, name, username, password }) => <Table.Tr key={number}><Table.Td>{number} {name}</Table.Td><Table.Td>{username}</Table.Td><Table.Td><code>{password}</code></Table.Td></Table.Tr>)}</Table.Tbody>
              </Table>
            </Table.ScrollContainer>
          </>
        )}
      </Stack>
    </Panel>
  )
}

function save(credentials: ConfigurationResult['credentials']): void {
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
  const lines = ['number,name,username,password', ...credentials.map(({ number, name, username, password }) => [number, name, username, password].map(quoted).join(','))]
  const url = URL.createObjectURL(new Blob([`${lines.join('\n')}\n`], { type: 'text/csv' }))
  Object.assign(document.createElement('a'), { href: url, download: 'phones.csv' }).click()
  URL.revokeObjectURL(url)
}
