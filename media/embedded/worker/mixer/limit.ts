/** Sums of voices brought back into 16 bits: up to the knee as they are, beyond it ever less (no hard clipping). */
const KNEE = 24_000
const ROOM = 32_767 - KNEE

export function limited(sum: number): number {
  if (sum <= KNEE && sum >= -KNEE) return sum
  const over = (Math.abs(sum) - KNEE) / ROOM
  const bent = KNEE + (ROOM * over) / (1 + over)
  return sum < 0 ? -bent : bent
}
