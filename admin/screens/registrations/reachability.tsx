import { Text } from '@mantine/core'
import type { Registration } from '../../app/types.ts'
import { StatusDot } from '../../components/status.tsx'
import { useNow } from '../../components/time.tsx'
import { instant, span } from '../../words/time.ts'
import type { Tone } from '../../words/call.ts'
import { decimal, t } from '../../words/translate.ts'

const words: Record<Registration['reachable'], { label: string; tone: Tone }> = {
  yes: { label: t('Reachable'), tone: 'good' },
  no: { label: t('Not answering'), tone: 'bad' },
  unknown: { label: t('Registered'), tone: 'busy' },
}

/** The answer to the last keep-alive. */
export function Reachability({ registration }: { registration: Registration }) {
  if (!registration.waiting) return <StatusDot {...words[registration.reachable]} />
  return <span title={t('Its connection ended when the system restarted. It is not rung until the phone comes back by itself.')}><StatusDot label={t('Waiting to return')} tone="quiet" /></span>
}

/** Which way to which phone, where there may be several, and what is between. */
export function Way({ registration: { regId, instance, path, contact, q } }: { registration: Registration }) {
  const parts = [
    ...(regId === null ? [] : [t('way {{regId}}', { regId })]),
    ...(path.length === 0 ? [] : [t('through {{path}}', { path: path.map(hostOf).join(', ') })]),
    ...(q === 1 ? [] : [t('preference {{q}}', { q })]),
  ]
  const details = [t('Contact: {{contact}}', { contact }), ...(instance === null ? [] : [t('Phone: {{instance}}', { instance })]), ...(path.length === 0 ? [] : [t('Path: {{path}}', { path: path.join(', ') })])]
  return <Text size="xs" c="dimmed" title={details.join('\n')}>{parts.join(', ') || t('directly')}</Text>
}

/** `<sip:x@192.0.2.7:5060;lr>` → `192.0.2.7:5060` */
function hostOf(route: string): string {
  return /sips?:(?:[^@>]*@)?([^;>?]*)/i.exec(route)?.[1] ?? route
}

/** Time left until the phone must register again. */
export function Expiry({ registration }: { registration: Registration }) {
  const left = Math.ceil((instant(registration.expiresAt) - useNow()) / 1000)
  return <span className="numbers">{left <= 0 ? t('a moment') : left < 120 ? `${left} s` : span(left)}</span>
}

/** `12 ms`; a dash before the first answer. */
export function RoundTrip({ registration }: { registration: Registration }) {
  const value = registration.roundTripMs
  return <span className="numbers">{value === null ? '–' : value < 10 ? `${decimal(value, 1)} ms` : `${Math.round(value)} ms`}</span>
}
