import { Alert, Button, Group, Radio, Stack, Text, Title } from '@mantine/core'
import { OctagonPause, Play } from 'lucide-react'
import { useState } from 'react'
import { useCan } from '../../app/session.tsx'
import type { Drain } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { Panel } from '../../components/panel.ts'
import { Time } from '../../components/time.tsx'
import { setDrain, useDrain } from './data.ts'
import { rich } from '../../words/rich.ts'
import { plural, sentences, t } from '../../words/translate.ts'

function callsLeft(count: number): string {
  return count === 0 ? t('No call is going on.') : plural(count, 'One call is going on.', '{{count}} calls are going on.')
}

function words({ on, thenStop, callsLeft: count }: Drain): string {
  if (!on) return sentences(t('New calls are taken.'), callsLeft(count))
  return sentences(t('New calls are refused, calls for help excepted.'), callsLeft(count), thenStop ? t('Dialplane stops when the last one is over.') : t('Dialplane goes on running.'))
}

/** Whether new calls are taken; to be turned off before maintenance. */
export function Drained() {
  const query = useDrain()
  const can = useCan()
  const [asking, setAsking] = useState<'begin' | 'end'>()
  const [then, setThen] = useState<'run' | 'stop'>('run')
  const { data } = query
  if (data === undefined) return null
  return (
    <Panel component="section" aria-labelledby="drain">
      <Group justify="space-between" mb="sm">
        <Title order={2} id="drain">{t('New calls')}</Title>
        {can('system.drain') && (data.on
          ? <Button size="xs" variant="default" leftSection={<Play size={16} aria-hidden />} onClick={() => setAsking('end')}>{t('Take new calls again')}</Button>
          : <Button size="xs" variant="default" leftSection={<OctagonPause size={16} aria-hidden />} onClick={() => setAsking('begin')}>{t('Take no new calls')}</Button>)}
      </Group>
      {data.on
        ? <Alert color="yellow" icon={<OctagonPause size={18} aria-hidden />}>{words(data)} {data.since !== null && rich('Since {{time}}.', { time: <Time at={data.since} /> })}</Alert>
        : <Text size="sm">{words(data)}</Text>}
      <Confirm
        opened={asking === 'begin'} onClose={() => setAsking(undefined)} title={t('Take no new calls?')} confirm={t('Take no new calls')}
        onConfirm={() => setDrain({ thenStop: then === 'stop' })} done={t('New calls are refused.')}
      >
        <Stack gap="sm">
          <Text size="sm">{t('Callers hear that nobody can be reached. Calls that go on are not touched, phones stay registered, and calls for help are put through.')}</Text>
          <Radio.Group label={t('When the last call is over')} value={then} onChange={(value) => setThen(value === 'stop' ? 'stop' : 'run')}>
            <Stack gap="xs" mt="xs">
              <Radio value="run" label={t('Dialplane goes on running, until new calls are taken again')} />
              <Radio value="stop" label={t('Dialplane stops; it must be started again on the machine')} />
            </Stack>
          </Radio.Group>
        </Stack>
      </Confirm>
      <Confirm
        opened={asking === 'end'} onClose={() => setAsking(undefined)} title={t('Take new calls again?')} confirm={t('Take new calls')} danger={false}
        onConfirm={() => setDrain(undefined)} done={t('New calls are taken.')}
      >
        <Text size="sm">{data.thenStop ? t('Dialplane will not stop after the last call.') : t('Callers get through again.')}</Text>
      </Confirm>
    </Panel>
  )
}
