import { useState } from 'react'
import type { Conference } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { RowMenu } from '../../components/row-menu.tsx'
import { HistoryDrawer } from '../audit/history.tsx'
import { removeConference } from './data.ts'
import { t } from '../../words/translate.ts'

/** What can be done to one room as it is configured. */
export function ConferenceMenu({ conference, onEdit, onDeleted }: { conference: Conference; onEdit: () => void; onDeleted?: () => void }) {
  const [asking, setAsking] = useState(false)
  const [history, setHistory] = useState(false)
  const { id, number } = conference
  return (
    <>
      <RowMenu of={t('conference room {{number}}', { number })} onEdit={onEdit} onHistory={() => setHistory(true)} onDelete={() => setAsking(true)} />
      <HistoryDrawer of={history ? { type: 'conference', id, title: t('conference room {{number}}', { number }) } : undefined} onClose={() => setHistory(false)} />
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={t('Delete conference room {{number}}?', { number })}
        confirm={t('Delete room')}
        onConfirm={() => removeConference(id)}
        done={t('Conference room {{number}} is deleted.', { number })}
        {...(onDeleted !== undefined && { onDone: onDeleted })}
      >
        {t('Nobody can dial into it any more. Who is in it now goes on until they leave. It can be brought back from the audit log; its PIN cannot.')}
      </Confirm>
    </>
  )
}
