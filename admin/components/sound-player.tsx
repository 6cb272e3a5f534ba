import { ActionIcon, Group, SegmentedControl, Text, Tooltip } from '@mantine/core'
import { Pause, Play, RotateCcw, RotateCw } from 'lucide-react'
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { duration } from '../words/time.ts'
import { Waveform } from './waveform.tsx'
import { t } from '../words/translate.ts'

export interface SoundPlayerProps {
  /** The sound, and what it is played from where the browser knows no Opus in Ogg. */
  source: string
  fallback: string
  seconds: number
  peaks: { left: readonly number[]; right: readonly number[] } | undefined
  /** Names of the sides, for the legend: the upper and the lower half. */
  sides: { left: string; right: string }
  marks: readonly { at: number; kind: 'pause' | 'resume' }[]
  label: string
}

const STEP_SECONDS = 5
const speeds = ['1', '1.5', '2']

/** Plays a recording: waveform to jump in, speeds, and keys (space, arrows, home, end). */
export function SoundPlayer({ source, fallback, seconds, peaks, sides, marks, label }: SoundPlayerProps) {
  const audio = useRef<HTMLAudioElement>(null)
  const [playing, setPlaying] = useState(false)
  const [at, setAt] = useState(0)
  const [speed, setSpeed] = useState('1')
  const [failed, setFailed] = useState(false)
  const playable = useMemo(() => (document.createElement('audio').canPlayType('audio/ogg; codecs=opus') === '' ? fallback : source), [source, fallback])
  useEffect(() => {
    if (audio.current !== null) audio.current.playbackRate = Number(speed)
  }, [speed, playable])

  const gaps = useMemo(() => gapsOf(marks, seconds), [marks, seconds])
  const toggle = () => {
    const element = audio.current
    if (element === null) return
    if (!element.paused) return element.pause()
    // Another try where the last one failed: it may have been stored meanwhile.
    if (failed) element.load()
    setFailed(false)
    element.playbackRate = Number(speed)
    element.play().catch(() => setFailed(true))
  }
  const seek = (to: number) => {
    const element = audio.current
    const place = Math.max(0, Math.min(seconds, to))
    setAt(place)
    if (element !== null) element.currentTime = place
  }
  const onKey = (event: KeyboardEvent) => {
    const moves: Record<string, () => void> = {
      ArrowLeft: () => seek(at - STEP_SECONDS), ArrowRight: () => seek(at + STEP_SECONDS), Home: () => seek(0), End: () => seek(seconds), ' ': toggle, Enter: toggle,
    }
    const move = moves[event.key]
    if (move === undefined) return
    event.preventDefault()
    move()
  }
  const onPointer = (event: PointerEvent<HTMLDivElement>) => {
    if (event.type === 'pointermove' && event.buttons !== 1) return
    const box = event.currentTarget.getBoundingClientRect()
    seek(((event.clientX - box.left) / box.width) * seconds)
  }

  return (
    <div>
      <audio
        ref={audio}
        preload="none"
        src={playable}
        aria-label={label}
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onEnded={() => setPlaying(false)}
        onError={() => setFailed(true)}
        onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
      />
      <div
        role="slider"
        tabIndex={0}
        aria-label={t('Position in {{label}}', { label })}
        aria-valuemin={0}
        aria-valuemax={Math.round(seconds)}
        aria-valuenow={Math.round(at)}
        aria-valuetext={t('{{at}} of {{whole}}', { at: duration(at * 1000), whole: duration(seconds * 1000) })}
        onKeyDown={onKey}
        onPointerDown={onPointer}
        onPointerMove={onPointer}
        style={{ cursor: 'pointer', touchAction: 'none', borderRadius: 4 }}
      >
        <Waveform left={peaks?.left ?? []} right={peaks?.right ?? []} progress={seconds > 0 ? at / seconds : 0} gaps={gaps} height={72} />
      </div>
      <Group justify="space-between" mt={6} gap="xs">
        <Group gap={6} wrap="nowrap">
          <Tooltip label={t('Back 5 s')}><ActionIcon variant="default" aria-label={t('Back 5 seconds')} onClick={() => seek(at - STEP_SECONDS)}><RotateCcw size={16} aria-hidden /></ActionIcon></Tooltip>
          <ActionIcon size="lg" radius="xl" variant="filled" aria-label={playing ? t('Pause') : t('Play')} onClick={toggle}>{playing ? <Pause size={18} aria-hidden /> : <Play size={18} aria-hidden />}</ActionIcon>
          <Tooltip label={t('On 5 s')}><ActionIcon variant="default" aria-label={t('On 5 seconds')} onClick={() => seek(at + STEP_SECONDS)}><RotateCw size={16} aria-hidden /></ActionIcon></Tooltip>
          <Text size="sm" className="numbers" ml={4}>{duration(at * 1000)} / {duration(seconds * 1000)}</Text>
        </Group>
        <Text size="xs" c="dimmed">{gaps.length > 0 ? t('Above: {{left}} (left) · below: {{right}} (right) · grey: not recorded', sides) : t('Above: {{left}} (left) · below: {{right}} (right)', sides)}</Text>
        <SegmentedControl size="xs" aria-label={t('Speed')} value={speed} onChange={setSpeed} data={speeds.map((value) => ({ value, label: `${value}×` }))} />
      </Group>
      {failed && <Text size="sm" c="red" mt={4} role="alert">{t('It cannot be played now. Play tries again.')}</Text>}
    </div>
  )
}

/** What lies between a pause and its end. */
function gapsOf(marks: SoundPlayerProps['marks'], seconds: number): { from: number; to: number }[] {
  const gaps: { from: number; to: number }[] = []
  for (const { at, kind } of marks) {
    if (kind === 'pause') gaps.push({ from: at / seconds, to: 1 })
    else gaps.at(-1)!.to = at / seconds
  }
  return gaps
}
