import { Anchor, Group, Stack, Text, Title } from '@mantine/core'
import { Link } from 'wouter'
import type { CallDetail } from '../../app/types.ts'
import { Panel } from '../../components/panel.ts'
import { Time } from '../../components/time.tsx'
import { fileSize } from '../../words/size.ts'
import { RecordingMenu } from '../recordings/recording-menu.tsx'
import { RecordingPlayer } from '../recordings/recording-player.tsx'
import { rich } from '../../words/rich.ts'
import { t } from '../../words/translate.ts'

/** The recordings of a call, to be heard in place: caller left, called party right. */
export function Recordings({ call: { id, rootId, recordings } }: { call: CallDetail }) {
  if (recordings.length === 0) return null
  return (
    <Panel component="section" aria-labelledby="recordings">
      <Title order={2} id="recordings">{t('Recordings')}</Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t('The caller is on the left, the called party on the right. Each listening is noted in the audit log.')}
        {id !== rootId && ' '}{id !== rootId && rich('This call came out of another by transfer: <anchor>the first call</anchor> may have recordings too.', { anchor: (inside) => <Anchor component={Link} href={`/calls/${rootId}`}>{inside}</Anchor> })}
      </Text>
      <Stack gap="md">
        {recordings.map((recording) => (
          <div key={recording.id}>
            <Group justify="space-between" gap="xs" mb={6} wrap="nowrap">
              <Text size="sm" component="div"><Time at={recording.startedAt} />{recording.stored && recording.bytes !== null && <> · {fileSize(recording.bytes)}</>}{recording.startedBy !== null && ` · ${t('started by {{by}}', { by: recording.startedBy })}`}</Text>
              <RecordingMenu recording={recording} call={false} />
            </Group>
            <RecordingPlayer recording={recording} />
          </div>
        ))}
      </Stack>
    </Panel>
  )
}
