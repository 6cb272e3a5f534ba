import { Button, FileInput, Group } from '@mantine/core'
import { t } from '../words/translate.ts'

interface RecordingInputProps {
  file: File | null
  /** There is one, and it stays. */
  recorded: boolean
  error: string | undefined
  onFile: (file: File | null) => void
  onTakeAway: () => void
  /** What is heard now; undefined: there is nothing yet. */
  heard: string | undefined
}

/** The largest that the server takes. */
export const LARGEST_RECORDING = 10_000_000

/** A recording that is played instead of a spoken text. */
export function RecordingInput({ file, recorded, error, onFile, onTakeAway, heard }: RecordingInputProps) {
  return (
    <>
      <FileInput label={t('Or a recording of yours')} description={t('Played instead of the text: WAV (16-bit PCM or G.711) or Opus in Ogg, up to 10 MB.')} placeholder={recorded ? t('There is one; choose another') : t('Choose a file')} accept=".wav,.ogg,.opus,audio/wav,audio/ogg" clearable value={file} error={error} onChange={onFile} />
      {recorded && <Group><Button size="xs" variant="default" color="red" onClick={onTakeAway}>{t('Take the recording away')}</Button></Group>}
      {heard !== undefined && <audio controls preload="none" src={heard} aria-label={t('The greeting as it is now')} style={{ width: '100%', height: 40 }} />}
    </>
  )
}
