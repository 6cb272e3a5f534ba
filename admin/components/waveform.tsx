import { useMantineTheme, useComputedColorScheme } from '@mantine/core'
import { useEffect, useRef } from 'react'

interface WaveformProps {
  left: readonly number[]
  right: readonly number[]
  /** 0 to 1: what has been heard is drawn stronger. */
  progress: number
  /** Stretches that were not recorded, each from and to as shares of the whole. */
  gaps: readonly { from: number; to: number }[]
  height: number
}

const BAR = 3

/** The loudness of a recording over time: the caller up, the other side down. */
export function Waveform({ left, right, progress, gaps, height }: WaveformProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const theme = useMantineTheme()
  const dark = useComputedColorScheme('light') === 'dark'
  useEffect(() => {
    const element = canvas.current
    if (element === null) return
    const draw = () => {
      const context = element.getContext('2d')
      if (context === null) return
      const width = element.clientWidth
      const scale = window.devicePixelRatio
      element.width = width * scale
      element.height = height * scale
      context.scale(scale, scale)
      context.clearRect(0, 0, width, height)
      const bars = Math.max(1, Math.floor(width / BAR))
      const loudest = (peaks: readonly number[], bar: number): number => {
        const [from, to] = [Math.floor((bar * peaks.length) / bars), Math.max(1, Math.ceil(((bar + 1) * peaks.length) / bars))]
        return Math.max(0, ...peaks.slice(from, to)) / 255
      }
      const middle = height / 2
      const shades = { up: theme.colors.blue, down: theme.colors.teal }
      for (let bar = 0; bar < bars; bar += 1) {
        const at = (bar + 0.5) / bars
        const heard = at <= progress
        const missing = gaps.some((gap) => at >= gap.from && at < gap.to)
        const shade = heard ? 6 : dark ? 9 : 2
        // Quiet speech should be seen too: the root is nearer to what ears say.
        const reach = (value: number) => Math.max(1, Math.sqrt(value) * (middle - 2))
        if (missing) {
          context.fillStyle = theme.colors.gray[dark ? 7 : 4]
          context.fillRect(bar * BAR, middle - 1, BAR - 1, 2)
          continue
        }
        context.fillStyle = shades.up[shade] ?? ''
        context.fillRect(bar * BAR, middle - reach(loudest(left, bar)), BAR - 1, reach(loudest(left, bar)))
        context.fillStyle = shades.down[shade] ?? ''
        context.fillRect(bar * BAR, middle, BAR - 1, reach(loudest(right, bar)))
      }
    }
    draw()
    const observer = new ResizeObserver(draw)
    observer.observe(element)
    return () => observer.disconnect()
  }, [left, right, progress, gaps, height, theme, dark])
  return <canvas ref={canvas} aria-hidden style={{ width: '100%', height, display: 'block' }} />
}
