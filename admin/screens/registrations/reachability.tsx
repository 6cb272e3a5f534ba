import type { Registration } from '../../app/types.ts'
import { StatusDot } from '../../components/status.tsx'
import { useNow } from '../../components/time.tsx'
import { instant, span } from '../../words/time.ts'
import type { Tone } from '../../words/call.ts'

const words: Record<Registration['reachable'], { label: string; tone: Tone }> = {
  yes: { label: 'Reachable', tone: 'good' },
  no: { label: 'Not answering', tone: 'bad' },
  unknown: { label: 'Registered', tone: 'busy' },
}

/** The answer to the last keep-alive. */
export function Reachability({ registration }: { registration: Registration }) {
  return <StatusDot {...words[registration.reachable]} />
}

/** Time left until the phone must register again. */
export function Expiry({ registration }: { registration: Registration }) {
  const left = Math.ceil((instant(registration.expiresAt) - useNow()) / 1000)
  return <span className="numbers">{left <= 0 ? 'a moment' : left < 120 ? `${left} s` : span(left)}</span>
}

/** `12 ms`; a dash before the first answer. */
export function RoundTrip({ registration }: { registration: Registration }) {
  const value = registration.roundTripMs
  return <span className="numbers">{value === null ? '–' : value < 10 ? `${value.toFixed(1)} ms` : `${Math.round(value)} ms`}</span>
}
