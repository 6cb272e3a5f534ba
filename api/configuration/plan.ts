/** What a file would change. Nothing is changed here. */
import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { PersonActor } from '../../config/actor.ts'
import { Refusal } from '../../config/errors.ts'
import { newId } from '../../config/ids.ts'
import { featureCodesOf, fitting, keyOf, parseYaml, readState, toFile, type State } from './file.ts'
import { fieldsOf, type AnySection, type Fields, type Kept, type ListSection, type Doors } from './kinds.ts'

export interface FieldChange {
  field: string
  before: unknown
  after: unknown
}

/** One object that is made, changed or removed. */
export interface Change {
  section: AnySection | 'featureCodes'
  action: 'create' | 'update' | 'remove'
  /** What it is known by; empty for settings. */
  key: string
  name: string
  /** As the file has them. */
  fields: FieldChange[]
  /** What is given, as the file has it. */
  given: Fields
  /** As it is now; undefined for what is new. */
  now: Kept | undefined
}

export interface Problem {
  section: string
  key: string
  field: string
  message: string
}

export interface Plan {
  changes: Change[]
  problems: Problem[]
  /** What to know beside that. */
  notes: string[]
  /** The same as long as the file and what it would change are. */
  fingerprint: string
  state: State
}

const wordsOf = (section: AnySection): string => section.one

/** @param remove what is not in a section of the file goes; sections that are not in the file stay as they are */
export async function planOf(doors: Doors, actor: PersonActor, yaml: string, remove: boolean): Promise<Plan> {
  const wanted = parseYaml(yaml)
  const state = await readState(doors, actor)
  const plan: Omit<Plan, 'fingerprint'> = { changes: [], problems: [], notes: [], state }
  const known = new Map(state.sections.map((section) => [section.section, section]))
  const problem = (section: string, key: string, field: string, message: string): unknown => plan.problems.push({ section, key, field, message })
  for (const name of Object.keys(wanted)) if (!known.has(name) && name !== 'featureCodes') problem(name, '', '', `There is no section ${name}; there are ${[...known.keys(), 'featureCodes'].join(', ')}.`)
  for (const section of state.sections) {
    const given = wanted[section.section]
    if (given === undefined) continue
    if (!actor.permissions.has(section.read)) problem(section.section, '', '', `This needs the permission ${section.read}.`)
    else if (section.shape === 'settings') planSettings(section, given)
    else planList(section, given)
  }
  if (wanted['featureCodes'] !== undefined) planCodes(wanted['featureCodes'])
  for (const { section } of plan.changes) {
    const write = section === 'featureCodes' ? 'extensions.write' : section.write
    const name = section === 'featureCodes' ? section : section.section
    if (!actor.permissions.has(write) && !plan.problems.some((one) => one.section === name && one.field === 'permission')) problem(name, '', 'permission', `Changing this needs the permission ${write}.`)
  }
  return { ...plan, fingerprint: fingerprintOf(plan.changes) }

  function planList(section: ListSection, given: unknown): void {
    if (!Array.isArray(given)) return void problem(section.section, '', '', 'A list is wanted here.')
    const present = state.objects.get(section)!
    const entries: Fields[] = given.flatMap((entry: unknown, at): Fields[] => {
      if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
        problem(section.section, `entry ${at + 1}`, '', `Each ${wordsOf(section)} is a map of fields.`)
        return []
      }
      const fields: Fields = { ...entry }
      for (const field of section.key) if (typeof fields[field] === 'number') fields[field] = String(fields[field])
      const missing = section.key.find((field) => typeof fields[field] !== 'string' || fields[field] === '')
      if (missing === undefined) return [fields]
      problem(section.section, `entry ${at + 1}`, missing, `Each ${wordsOf(section)} needs this, as text.`)
      return []
    })
    const seen = new Set<string>()
    for (const fields of entries) {
      const key = keyOf(section, fields)
      if (seen.has(key)) problem(section.section, key, '', 'It is in the file twice.')
      seen.add(key)
      // So that others in the file may refer to it. The real id comes when it is made.
      if (!present.has(key) && section.create) state.names.add(section.section, key, newId())
    }
    for (const fields of entries) planObject(section, fields, present)
    if (!remove || !section.remove) return
    for (const [key, now] of present) if (!seen.has(key)) plan.changes.push({ section, action: 'remove', key, name: String(now.fields['name'] ?? ''), fields: [], given: {}, now })
  }

  function planObject(section: ListSection, fields: Fields, present: ReadonlyMap<string, Kept>): void {
    const key = keyOf(section, fields)
    const now = present.get(key)
    const input = decoded(section, key, fields)
    if (!input) return
    if (!now && !section.create) {
      if (!(wanted['extensions'] as Fields[] | undefined)?.some((one) => String(one?.['number']) === key)) return void problem(section.section, key, '', 'It comes with its extension, and there is none with this number.')
    }
    const secrets = section.protectedBy.filter((fact) => fields[fact] === true && now?.fields[fact] !== true && input[secretOf(fact)] === undefined)
    const merged = fitting(section.schema, now ? { ...only(section, now.fields), ...input } : input)
    if ('wrong' in merged) return merged.wrong.forEach(({ field, message }) => problem(section.section, key, field, `${message}.`))
    const changes: FieldChange[] = []
    const before = now ? toFile(section, now.fields, state.names) : {}
    for (const field of Object.keys(input)) {
      const reference = section.references[field]
      const name = reference?.name ?? field
      const secret = !fieldsOf(section).includes(field)
      if (now && !secret && covers(merged.fields[field], now.fields[field])) continue
      // What was protected where the file comes from must not stand open here.
      if (field === 'enabled' && secrets.length > 0) continue
      changes.push({ field: name, before: now && !secret ? (before[name] ?? null) : null, after: secret ? '(secret)' : (fields[name] ?? null) })
    }
    const wantedFields: Fields = Object.fromEntries(changes.map(({ field }) => [field, fields[field]]))
    if (secrets.length > 0 && section.schema.shape['enabled'] !== undefined && !now) {
      wantedFields['enabled'] = false
      changes.push({ field: 'enabled', before: null, after: false })
    }
    if (secrets.length > 0) plan.notes.push(`${wordsOf(section)} ${key}: ${secrets.map(secretOf).join(' and ')} ${secrets.length === 1 ? 'is' : 'are'} not in the file, so it stays switched off until you set ${secrets.length === 1 ? 'it' : 'them'}.`)
    if (changes.length > 0 || (!now && section.create)) plan.changes.push({ section, action: now || !section.create ? 'update' : 'create', key, name: String(fields['name'] ?? now?.fields['name'] ?? ''), fields: changes, given: wantedFields, now })
  }

  function planSettings(section: AnySection, given: unknown): void {
    if (typeof given !== 'object' || given === null || Array.isArray(given)) return void problem(section.section, '', '', 'A map of fields is wanted here.')
    const now = state.settings.get(section)!
    const fields = given as Fields
    const input = decoded(section, '', fields)
    if (!input) return
    const fitted = fitting(section.schema, input)
    if ('wrong' in fitted) return fitted.wrong.forEach(({ field, message }) => problem(section.section, '', field, `${message}.`))
    const before = toFile(section, now, state.names)
    const names = Object.keys(input).filter((field) => !covers(fitted.fields[field], now[field])).map((field) => section.references[field]?.name ?? field)
    if (names.length === 0) return
    plan.changes.push({ section, action: 'update', key: '', name: wordsOf(section), fields: names.map((field) => ({ field, before: before[field] ?? null, after: fields[field] ?? null })), given: Object.fromEntries(names.map((name) => [name, fields[name]])), now: { id: '', version: undefined, fields: now } })
  }

  function planCodes(given: unknown): void {
    if (typeof given !== 'object' || given === null || Array.isArray(given)) return void problem('featureCodes', '', '', 'A map of actions is wanted here.')
    const all = new Map(doors.pbx.routing.featureCodes(actor).map((code) => [String(code.action), code]))
    const now = featureCodesOf(doors, actor)
    const after: Fields = {}
    const fields: FieldChange[] = []
    for (const [action, value] of Object.entries(given as Fields)) {
      const { code = all.get(action)?.code, enabled = true } = (value ?? {}) as { code?: unknown; enabled?: unknown }
      if (!all.has(action) || typeof enabled !== 'boolean' || !/^[*#0-9]{1,10}$/.test(String(code))) {
        problem('featureCodes', action, '', all.has(action) ? 'A code of keys and enabled true or false are wanted.' : 'There is no such action.')
        continue
      }
      const current = all.get(action)!
      if (current.code === String(code) && current.enabled === enabled) continue
      after[action] = { code: String(code), enabled }
      fields.push({ field: action, before: { code: current.code, enabled: current.enabled }, after: after[action] })
    }
    if (remove) for (const action of Object.keys(now)) {
      if (action in (given as Fields)) continue
      after[action] = null
      fields.push({ field: action, before: now[action], after: { code: all.get(action)!.customary, enabled: true } })
    }
    if (fields.length > 0) plan.changes.push({ section: 'featureCodes', action: 'update', key: '', name: 'feature codes', fields, given: after, now: { id: '', version: undefined, fields: Object.fromEntries(Object.keys(after).map((action) => [action, now[action] ?? null])) } })
  }

  /** With ids for names, by the names of the API; undefined: something is wrong and written down. */
  function decoded(section: AnySection, key: string, fields: Fields): Fields | undefined {
    const input: Fields = {}
    const [facts, extra] = section.shape === 'list' ? [section.protectedBy, section.create ? [] : section.key] : [[], []]
    const fieldOf = new Map(Object.keys(section.schema.shape).filter((field) => field !== 'version').map((field) => [section.references[field]?.name ?? field, field]))
    const before = plan.problems.length
    for (const [name, value] of Object.entries(fields)) {
      const field = fieldOf.get(name)
      if (field === undefined) {
        if (!facts.includes(name) && !extra.includes(name)) problem(section.section, key, name, `A ${wordsOf(section)} has no such field.`)
        continue
      }
      try {
        input[field] = section.references[field]?.fromFile(named(value), state.names) ?? value
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        problem(section.section, key, name, error.message)
      }
    }
    return plan.problems.length === before ? input : undefined
  }
}

/** Numbers of extensions may stand there without quotes. */
export function named(value: unknown): unknown {
  if (typeof value === 'number') return String(value)
  if (Array.isArray(value)) return value.map((one: unknown) => (typeof one === 'object' && one !== null && 'extension' in one ? { ...one, extension: named(one.extension) } : named(one)))
  return value
}

/** `hasPin` → `pin` */
const secretOf = (fact: string): string => fact.charAt(3).toLowerCase() + fact.slice(4)

const only = (section: AnySection, fields: Fields): Fields => Object.fromEntries(fieldsOf(section).flatMap((field) => (fields[field] === undefined ? [] : [[field, fields[field]]])))

/** Whether everything that is given is so already; what is not given does not matter. */
export function covers(given: unknown, now: unknown): boolean {
  if (Array.isArray(given)) return Array.isArray(now) && given.length === now.length && given.every((one, at) => covers(one, now[at]))
  if (typeof given === 'object' && given !== null) return typeof now === 'object' && now !== null && Object.entries(given).every(([field, value]) => covers(value, (now as Fields)[field])) && (Object.keys(given).length >= Object.keys(now).length || !isMap(given))
  return isDeepStrictEqual(given ?? null, now ?? null)
}

/** The keys of an attendant: one that is not given is one that goes. */
const isMap = (value: object): boolean => Object.keys(value).every((key) => /^[0-9*#]$/.test(key))

function fingerprintOf(changes: readonly Change[]): string {
  const told = changes.map(({ section, action, key, fields, now }) => [section === 'featureCodes' ? section : section.section, action, key, fields, now?.version])
  return createHash('sha256').update(JSON.stringify(told)).digest('hex').slice(0, 32)
}
