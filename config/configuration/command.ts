/**
 * `--export-configuration FILE`, `--plan-configuration FILE`, `--apply-configuration FILE`: the configuration of a tenant from a
 * pipeline. A Dialplane that runs does it, on this machine or another, for whoever the API token is of.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { messageOf, Refusal } from '../errors.ts'
import { isPrivateHost } from '../outbound/guard.ts'
import type { Settings } from '../settings/settings.ts'
import { count, openCredentialsFile, type NewPhone } from './credentials-file.ts'

const KINDS = ['export-configuration', 'plan-configuration', 'apply-configuration'] as const
const REMOVE = '--remove'
const CREDENTIALS = 'credentials'
const STANDARD = '-'

export interface ConfigurationCommand {
  kind: (typeof KINDS)[number]
  /** `-`: standard input or output. */
  path: string
  /** What a section of the file does not name goes. */
  remove: boolean
  /** Where user names and passwords of new phones are written; without one nobody sees them. */
  credentials: string | undefined
}

export const CONFIGURATION_HELP = `--export-configuration FILE   writes the configuration as YAML
--plan-configuration FILE     says what the file would change; exit status 2 when anything
--apply-configuration FILE    changes it, all or nothing; with --remove, what sections do not name goes
                              with --credentials FILE, user names and passwords of new phones are written there, as CSV
                              (with a Dialplane that runs: CONFIGURATION_TOKEN, CONFIGURATION_URL; FILE may be -)`

interface Plan {
  changes: { section: string; action: 'create' | 'update' | 'remove'; key: string; name: string; fields: { field: string; before: unknown; after: unknown }[] }[]
  problems: { section: string; key: string; field: string; message: string }[]
  notes: string[]
  fingerprint: string
}

interface Applied {
  created: number
  updated: number
  removed: number
  kept: { section: string; key: string; message: string }[]
  credentials: NewPhone[]
}

/** The command among these arguments, and the arguments without it. Refuses `unprocessable` one without a file. */
export function configurationCommandOf(argv: readonly string[]): { command: ConfigurationCommand | undefined; rest: string[] } {
  for (const kind of KINDS) {
    const { path, rest: others } = fileOf(argv, kind)
    if (path === undefined) continue
    if (path === '') throw new Refusal('unprocessable', `--${kind} needs a file: npm start -- --${kind} dialplane.yaml`)
    const { path: credentials, rest } = fileOf(others, CREDENTIALS)
    if (credentials !== undefined && kind !== 'apply-configuration') throw new Refusal('unprocessable', '--credentials belongs to --apply-configuration, which makes phones.')
    if (credentials === '' || credentials === STANDARD) throw new Refusal('unprocessable', '--credentials needs a file that does not exist yet: npm start -- --apply-configuration dialplane.yaml --credentials phones.csv')
    return { command: { kind, path, remove: argv.includes(REMOVE), credentials }, rest: rest.filter((argument) => argument !== REMOVE) }
  }
  return { command: undefined, rest: [...argv] }
}

/** The file after `--name` or `--name=`, empty when it is missing; undefined without such an argument. */
function fileOf(argv: readonly string[], name: string): { path: string | undefined; rest: string[] } {
  const at = argv.findIndex((argument) => argument === `--${name}` || argument.startsWith(`--${name}=`))
  if (at < 0) return { path: undefined, rest: [...argv] }
  const inOne = argv[at]!.includes('=')
  const path = inOne ? argv[at]!.slice(argv[at]!.indexOf('=') + 1) : (argv[at + 1] ?? '')
  return { path: path.startsWith('--') ? '' : path, rest: argv.toSpliced(at, inOne ? 1 : 2) }
}

/**
 * @param tell says a line
 * @returns the exit status: 0, or 2 for a plan with changes
 * @throws Refusal with cause and cure; nothing was changed then
 */
export async function runConfigurationCommand({ kind, path, remove, credentials }: ConfigurationCommand, { configuration: { token, url }, http }: Pick<Settings, 'configuration' | 'http'>, tell: (line: string) => unknown): Promise<number> {
  if (token === undefined) throw new Refusal('unprocessable', 'Set CONFIGURATION_TOKEN to an API token that may read the configuration, and to change it write it. The panel makes one under API tokens.')
  const ask = apiOf(safe(url ?? http.publicUrl, http.port), token)
  if (kind === 'export-configuration') {
    const yaml = await (await ask('GET', '/configuration/export.yaml')).text()
    if (path === STANDARD) tell(yaml.trimEnd())
    else {
      await writeFile(path, yaml, { mode: 0o600 }).catch((error: unknown) => {
        throw new Refusal('unavailable', `${path} cannot be written: ${messageOf(error)}.`, { cause: error })
      })
      tell(`${path}: ${yaml.length} characters`)
    }
    return 0
  }
  const yaml = path === STANDARD ? await text(process.stdin) : await readFile(path, 'utf8').catch((error: unknown) => {
    throw new Refusal('unprocessable', `${path} cannot be read: ${messageOf(error)}.`, { cause: error })
  })
  const plan = ((await (await ask('POST', '/configuration/plan', { yaml, remove })).json()) as { data: Plan }).data
  for (const { section, action, key, name, fields } of plan.changes) {
    tell(`${SIGNS[action]} ${section} ${key}${name === '' || name === key ? '' : ` (${name})`}`)
    if (action === 'update') for (const { field, before, after } of fields) tell(`    ${field}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`)
  }
  for (const note of plan.notes) tell(`note: ${note}`)
  if (plan.problems.length > 0) throw new Refusal('unprocessable', plan.problems.map(({ section, key, field, message }) => `${[section, key, field].filter((part) => part !== '').join(' ')}: ${message}`).join('\n'))
  if (plan.changes.length === 0) tell('Nothing to change.')
  if (plan.changes.length === 0 || kind === 'plan-configuration') return plan.changes.length === 0 ? 0 : 2
  const file = credentials === undefined ? undefined : await openCredentialsFile(credentials)
  try {
    const applied = ((await (await ask('POST', '/configuration/apply', { yaml, remove, fingerprint: plan.fingerprint })).json()) as { data: Applied }).data
    tellApplied(applied, tell)
    const { length: phones } = applied.credentials
    if (phones === 0) return 0
    await file?.write(applied.credentials)
    tell(file ? `User names and passwords of ${count(phones)}: ${credentials}` : `${count(phones)}, whose passwords nobody has seen: give them new ones in the panel (Extensions, the device, New password), or have them written with --credentials FILE next time.`)
    return 0
  } finally {
    await file?.close()
  }
}

function tellApplied(applied: Applied, tell: (line: string) => unknown): void {
  tell(`${applied.created} created, ${applied.updated} changed, ${applied.removed} removed.`)
  for (const { section, key, message } of applied.kept) tell(`kept: ${section} ${key}: ${message}`)
}

/**
 * The address, when a token may be sent there.
 *
 * @throws Refusal `unprocessable` for one in the clear that is not on this machine or in a private network; a name may lead anywhere
 */
function safe(url: string, port: number): string {
  const { protocol, hostname } = new URL(url)
  if (protocol === 'https:' || hostname === 'localhost' || hostname.endsWith('.localhost') || isPrivateHost(hostname)) return url
  throw new Refusal('unprocessable', `The token is not sent to ${url} in the clear, where whoever is in between could read it. Set CONFIGURATION_URL to an address with https://, to http://127.0.0.1:${port} on the machine of Dialplane itself, or to its address in a private network.`)
}

const SIGNS = { create: '+', update: '~', remove: '-' } as const

function apiOf(url: string, token: string): (method: string, path: string, body?: object) => Promise<Response> {
  return async (method, path, body) => {
    const answer = await fetch(new URL(`/api/v1${path}`, url), {
      method, redirect: 'error', headers: { Authorization: `Bearer ${token}`, ...(body && { 'Content-Type': 'application/json' }) }, ...(body && { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      throw new Refusal('unavailable', `Dialplane does not answer at ${url}: ${messageOf((error as { cause?: unknown }).cause ?? error)}. Start it, or set CONFIGURATION_URL to the address of its panel.`, { cause: error })
    })
    if (answer.ok) return answer
    const { error } = ((await answer.json().catch(() => ({}))) as { error?: { message?: string } })
    throw new Refusal(answer.status === 409 ? 'conflict' : 'unprocessable', error?.message ?? `${url} answered ${answer.status}, which is no answer of Dialplane.`)
  }
}
