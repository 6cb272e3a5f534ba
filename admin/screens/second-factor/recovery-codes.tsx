import { Alert, Button, Code, Group, SimpleGrid, Stack, Text } from '@mantine/core'
import { Download, KeyRound } from 'lucide-react'
import { CopyButton } from '../../components/copy.tsx'
import { t } from '../../words/translate.ts'

/** The recovery codes, the one time they are seen. */
export function RecoveryCodeList({ codes, done, onDone }: { codes: readonly string[]; done: string; onDone: () => void }) {
  const text = codes.join('\n')
  return (
    <Stack gap="md">
      <Alert color="orange" icon={<KeyRound size={18} aria-hidden />} title={t('Keep these recovery codes')}>
        {t('Each opens once when your phone is not at hand. They are shown only now: print them or put them where you keep passwords.')}
      </Alert>
      <SimpleGrid cols={2} spacing="xs" component="ul" p={0} m={0} style={{ listStyle: 'none' }} aria-label={t('Recovery codes')}>
        {codes.map((code) => <li key={code}><Code fz="sm">{code}</Code></li>)}
      </SimpleGrid>
      <Group gap="xs">
        <Button component="a" variant="default" size="xs" leftSection={<Download size={14} aria-hidden />} href={`data:text/plain;charset=utf-8,${encodeURIComponent(`Dialplane recovery codes\n\n${text}\n`)}`} download="dialplane-recovery-codes.txt">{t('Save as a file')}</Button>
        <CopyButton text={text} what={t('the recovery codes')} />
      </Group>
      <Button onClick={onDone}>{done}</Button>
      <Text size="xs" c="dimmed">{t('New ones can be made under My account at any time.')}</Text>
    </Stack>
  )
}
