import { ActionIcon, Menu } from '@mantine/core'
import { Ellipsis, History, Pencil, Trash2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { useCan } from '../app/session.tsx'
import { t } from '../words/translate.ts'

interface RowMenuProps {
  /** What it is, for those who cannot see where the menu is: `ring group 600`. */
  of: string
  busy?: boolean
  onEdit: () => void
  onHistory?: () => void
  onDelete: () => void
  /** What else can be done, before the usual. */
  children?: ReactNode
}

/** What can be done with a row of a table. */
export function RowMenu({ of, busy = false, onEdit, onHistory, onDelete, children }: RowMenuProps) {
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target><ActionIcon loading={busy} aria-label={t('Actions for {{of}}', { of })}><Ellipsis size={18} aria-hidden /></ActionIcon></Menu.Target>
      <Menu.Dropdown>
        {children}
        <Menu.Item leftSection={<Pencil size={16} aria-hidden />} onClick={onEdit}>{t('Edit')}</Menu.Item>
        {onHistory && <HistoryItem onClick={onHistory} />}
        <Menu.Divider />
        <Menu.Item c="var(--mantine-color-error)" leftSection={<Trash2 size={16} aria-hidden />} onClick={onDelete}>{t('Delete')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

/** Opens the history from an object's menu; nothing for those who may not see it. */
export function HistoryItem({ onClick }: { onClick: () => void }) {
  const can = useCan()
  return can('audit.read') ? <Menu.Item leftSection={<History size={16} aria-hidden />} onClick={onClick}>{t('History and undo')}</Menu.Item> : null
}
