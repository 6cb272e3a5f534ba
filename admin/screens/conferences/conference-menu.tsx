import { ActionIcon, Menu } from '@mantine/core'
import { Ellipsis, Pencil, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { Conference } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { HistoryDrawer, HistoryItem } from '../audit/history.tsx'
import { removeConference } from './data.ts'

/** What can be done to one room as it is configured. */
export function ConferenceMenu({ conference, onEdit, onDeleted }: { conference: Conference; onEdit: () => void; onDeleted?: () => void }) {
  const [asking, setAsking] = useState(false)
  const [history, setHistory] = useState(false)
  const { id, number } = conference
  return (
    <>
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <ActionIcon aria-label={`Actions for conference room ${number}`}><Ellipsis size={18} aria-hidden /></ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Pencil size={16} aria-hidden />} onClick={onEdit}>Edit</Menu.Item>
          <HistoryItem onClick={() => setHistory(true)} />
          <Menu.Divider />
          <Menu.Item c="var(--mantine-color-error)" leftSection={<Trash2 size={16} aria-hidden />} onClick={() => setAsking(true)}>Delete</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <HistoryDrawer of={history ? { type: 'conference', id, title: `conference room ${number}` } : undefined} onClose={() => setHistory(false)} />
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={`Delete conference room ${number}?`}
        confirm="Delete room"
        onConfirm={() => removeConference(id)}
        done={`Conference room ${number} is deleted.`}
        {...(onDeleted !== undefined && { onDone: onDeleted })}
      >
        Nobody can dial into it any more. Who is in it now goes on until they leave. It can be brought back from the audit log; its PIN cannot.
      </Confirm>
    </>
  )
}
