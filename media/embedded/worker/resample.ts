/** Sound at 16, 24, 32 or 48 kHz brought down to 8 kHz. Done once per file, so clarity comes first. */

const HALF_LENGTH = 24

/** Low-pass by a windowed sinc below 3.6 kHz, then every `factor`th sample. */
export function decimate(samples: Int16Array, factor: number): Int16Array {
  if (factor === 1) return samples
  const taps = lowPass(factor)
  const reach = HALF_LENGTH * factor
  const out = new Int16Array(Math.floor(samples.length / factor))
  for (let i = 0; i < out.length; i += 1) {
    const centre = i * factor
    let sum = 0
    for (let tap = 0; tap < taps.length; tap += 1) sum += taps[tap]! * (samples[centre + tap - reach] ?? 0)
    out[i] = Math.max(-32_768, Math.min(32_767, Math.round(sum)))
  }
  return out
}

function lowPass(factor: number): Float64Array {
  const reach = HALF_LENGTH * factor
  const cutoff = 3600 / (8000 * factor)
  const taps = new Float64Array(2 * reach + 1)
  let sum = 0
  for (let i = 0; i < taps.length; i += 1) {
    const x = i - reach
    const sinc = x === 0 ? 2 * cutoff : Math.sin(2 * Math.PI * cutoff * x) / (Math.PI * x)
    taps[i] = sinc * (0.54 + 0.46 * Math.cos((Math.PI * x) / reach))
    sum += taps[i]!
  }
  return taps.map((tap) => tap / sum)
}
