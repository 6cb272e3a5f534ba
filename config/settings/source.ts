/** Where a setting's text comes from: the environment, the settings file, or the default. */
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { messageOf } from '../errors.ts'
import { settingRows, type SettingName } from './table.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** One setting as it was found, before it is checked. */
export interface FoundValue {
  /** Undefined when nothing is set and there is no default. */
  text: string | undefined
  from: 'environment' | 'file' | 'default'
}

export interface Found {
  /** Absolute. */
  home: string
  /** Absolute path of the settings file, whether or not it exists. */
  file: string
  values: ReadonlyMap<SettingName, FoundValue>
  /** Sentences about the file itself: unreadable, unknown names, lines that are no setting. */
  problems: string[]
}

const NAMES: ReadonlySet<string> = new Set(settingRows.map((row) => row.name))

/** The data folder when none is named: root gets a system folder, everybody else a private one. */
export function defaultHome(env: Environment, uid = process.getuid?.()): string {
  if (uid === 0) return '/var/lib/dialplane'
  const data = env['XDG_DATA_HOME']?.trim()
  return join(data !== undefined && data.startsWith('/') ? data : join(homedir(), '.local/share'), 'dialplane')
}

/** Gathers the text of every setting; reads the settings file at most once. */
export function findSettings(env: Environment): Found {
  const problems: string[] = []
  const named = trimmed(env['DIALPLANE_CONFIG'])
  const homeOfEnvironment = trimmed(env['DIALPLANE_HOME'])
  const file = resolve(named ?? join(homeOfEnvironment ?? defaultHome(env), 'dialplane.env'))
  const inFile = readFile(file, named !== undefined, problems)

  if (inFile['DIALPLANE_CONFIG'] !== undefined) {
    problems.push(`DIALPLANE_CONFIG stands in ${file} itself. Set it in the environment, or remove the line.`)
  }
  // The default file lies inside the home, so it cannot move it.
  if (named === undefined && inFile['DIALPLANE_HOME'] !== undefined) {
    problems.push(`DIALPLANE_HOME stands in ${file}, which was found through it. Set it in the environment, or name the file with DIALPLANE_CONFIG.`)
  }

  const values = new Map<SettingName, FoundValue>()
  for (const row of settingRows) {
    const fromEnvironment = trimmed(env[row.name])
    const fromFile = trimmed(inFile[row.name])
    if (fromEnvironment !== undefined) values.set(row.name, { text: fromEnvironment, from: 'environment' })
    else if (fromFile !== undefined) values.set(row.name, { text: fromFile, from: 'file' })
    else values.set(row.name, { text: row.default === '' ? undefined : row.default, from: 'default' })
  }
  const home = resolve(values.get('DIALPLANE_HOME')?.text ?? defaultHome(env))
  if (values.get('DIALPLANE_HOME')?.from === 'default') values.set('DIALPLANE_HOME', { text: home, from: 'default' })
  if (values.get('DIALPLANE_CONFIG')?.from !== 'environment') values.set('DIALPLANE_CONFIG', { text: file, from: 'default' })
  return { home, file, values, problems }
}

/** An empty variable is one that is not set, as `NAME= command` in a shell means it. */
function trimmed(text: string | undefined): string | undefined {
  const value = text?.trim()
  return value === '' ? undefined : value
}

function readFile(file: string, mustExist: boolean, problems: string[]): Environment {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    if (mustExist && missing) problems.push(`DIALPLANE_CONFIG names ${file}, which does not exist. Create it or name another file.`)
    else if (!missing) problems.push(`The settings file ${file} cannot be read: ${messageOf(error)}.`)
    return {}
  }
  const lines = text.split('\n')
  for (const [index, line] of lines.entries()) {
    if (/^\s*(#|$)/.test(line)) continue
    const name = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=/.exec(line)?.[1]
    const where = `${file}, line ${index + 1}`
    if (name === undefined) problems.push(`${where}: this is not a setting. Write NAME=value, or start a comment with #.`)
    else if (!NAMES.has(name)) problems.push(`${where}: there is no setting ${name}${nearest(name)}. \`npm run settings\` lists them all.`)
  }
  return parseEnv(text)
}

/** A hint for a slip of the pen: the name that differs least, when it differs little. */
function nearest(name: string): string {
  let best = ''
  let distance = 4
  for (const known of NAMES) {
    const d = editDistance(name.toUpperCase(), known)
    if (d < distance) [best, distance] = [known, d]
  }
  return best === '' ? '' : ` (did you mean ${best}?)`
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
