/** What support needs, as one text that whoever sends it can read first. No secret is in it. */
import { open } from 'node:fs/promises'
import { arch, cpus, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import type { Finding } from '../../config/doctor/machine.ts'
import type { Settings } from '../../config/settings/settings.ts'

const LOG_BYTES = 1_000_000
const HIDDEN = '[hidden]'
const SECRET_NAME = /secret|password|passphrase|token|^key$/i

/** Settings as they are, without what is secret. */
export function plainSettings(value: unknown, name = ''): unknown {
  if (value === undefined || value === null || typeof value === 'number' || typeof value === 'boolean') return value
  if (SECRET_NAME.test(name) && (typeof value !== 'string' || value !== '')) return HIDDEN
  if (typeof value === 'string') return maskText(value)
  if (Array.isArray(value)) return value.map((one: unknown) => plainSettings(one))
  return Object.fromEntries(Object.entries(value as Record<string, unknown>).map(([field, one]) => [field, plainSettings(one, field)]))
}

/** Every secret among the settings, so that it is found wherever else it stands. */
export function secretsOf(value: unknown, name = ''): string[] {
  if (typeof value === 'string') {
    const inUrl = /^\w+:\/\/[^:/@]*:([^@]+)@/.exec(value)?.[1]
    return [...(SECRET_NAME.test(name) && value.length >= 4 ? [value] : []), ...(inUrl === undefined ? [] : [inUrl, decodeURIComponent(inUrl)])]
  }
  if (Array.isArray(value)) return value.flatMap((one: unknown) => secretsOf(one, name))
  if (typeof value === 'object' && value !== null) return Object.entries(value).flatMap(([field, one]) => secretsOf(one, field))
  return []
}

/** What looks like a secret, wherever it stands. */
const PATTERNS: readonly [RegExp, string][] = [
  [/\b(dp|whsec)_[A-Za-z0-9+/=_-]{8,}/g, HIDDEN],
  [/(token=)[A-Za-z0-9_-]{8,}/g, `$1${HIDDEN}`],
  [/(\b\w+:\/\/[^\s:/@"]*:)[^\s@"]+@/g, `$1${HIDDEN}@`],
  // Before the whole header: of what stands in quotes nothing may be left.
  [/(\b(?:response|nonce|cnonce)=\\?")[^"\\]+/gi, `$1${HIDDEN}`],
  [/((?:proxy-)?authorization\\?"?:\s*\\?"?)[^"\r\n]+/gi, `$1${HIDDEN}`],
  [/(inline:)[A-Za-z0-9+/=]{16,}/g, `$1${HIDDEN}`],
  [/("?(?:[a-z]*_)?(?:password|passphrase|secret|pin|ha1|cookie)"?\s*[:=]\s*"?)[^\s",}]+/gi, `$1${HIDDEN}`],
  [/\bDP(?:-[A-Z2-9]{5}){8}\b/gi, HIDDEN],
]

export function maskText(text: string, secrets: readonly string[] = []): string {
  const known = secrets.reduce((left, secret) => left.replaceAll(secret, HIDDEN), text)
  return PATTERNS.reduce((left, [pattern, by]) => left.replace(pattern, by), known)
}

export async function supportText(options: { version: string; startedAt: Date; now: Date; settings: Settings; findings: readonly Finding[] }): Promise<string> {
  const { version, startedAt, now, settings, findings } = options
  const secrets = secretsOf(settings)
  const part = (title: string, text: string): string => `==== ${title}\n${text}\n`
  return [
    part('Dialplane', [`version ${version}, started ${startedAt.toISOString()}, written ${now.toISOString()}`, `Node ${process.version}, ${type()} ${release()} ${arch()}, ${cpus().length} cores, ${Math.round(totalmem() / 1_048_576)} MiB`].join('\n')),
    part('Doctor', maskText(findings.map(({ name, state, message, cure }) => `${state.padEnd(8)} ${name}: ${message}${cure === null ? '' : `\n         ${cure}`}`).join('\n'), secrets)),
    part('Settings, without secrets', JSON.stringify(plainSettings(settings), null, 2)),
    part('Log, its end, secrets masked', maskText(await endOf(join(settings.home, 'logs', 'dialplane.log')), secrets)),
  ].join('\n')
}

async function endOf(path: string): Promise<string> {
  const file = await open(path, 'r').catch(() => undefined)
  if (!file) return 'There is no log file here: LOG_TO is stdout, or nothing was written yet.'
  try {
    const { size } = await file.stat()
    const bytes = Buffer.alloc(Math.min(size, LOG_BYTES))
    await file.read(bytes, 0, bytes.length, size - bytes.length)
    const text = bytes.toString('utf8')
    // The first line is cut short, and half a secret would not be known.
    return size > LOG_BYTES ? text.slice(text.indexOf('\n') + 1) : text
  } finally {
    await file.close()
  }
}
