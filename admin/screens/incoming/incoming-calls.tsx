import { Anchor, Badge, Button, CloseButton, Group, Paper, Stack, Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { ExternalLink, PhoneIncoming, UserPlus } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Link } from 'wouter'
import { keys } from '../../app/keys.ts'
import { useCan, useSession } from '../../app/session.tsx'
import { listIncomingCalls, type IncomingCall } from '../../client/index.ts'
import { useLive } from '../../live/store.ts'
import classes from './incoming.module.css'
import { inSense, t } from '../../words/translate.ts'

/** Whoever sees no calls of others is told of none, and has to ask. */
const ASK_MS = 2_500
/** What the live connection told in the meantime is seen by then. */
const ASK_ALL_THE_SAME_MS = 15_000

/** Who is calling one's own phone, with the record of the caller, on top of whatever is open. */
export function IncomingCalls() {
  const { extension } = useSession()
  return useCan()('calls.own') && extension !== null ? <Cards /> : null
}

function Cards() {
  const told = useCan()('calls.read')
  const client = useQueryClient()
  const going = useLive(({ calls }) => calls)
  const { data = [] } = useQuery({ queryKey: keys.incoming, queryFn: async () => (await listIncomingCalls({ throwOnError: true })).data.data, refetchInterval: told ? ASK_ALL_THE_SAME_MS : ASK_MS })
  useEffect(() => void client.invalidateQueries({ queryKey: keys.incoming }), [client, going])
  const [closed, setClosed] = useState<readonly string[]>([])
  const shown = data.filter(({ id }) => !closed.includes(id))
  if (shown.length === 0) return null
  return (
    <Stack gap="sm" className={classes.cards} role="region" aria-label={t('Incoming calls')} aria-live="polite">
      {shown.map((call) => <Card key={call.id} call={call} onClose={() => setClosed([...closed, call.id])} />)}
    </Stack>
  )
}

function Card({ call: { contacts, dialled, inside, name, number, state }, onClose }: { call: IncomingCall; onClose: () => void }) {
  const mayWrite = useCan()('contacts.write')
  const hidden = number === ''
  const known = contacts.length === 1 ? contacts[0]?.contact.name : name === '' ? null : name
  return (
    <Paper shadow="lg" withBorder p="md" w={340} maw="calc(100vw - 32px)">
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Group gap="xs" wrap="nowrap"><PhoneIncoming size={18} aria-hidden /><Text fw={650}>{state === 'rings' ? t('Calls you') : t('You are talking')}</Text></Group>
        <CloseButton size="sm" aria-label={t('Put away')} onClick={onClose} />
      </Group>
      <Text size="lg" fw={600} className="break-anywhere">{hidden ? t('Hidden number') : (known ?? number)}</Text>
      <Text size="sm" c="dimmed" className="numbers">{!hidden && `${number} · `}{t('for {{dialled}}', { dialled })}</Text>
      {contacts.length > 1 && <Text size="sm" mt="xs">{t('One of these has this number:')}</Text>}
      <Stack gap={6} mt="xs">
        {contacts.map(({ contact: { id, company, name: who, recordUrl }, sure }) => (
          <Group key={id} gap="xs" wrap="nowrap" justify="space-between">
            <Text size="sm" className="break-anywhere">{who}{company !== '' && `, ${company}`} {!sure && <Badge size="xs" variant="light" color="orange">{t('perhaps')}</Badge>}</Text>
            {recordUrl === null
              ? <Anchor size="sm" component={Link} href={`/contacts?search=${encodeURIComponent(who)}`}>{inSense('verb', 'Open')}</Anchor>
              : <Button size="compact-sm" variant="light" component="a" href={recordUrl} target="_blank" rel="noopener noreferrer" rightSection={<ExternalLink size={14} aria-hidden />}>{t('Open record')}</Button>}
          </Group>
        ))}
        {contacts.length === 0 && !hidden && !inside && (
          <Group gap="xs" justify="space-between">
            <Text size="sm" c="dimmed">{t('Nobody in the contacts has this number.')}</Text>
            {mayWrite && <Button size="compact-sm" variant="light" component={Link} href={`/contacts?number=${encodeURIComponent(number)}`} leftSection={<UserPlus size={14} aria-hidden />}>{t('Add')}</Button>}
          </Group>
        )}
      </Stack>
    </Paper>
  )
}
