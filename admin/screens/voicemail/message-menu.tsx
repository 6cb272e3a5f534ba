import { ActionIcon, Menu, MultiSelect, Text } from '@mantine/core'
import { AudioLines, Download, EllipsisVertical, Flame, Forward, MailCheck, Route, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { notify } from '../../app/notify.ts'
import { useCan } from '../../app/session.tsx'
import type { VoiceMessage } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { useForm } from '../../components/use-form.ts'
import { partyName } from '../../words/call.ts'
import { downloadOf, mark, remove, sendOn, useMailboxes, wavOf } from './data.ts'
import { t } from '../../words/translate.ts'

/** What can be done with a message. */
export function MessageMenu({ message, onDeleted }: { message: VoiceMessage; onDeleted?: () => void }) {
  const can = useCan()
  const [asking, setAsking] = useState<'delete' | 'forward' | null>(null)
  const name = t('the message of {{from}}', { from: partyName(message.from) })
  const close = () => setAsking(null)
  const change = (body: { heard?: boolean; urgent?: boolean }) => void mark(message.id, body).catch(notify.failed)
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target><ActionIcon aria-label={t('Actions for {{name}}', { name })}><EllipsisVertical size={16} aria-hidden /></ActionIcon></Menu.Target>
        <Menu.Dropdown>
          <Menu.Item component="a" href={downloadOf(message.id)} leftSection={<Download size={16} aria-hidden />}>{t('Download (Ogg Opus)')}</Menu.Item>
          <Menu.Item component="a" href={wavOf(message.id)} leftSection={<AudioLines size={16} aria-hidden />}>{t('Download as WAV')}</Menu.Item>
          {message.callId !== null && can('calls.read') && <Menu.Item component={Link} href={`/calls/${message.callId}`} leftSection={<Route size={16} aria-hidden />}>{t('The call')}</Menu.Item>}
          {can('voicemail.write') && (
            <>
              <Menu.Item leftSection={<MailCheck size={16} aria-hidden />} onClick={() => change({ heard: message.heardAt === null })}>{message.heardAt === null ? t('Mark as heard') : t('Mark as new')}</Menu.Item>
              <Menu.Item leftSection={<Flame size={16} aria-hidden />} onClick={() => change({ urgent: !message.urgent })}>{message.urgent ? t('Not urgent') : t('Mark as urgent')}</Menu.Item>
              <Menu.Item leftSection={<Forward size={16} aria-hidden />} onClick={() => setAsking('forward')}>{t('Send on')}</Menu.Item>
              <Menu.Item color="red" leftSection={<Trash2 size={16} aria-hidden />} onClick={() => setAsking('delete')}>{t('Delete')}</Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      <Confirm opened={asking === 'delete'} onClose={close} title={t('Delete this message?')} confirm={t('Delete')} onConfirm={() => remove(message.id)} done={t('The message is deleted.')} {...(onDeleted !== undefined && { onDone: onDeleted })}>
        {t('The sound of {{name}} is removed for good.', { name })}
      </Confirm>
      <FormDrawer opened={asking === 'forward'} onClose={close} title={t('Send on')}>
        <ForwardForm message={message} onClose={close} />
      </FormDrawer>
    </>
  )
}

function ForwardForm({ message, onClose }: { message: VoiceMessage; onClose: () => void }) {
  const boxes = useMailboxes()
  const form = useForm<{ mailboxIds: string[] }>({
    initial: { mailboxIds: [] },
    check: (values): Record<string, string> => (values.mailboxIds.length === 0 ? { mailboxIds: t('Choose whose mailbox.') } : {}),
    onSaved: onClose,
    save: async (values) => {
      await sendOn(message.id, values.mailboxIds)
      notify.done(t('A copy is in each of these mailboxes.'))
    },
  })
  const choices = (boxes.data ?? []).filter((box) => box.enabled && box.id !== message.mailboxId).map((box) => ({ value: box.id, label: `${box.number} ${box.name}` }))
  return (
    <FormBody submit={t('Send on')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <Text size="sm" c="dimmed">{t('Each gets a copy as a new message; this one stays where it is. By phone, 8 sends a message on with a spoken comment.')}</Text>
      <MultiSelect label={t('To the mailboxes of')} data={choices} searchable value={form.values.mailboxIds} error={form.errors.mailboxIds} onChange={(value) => form.set('mailboxIds', value)} />
    </FormBody>
  )
}
