import { ActionIcon, Menu } from '@mantine/core'
import { Ellipsis, Pencil, Power, PowerOff, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import type { Extension } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { HistoryItem } from '../../components/row-menu.tsx'
import { HistoryDrawer } from '../audit/history.tsx'
import { changeExtension, removeExtension } from './data.ts'
import { plural, t } from '../../words/translate.ts'

interface ExtensionMenuProps {
  extension: Extension
  onEdit: () => void
  onDeleted?: () => void
}

/** What can be done to one extension. */
export function ExtensionMenu({ extension, onEdit, onDeleted }: ExtensionMenuProps) {
  const [asking, setAsking] = useState<'delete' | 'off' | null>(null)
  const [history, setHistory] = useState(false)
  const { id, number, version, enabled, devices } = extension
  return (
    <>
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <ActionIcon aria-label={t('Actions for extension {{number}}', { number })}><Ellipsis size={18} aria-hidden /></ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Pencil size={16} aria-hidden />} onClick={onEdit}>{t('Edit')}</Menu.Item>
          {enabled
            ? <Menu.Item leftSection={<PowerOff size={16} aria-hidden />} onClick={() => setAsking('off')}>{t('Turn off')}</Menu.Item>
            : (
                <Menu.Item
                  leftSection={<Power size={16} aria-hidden />}
                  onClick={() => void changeExtension(id, { enabled: true, version }).then(() => notify.done(t('Extension {{number}} is on.', { number })), notify.failed)}
                >
                  {t('Turn on')}
                </Menu.Item>
              )}
          <HistoryItem onClick={() => setHistory(true)} />
          <Menu.Divider />
          <Menu.Item c="var(--mantine-color-error)" leftSection={<Trash2 size={16} aria-hidden />} onClick={() => setAsking('delete')}>{t('Delete')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <HistoryDrawer of={history ? { type: 'extension', id, title: t('extension {{number}}', { number }) } : undefined} onClose={() => setHistory(false)} />
      <Confirm
        opened={asking === 'delete'}
        onClose={() => setAsking(null)}
        title={t('Delete extension {{number}}?', { number })}
        confirm={t('Delete extension')}
        onConfirm={() => removeExtension(id)}
        done={t('Extension {{number}} is deleted.', { number })}
        {...(onDeleted !== undefined && { onDone: onDeleted })}
      >
        {plural(devices.length, 'Its phone is signed out and cannot register again.', 'Its {{count}} phones are signed out and cannot register again.')} {t('A call going on is not cut off, and past calls stay in the history. The audit log can bring the extension back, but not the passwords of its phones.')}
      </Confirm>
      <Confirm
        opened={asking === 'off'}
        onClose={() => setAsking(null)}
        title={t('Turn off extension {{number}}?', { number })}
        confirm={t('Turn off')}
        danger={false}
        onConfirm={() => changeExtension(id, { enabled: false, version })}
        done={t('Extension {{number}} is off.', { number })}
      >
        {t('Its phones cannot register and calls to it are refused until you turn it on again. Passwords are kept.')}
      </Confirm>
    </>
  )
}
