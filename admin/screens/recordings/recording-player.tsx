import { Text } from '@mantine/core'
import { useCan } from '../../app/session.tsx'
import type { Recording } from '../../app/types.ts'
import { audioOf, usePeaks, wavOf, whyNot } from './data.ts'
import { partyName } from '../../words/call.ts'
import { SoundPlayer } from '../../components/sound-player.tsx'
import { t } from '../../words/translate.ts'

/** A recording to be heard in place, or why it cannot be. */
export function RecordingPlayer({ recording }: { recording: Recording }) {
  const can = useCan()
  const reason = whyNot(recording)
  if (reason !== null) return <Text size="sm" c={recording.status === 'failed' ? 'red' : 'dimmed'}>{reason}</Text>
  if (!can('recordings.read')) return <Text size="sm" c="dimmed">{t('Your roles do not include listening to recordings.')}</Text>
  return <Player recording={recording} />
}

function Player({ recording }: { recording: Recording }) {
  const peaks = usePeaks(recording.id)
  return (
    <>
      {recording.failure !== null && <Text size="sm" c="red" mb={6}>{recording.failure}</Text>}
      <SoundPlayer
        key={recording.id}
        source={audioOf(recording.id)}
        fallback={wavOf(recording.id)}
        seconds={recording.seconds ?? 0}
        peaks={peaks.data}
        sides={{ left: partyName(recording.from), right: partyName(recording.to) }}
        marks={recording.marks}
        label={t('Recording')}
      />
    </>
  )
}
