import { Anchor, Badge, Button, Group, SimpleGrid, Skeleton, Stack, Text, Title } from '@mantine/core'
import { Disc, Pencil, PhoneForwarded, Plus } from 'lucide-react'
import { useState } from 'react'
import { Link, useLocation, useParams } from 'wouter'
import { useCode } from '../../app/feature-codes.ts'
import { useCan } from '../../app/session.tsx'
import type { Extension, SipCredentials } from '../../app/types.ts'
import { Fact } from '../../components/fact.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Panel } from '../../components/panel.ts'
import { ErrorState } from '../../components/states.tsx'
import { Time } from '../../components/time.tsx'
import { handlingSentences } from '../../words/handling.ts'
import { encryptionWords } from '../../words/encryption.ts'
import { OwnList } from '../blocked-callers/own-list.tsx'
import { CallTable } from '../history/call-table.tsx'
import { useCalls } from '../history/data.ts'
import { useWaitingMessages } from '../messages/data.ts'
import { ExtensionClickToDial } from './click-to-dial.tsx'
import { CredentialsDialog } from './credentials-dialog.tsx'
import { changeExtension, useExtension } from './data.ts'
import { DeviceCard } from './device-card.tsx'
import { DeviceForm } from './device-form.tsx'
import { ExtensionForm } from './extension-form.tsx'
import { ExtensionMenu } from './extension-menu.tsx'
import { HandlingForm } from './handling-form.tsx'
import { Presence } from './presence.tsx'
import { OwnDials } from '../speed-dials/own-list.tsx'
import { plural, t } from '../../words/translate.ts'

const back = { href: '/extensions', label: t('Extensions') }

export default function ExtensionPage() {
  const { id } = useParams<{ id: string }>()
  const query = useExtension(id)
  if (query.data !== undefined) return <Details extension={query.data} />
  return (
    <Stack gap="md">
      <PageHeader title={t('Extension')} back={back} />
      {query.isError ? <Panel p={0}><ErrorState error={query.error} retry={() => void query.refetch()} /></Panel> : <Skeleton height={320} radius="md" aria-label={t('Loading')} />}
    </Stack>
  )
}

function Details({ extension }: { extension: Extension }) {
  const can = useCan()
  const [, navigate] = useLocation()
  const [editing, setEditing] = useState(false)
  const [adding, setAdding] = useState(false)
  const [credentials, setCredentials] = useState<SipCredentials | null>(null)
  const [handling, setHandling] = useState(false)
  const sentences = handlingSentences(extension)
  const mayWrite = can('extensions.write')
  return (
    <Stack gap="lg">
      <PageHeader
        title={`${extension.number} ${extension.name}`}
        back={back}
        beside={extension.recording === 'always' && <Badge variant="light" color="red" tt="none" radius="sm" leftSection={<Disc size={12} aria-hidden />}>{t('Records every call')}</Badge>}
        actions={mayWrite && (
          <>
            <Button variant="default" leftSection={<Pencil size={16} aria-hidden />} onClick={() => setEditing(true)}>{t('Edit')}</Button>
            <ExtensionMenu extension={extension} onEdit={() => setEditing(true)} onDeleted={() => navigate('/extensions')} />
          </>
        )}
      />
      <Panel>
        <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="lg">
          <Fact label={t('State')}><Presence extension={extension} /></Fact>
          <Fact label={t('Encrypted audio')}>{encryptionWords(extension.encryption)}</Fact>
          <Fact label={t('Rings for')}>{extension.ringSeconds === null ? t('Standard time') : `${extension.ringSeconds} s`}</Fact>
          <Fact label={t('Phones at once')}>{extension.contactsFull === 'reject' ? t('Up to {{most}}, more are refused', { most: extension.maxContacts }) : t('Up to {{most}}', { most: extension.maxContacts })}</Fact>
          {can('messages.read') && <TextsWaiting extensionId={extension.id} />}
          <Fact label={t('Last changed')}><Time at={extension.updatedAt} /></Fact>
        </SimpleGrid>
      </Panel>
      <Panel component="section" aria-labelledby="handling">
        <Group justify="space-between" align="flex-start">
          <div>
            <Title order={2} id="handling">{t('Call handling')}</Title>
            {sentences.length === 0 && <Text size="sm" c="dimmed">{t('Calls ring its phones. Forwards, do not disturb and a limit of calls can be set.')}</Text>}
            {sentences.map((sentence) => <Text key={sentence} size="sm">{sentence}</Text>)}
          </div>
          {mayWrite && <Button variant="default" leftSection={<PhoneForwarded size={16} aria-hidden />} onClick={() => setHandling(true)}>{t('Change')}</Button>}
        </Group>
      </Panel>
      <ExtensionBlocked extension={extension} mayWrite={mayWrite} />
      <OwnDials of={extension.number} list={extension.speedDials} save={mayWrite ? (speedDials) => changeExtension(extension.id, { speedDials, version: extension.version }) : undefined} />
      <ExtensionClickToDial extension={extension} />
      <section aria-labelledby="devices">
        <Group justify="space-between" mb="xs">
          <div>
            <Title order={2} id="devices">{t('Devices')}</Title>
            <Text size="sm" c="dimmed">{t('Each phone signs in with a user name and password of its own. All of them ring.')}</Text>
          </div>
          {mayWrite && <Button variant="default" leftSection={<Plus size={16} aria-hidden />} onClick={() => setAdding(true)}>{t('Add device')}</Button>}
        </Group>
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="sm">
          {extension.devices.map((device) => <DeviceCard key={device.id} device={device} onlyOne={extension.devices.length === 1} mayWrite={mayWrite} onCredentials={setCredentials} />)}
        </SimpleGrid>
        {extension.devices.length === 0 && <Panel><Text size="sm" c="dimmed">{t('No device: nothing rings when this number is dialled. Add one to get its sign-in.')}</Text></Panel>}
      </section>
      {can('calls.read') && <LatestCalls extension={extension} />}
      <ExtensionForm editing={editing ? { kind: 'edit', extension } : null} onClose={() => setEditing(false)} />
      <HandlingForm opened={handling} extension={extension} onClose={() => setHandling(false)} />
      <DeviceForm opened={adding} extensionId={extension.id} onClose={() => setAdding(false)} onCredentials={setCredentials} />
      {credentials !== null && <CredentialsDialog credentials={credentials} extension={extension} onClose={() => setCredentials(null)} />}
    </Stack>
  )
}

function ExtensionBlocked({ extension: { id, number, blockedCallers, version }, mayWrite }: { extension: Extension; mayWrite: boolean }) {
  const code = useCode()('block-last-caller-own')
  return <OwnList of={number} list={blockedCallers} also={code === undefined ? undefined : t('{{code}} on its phones blocks whoever called last.', { code })} save={mayWrite ? (list) => changeExtension(id, { blockedCallers: list, version }) : undefined} />
}

/** Texts that none of its phones has taken; nothing is said while there are none. */
function TextsWaiting({ extensionId }: { extensionId: string }) {
  const count = useWaitingMessages({ extensionId, limit: 1 }).data?.pagination.total ?? 0
  if (count === 0) return null
  return <Fact label={t('Text messages')}><Anchor component={Link} href="/messages" size="sm">{plural(count, 'One waits for a phone', '{{count}} wait for a phone')}</Anchor></Fact>
}

function LatestCalls({ extension }: { extension: Extension }) {
  const query = useCalls({ extensionId: extension.id, limit: 5 })
  return (
    <section aria-labelledby="latest-calls">
      <Group justify="space-between" mb="xs">
        <Title order={2} id="latest-calls">{t('Latest calls')}</Title>
        <Anchor component={Link} href={`/history?extensionId=${extension.id}`} size="sm">{t('All calls of {{number}}', { number: extension.number })}</Anchor>
      </Group>
      <CallTable
        label={t('Latest calls of {{number}}', { number: extension.number })}
        rows={query.data?.data}
        error={query.error}
        retry={() => void query.refetch()}
        empty={<Text size="sm" c="dimmed" p="md">{t('No calls yet. They appear here as soon as they end.')}</Text>}
      />
    </section>
  )
}
