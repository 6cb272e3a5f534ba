/** Making tones and finding them again (Goertzel's algorithm). Samples are 16-bit at 8 kHz unless said. */
export const SAMPLE_RATE = 8000

/** `count` samples of a sine from sample `start` on, so that packets join without a click. */
export function sine(frequency: number, start: number, count: number, amplitude = 8000, rate = SAMPLE_RATE): Int16Array {
  const samples = new Int16Array(count)
  for (let i = 0; i < count; i++) samples[i] = Math.round(amplitude * Math.sin((2 * Math.PI * frequency * (start + i)) / rate))
  return samples
}

/** Share of the signal's energy that lies at `frequency`: near 1 for a pure tone, near 0 for another or for noise. */
export function toneShare(samples: Int16Array, frequency: number, rate = SAMPLE_RATE): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * frequency) / rate)
  let s1 = 0
  let s2 = 0
  let energy = 0
  for (const sample of samples) {
    const s0 = sample + coefficient * s1 - s2
    s2 = s1
    s1 = s0
    energy += sample * sample
  }
  if (energy === 0) return 0
  const power = s1 * s1 + s2 * s2 - coefficient * s1 * s2
  return (2 * power) / (samples.length * energy)
}

/** Root mean square: 0 is silence, about 5600 is `sine` at its default amplitude. */
export function loudness(samples: Int16Array): number {
  let energy = 0
  for (const sample of samples) energy += sample * sample
  return samples.length === 0 ? 0 : Math.sqrt(energy / samples.length)
}

/** The strongest frequency in steps of 20 Hz between 100 and 3400 Hz; undefined for silence. For what failed tests say. */
export function strongest(samples: Int16Array, rate = SAMPLE_RATE): number | undefined {
  if (loudness(samples) < 50) return undefined
  let best = 0
  let at = 0
  for (let frequency = 100; frequency <= 3400; frequency += 20) {
    const share = toneShare(samples, frequency, rate)
    if (share > best) [best, at] = [share, frequency]
  }
  return at
}
