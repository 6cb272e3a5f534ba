import { Button, Code, Group, List, Stack, Text } from '@mantine/core'
import { CopyButton } from '../../components/copy.tsx'
import { Problem } from '../../components/states.tsx'
import { useForm } from '../../components/use-form.ts'
import { QrCode } from '../extensions/qr-code.tsx'
import { checkCode, CodeField } from './code-field.tsx'
import { t } from '../../words/translate.ts'

interface Props {
  secret: string
  uri: string
  confirm: (code: string) => Promise<unknown>
  onCancel?: () => void
}

/** The QR code, and the first code of the app as the proof that it was read. */
export function Enrolment({ secret, uri, confirm, onCancel }: Props) {
  const form = useForm({ initial: { code: '' }, check: checkCode, save: ({ code }) => confirm(code) })
  return (
    <form noValidate onSubmit={(submitted) => { submitted.preventDefault(); form.submit() }}>
      <Stack gap="md">
        <List type="ordered" size="sm" spacing={4}>
          <List.Item>{t('Install an authenticator app on your phone, such as Aegis, Google Authenticator or the one of your password manager.')}</List.Item>
          <List.Item>{t('Have it read this picture.')}</List.Item>
          <List.Item>{t('Enter the six digits that it shows.')}</List.Item>
        </List>
        <QrCode text={uri} label={t('QR code for the authenticator app')} />
        <div>
          <Text size="xs" c="dimmed">{t('No camera? Type this key into the app:')}</Text>
          <Group gap={4} wrap="nowrap"><Code className="break-anywhere">{secret}</Code><CopyButton text={secret} what={t('the key')} /></Group>
        </div>
        <CodeField value={form.values.code} error={form.errors.code} onChange={(value) => form.set('code', value)} />
        <Problem error={form.problem} />
        <Group>
          <Button type="submit" loading={form.busy}>{t('Confirm')}</Button>
          {onCancel !== undefined && <Button variant="default" onClick={onCancel}>{t('Cancel')}</Button>}
        </Group>
      </Stack>
    </form>
  )
}
