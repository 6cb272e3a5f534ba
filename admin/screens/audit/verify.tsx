import { Alert, Button, Text } from '@mantine/core'
import { ShieldAlert, ShieldCheck } from 'lucide-react'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import type { AuditVerification } from '../../app/types.ts'
import { verifyAuditNow } from './data.ts'
import { rich } from '../../words/rich.ts'
import { plural, t } from '../../words/translate.ts'

/** Asks for the whole chain to be read; `onResult` is told what came of it. */
export function VerifyButton({ onResult }: { onResult: (result: AuditVerification) => void }) {
  const [busy, setBusy] = useState(false)
  const verify = async () => {
    setBusy(true)
    try {
      onResult(await verifyAuditNow())
    } catch (error) {
      notify.failed(error)
    } finally {
      setBusy(false)
    }
  }
  return <Button variant="default" leftSection={<ShieldCheck size={16} aria-hidden />} loading={busy} onClick={() => void verify()}>{t('Verify')}</Button>
}

/** What verification found, until it is closed. */
export function Verified({ result, onClose }: { result: AuditVerification; onClose: () => void }) {
  const { broken } = result
  if (broken !== null) {
    return (
      <Alert color="red" icon={<ShieldAlert size={18} aria-hidden />} title={t('The audit was tampered with')} withCloseButton closeButtonLabel={t('Close')} onClose={onClose}>
        {t('Entry {{entry}}, at place {{position}}: {{reason}} What stands before it fits. Compare with a backup.', { entry: broken.entryId ?? t('unknown'), position: broken.position, reason: broken.reason })}
      </Alert>
    )
  }
  return (
    <Alert color="green" icon={<ShieldCheck size={18} aria-hidden />} title={plural(result.entries, 'The one entry fits', 'All {{count}} entries fit')} withCloseButton closeButtonLabel={t('Close')} onClose={onClose}>
      {t('None was changed or removed.')} {result.head !== null && rich('Keep this hash outside to compare later: {{head}}', { head: <Text span ff="monospace" size="xs" className="break-anywhere">{result.head}</Text> })}
    </Alert>
  )
}
