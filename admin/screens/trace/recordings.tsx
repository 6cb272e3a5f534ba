import { Anchor, Group, Stack, Text, Title } from '@mantine/core'
import { Download } from 'lucide-react'
import { useCan } from '../../app/session.tsx'
import type { Recording } from '../../app/types.ts'
import { Panel } from '../../components/panel.ts'
import { Time } from '../../components/time.tsx'
import { duration } from '../../words/time.ts'

const audioAddress = (id: string) => `/api/v1/recordings/${id}/audio`

function size(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** The recordings of a call, to be heard in place: caller left, called party right. */
export function Recordings({ recordings }: { recordings: Recording[] }) {
  const can = useCan()
  if (recordings.length === 0) return null
  return (
    <Panel component="section" aria-labelledby="recordings">
      <Title order={2} id="recordings">Recordings</Title>
      <Text size="sm" c="dimmed" mb="sm">The caller is on the left, the called party on the right. Each listening is noted in the audit log.</Text>
      <Stack gap="md">
        {recordings.map((recording) => (
          <div key={recording.id}>
            <Group justify="space-between" gap="xs" mb={6}>
              <Text size="sm" component="div"><Time at={recording.startedAt} />{recording.seconds !== null && <> · <span className="numbers">{duration(recording.seconds * 1000)}</span></>}{recording.bytes !== null && <> · {size(recording.bytes)}</>}{recording.startedBy !== null && <> · started by {recording.startedBy}</>}</Text>
              {recording.status === 'finished' && can('recordings.read') && (
                <Anchor size="sm" href={audioAddress(recording.id)} download={`recording-${recording.id}.wav`} style={{ display: 'inline-flex', gap: 4, alignItems: 'center' }}>
                  <Download size={14} aria-hidden />Download
                </Anchor>
              )}
            </Group>
            {recording.status === 'recording' && <Text size="sm" c="dimmed">Being recorded; you can listen when it has ended.</Text>}
            {recording.status === 'failed' && <Text size="sm" c="red">This recording failed{recording.failure === null ? '.' : `: ${recording.failure}`}</Text>}
            {recording.status === 'finished' && (can('recordings.read')
              ? <audio controls preload="none" src={audioAddress(recording.id)} style={{ width: '100%', height: 40 }} aria-label="Recording" />
              : <Text size="sm" c="dimmed">Your roles do not include listening to recordings.</Text>)}
          </div>
        ))}
      </Stack>
    </Panel>
  )
}
