import { Alert, Button, Code, List, Loader, Modal, Stack, Text } from '@mantine/core'
import { CircleAlert, CircleCheck } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { Application } from '../../app/types.ts'
import type { ApplicationTrial } from '../../client/index.ts'
import { ErrorState } from '../../components/states.tsx'
import { useLastOpen } from '../../components/use-last-open.ts'
import { tryOut } from './data.ts'
import { rich } from '../../words/rich.ts'
import { t } from '../../words/translate.ts'

/** Asks the program about a call that is none, and shows what would be done. */
export function Trial({ of, onClose }: { of: Application | null; onClose: () => void }) {
  const shown = useLastOpen(of !== null, of)
  return (
    <Modal opened={of !== null} onClose={onClose} size="lg" title={<Text span fw={650} fz="lg">{rich('Try out {{name}}', { name: shown?.name })}</Text>}>
      {shown !== null && <Result id={shown.id} fallback={shown.fallback} onClose={onClose} />}
    </Modal>
  )
}

function Result({ id, fallback, onClose }: { id: string; fallback: string; onClose: () => void }) {
  const [trial, setTrial] = useState<ApplicationTrial>()
  const [error, setError] = useState<unknown>()
  const [round, setRound] = useState(0)
  useEffect(() => {
    let wanted = true
    setTrial(undefined)
    setError(undefined)
    tryOut(id).then((made) => wanted && setTrial(made), (why: unknown) => wanted && setError(why))
    return () => void (wanted = false)
  }, [id, round])
  const again = (): void => setRound(round + 1)
  if (error !== undefined) return <ErrorState error={error} retry={again} />
  if (trial === undefined) return <Loader aria-label={t('The program is asked')} mx="auto" my="xl" />
  const { asked, answer, ms, problem, verbs } = trial
  return (
    <Stack gap="md">
      {problem === null
        ? <Alert icon={<CircleCheck size={18} aria-hidden />} color="green" title={t('It answered within {{ms}} ms', { ms })}><List type="ordered" aria-label={t('What would be done')}>{verbs.map((verb, at) => <List.Item key={at}>{verb}</List.Item>)}</List></Alert>
        : <Alert icon={<CircleAlert size={18} aria-hidden />} color="red" title={t('The call would go to {{fallback}}', { fallback })}>{problem}</Alert>}
      <Text fw={600} size="sm">{t('What it was sent')}</Text>
      <Code block mah={220} style={{ overflow: 'auto', whiteSpace: 'pre-wrap' }} tabIndex={0}>{asked}</Code>
      {answer !== '' && <><Text fw={600} size="sm">{t('What it answered')}</Text><Code block mah={220} style={{ overflow: 'auto', whiteSpace: 'pre-wrap' }} tabIndex={0}>{answer}</Code></>}
      <Stack gap="xs" align="flex-end"><Button.Group><Button variant="default" onClick={again}>{t('Ask again')}</Button><Button onClick={onClose}>{t('Done')}</Button></Button.Group></Stack>
    </Stack>
  )
}
