import { ActionIcon, Badge, Button, CloseButton, Group, SegmentedControl, Select, Stack, Tabs, Text, Tooltip } from '@mantine/core'
import { Flame, Forward, Play, SearchX, Voicemail as VoicemailIcon } from 'lucide-react'
import { Link } from 'wouter'
import { useCode } from '../../app/feature-codes.ts'
import { useCan } from '../../app/session.tsx'
import type { VoiceMessage } from '../../app/types.ts'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Panel } from '../../components/panel.ts'
import { SearchInput } from '../../components/search-input.tsx'
import { EmptyState } from '../../components/states.tsx'
import { Time } from '../../components/time.tsx'
import { useListState } from '../../components/use-list-state.ts'
import { DialButton } from '../../softphone/dial-number.tsx'
import { partyName } from '../../words/call.ts'
import { duration } from '../../words/time.ts'
import { audioOf, mark, useMailboxes, useMessages, wavOf } from './data.ts'
import { Mailboxes } from './mailboxes.tsx'
import { MessageMenu } from './message-menu.tsx'
import { inSense, sentences, t } from '../../words/translate.ts'

function Signs({ message }: { message: VoiceMessage }) {
  return (
    <Group gap={6} wrap="nowrap" component="span" display="inline-flex">
      {message.heardAt === null && <Badge variant="light" tt="none" radius="sm">{t('New')}</Badge>}
      {message.urgent && <Tooltip label={t('Urgent')}><Flame size={15} color="var(--mantine-color-red-6)" aria-label={t('Urgent')} /></Tooltip>}
      {message.forwardedBy !== null && <Tooltip label={t('Sent on by {{forwardedBy}}', { forwardedBy: message.forwardedBy })}><Forward size={15} aria-label={t('Sent on by {{forwardedBy}}', { forwardedBy: message.forwardedBy })} /></Tooltip>}
    </Group>
  )
}

const columns: Column<VoiceMessage>[] = [
  { key: 'left', title: t('Left'), sort: 'left_at', width: 150, render: (message) => <Time at={message.leftAt} /> },
  { key: 'from', title: t('From'), card: 'title', render: (message) => <Text span inherit fw={message.heardAt === null ? 600 : 400}>{partyName(message.from)}</Text> },
  { key: 'to', title: t('Mailbox of'), render: (message) => partyName(message.to) },
  { key: 'seconds', title: t('Length'), sort: 'seconds', align: 'right', render: (message) => <span className="numbers">{duration(message.seconds * 1000)}</span> },
  { key: 'signs', title: '', card: 'aside', render: (message) => <Signs message={message} /> },
]

/** Messages of all mailboxes with a player, and the mailboxes themselves. */
export default function Voicemail() {
  const list = useListState('left_at', 'desc')
  const codeOf = useCode()
  const [own, any, leave] = [codeOf('voicemail-own'), codeOf('voicemail-any'), codeOf('voicemail-leave')]
  const ways = [
    ...(own === undefined ? [] : [t('{{code}} plays your own messages', { code: own })]),
    ...(any === undefined ? [] : [t('{{code}} those of any mailbox', { code: any })]),
    ...(leave === undefined ? [] : [t('{{code}} with a number behind it leaves one without ringing', { code: leave })]),
  ]
  const tab = list.get('tab') === 'mailboxes' ? 'mailboxes' : 'messages'
  return (
    <Stack gap="md">
      <PageHeader title={t('Voicemail')} lead={sentences(t('Callers who reach nobody leave a message.'), ways.length > 0 && t('On the phone, {{ways}}.', { ways: ways.join(', ') }), t('Messages are kept encrypted; each listening is noted in the audit log.'))} />
      <Tabs value={tab} onChange={(value) => list.set({ tab: value === 'mailboxes' ? 'mailboxes' : '', open: '' })} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="messages">{t('Messages')}</Tabs.Tab>
          <Tabs.Tab value="mailboxes">{t('Mailboxes')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="messages"><Messages /></Tabs.Panel>
        <Tabs.Panel value="mailboxes"><Mailboxes /></Tabs.Panel>
      </Tabs>
    </Stack>
  )
}

function Messages() {
  const list = useListState('left_at', 'desc')
  const can = useCan()
  const boxes = useMailboxes()
  const [search, mailboxId, heard, open] = ['search', 'mailboxId', 'heard', 'open'].map(list.get) as [string, string, string, string]
  const query = useMessages({
    page: list.page, limit: 25, order: list.order, sort: list.sort === 'seconds' ? 'seconds' : 'left_at',
    ...(search !== '' && { search }), ...(mailboxId !== '' && { mailboxId }), ...(heard !== '' && { heard: heard as 'true' | 'false' }),
  })
  const filtered = search !== '' || mailboxId !== '' || heard !== ''
  const clear = () => list.set({ search: '', mailboxId: '', heard: '' })
  const opened = query.data?.data.find(({ id }) => id === open)
  const choices = (boxes.data ?? []).filter((box) => box.enabled || box.unheard + box.heard > 0).map((box) => ({ value: box.id, label: `${box.number} ${box.name}` }))
  return (
    <Stack gap="md">
      <Group gap="sm" align="flex-end">
        <SearchInput label={t('Search number or name')} value={search} onChange={(value) => list.set({ search: value })} />
        <Select aria-label={t('Mailbox')} placeholder={t('All mailboxes')} clearable searchable data={choices} value={mailboxId === '' ? null : mailboxId} onChange={(value) => list.set({ mailboxId: value ?? '' })} w={{ base: '100%', xs: 220 }} />
        <SegmentedControl aria-label={t('Which')} data={[{ value: '', label: t('All') }, { value: 'false', label: t('New') }, { value: 'true', label: t('Heard') }]} value={heard} onChange={(value) => list.set({ heard: value })} />
        {filtered && <Button variant="subtle" onClick={clear}>{t('Clear filters')}</Button>}
      </Group>
      {opened !== undefined && <Opened key={opened.id} message={opened} onClose={() => list.stay({ open: '' })} />}
      <DataTable
        label={t('Messages')}
        columns={columns}
        rows={query.data?.data}
        rowKey={(message) => message.id}
        actions={(message) => (
          <Group gap={4} wrap="nowrap" justify="flex-end">
            <Tooltip label={t('Listen')}><ActionIcon aria-label={t('Listen to the message of {{from}}', { from: partyName(message.from) })} onClick={() => list.stay({ open: message.id })}><Play size={16} aria-hidden /></ActionIcon></Tooltip>
            {message.from.number !== '' && <DialButton number={message.from.number} name={partyName(message.from)} />}
            <MessageMenu message={message} />
          </Group>
        )}
        error={query.error}
        retry={() => void query.refetch()}
        sorting={{ field: list.sort, order: list.order, onChange: list.sortBy }}
        {...(query.data !== undefined && { paging: { ...query.data.pagination, onChange: list.toPage } })}
        empty={filtered
          ? <EmptyState icon={SearchX} title={t('No message matches')} action={<Button variant="default" onClick={clear}>{t('Clear filters')}</Button>}>{t('Try fewer filters.')}</EmptyState>
          : <EmptyState icon={VoicemailIcon} title={t('No messages')} action={can('extensions.read') && <Button component={Link} href="/extensions" variant="default">{t('Extensions')}</Button>}>{t('They appear here when a caller leaves one. Whether callers may is said in Call handling of each extension.')}</EmptyState>}
      />
    </Stack>
  )
}

function Opened({ message, onClose }: { message: VoiceMessage; onClose: () => void }) {
  const can = useCan()
  // Whoever hears it to its end has heard it, as on the phone.
  const onEnded = () => {
    if (message.heardAt === null && can('voicemail.write')) void mark(message.id, { heard: true })
  }
  return (
    <Panel component="section" aria-label={t('Player')}>
      <Group justify="space-between" wrap="nowrap" mb="xs" align="flex-start">
        <div style={{ minWidth: 0 }}>
          <Text fw={600} className="break-anywhere">{partyName(message.from)} <Text span inherit c="dimmed">{inSense('message', 'for')}</Text> {partyName(message.to)}</Text>
          <Text size="sm" c="dimmed" component="div"><Time at={message.leftAt} />{message.forwardedBy !== null && ` · ${t('sent on by {{by}}', { by: message.forwardedBy })}`}</Text>
        </div>
        <Group gap={4} wrap="nowrap">
          <MessageMenu message={message} onDeleted={onClose} />
          <CloseButton aria-label={t('Close the player')} onClick={onClose} />
        </Group>
      </Group>
      <audio controls autoPlay aria-label={t('Message')} onEnded={onEnded} style={{ width: '100%', height: 40 }}>
        <source src={audioOf(message.id)} type="audio/ogg; codecs=opus" />
        <source src={wavOf(message.id)} type="audio/wav" />
      </audio>
    </Panel>
  )
}
