/** The configuration as a YAML file, written and read. */
import { isScalar, parseDocument, stringify, visit } from 'yaml'
import type { z } from 'zod'
import type { PersonActor } from '../../config/actor.ts'
import { messageOf, Refusal } from '../../config/errors.ts'
import { fieldsOf, sectionsOf, type AnySection, type Doors, type Fields, type Kept, type ListSection } from './kinds.ts'
import { Names } from './references.ts'

const FORMAT = 1
const ALIASES_MAX = 100

/** Everything the actor may see, with ids and with names. */
export interface State {
  sections: AnySection[]
  names: Names
  /** Objects by section and key. */
  objects: ReadonlyMap<ListSection, Map<string, Kept>>
  settings: ReadonlyMap<AnySection, Fields>
}

export const keyOf = ({ key }: ListSection, fields: Fields): string => key.map((field) => String(fields[field])).join(' ')

/** @param all what the actor may not see is known by name all the same: others refer to it */
export async function readState(doors: Doors, actor: PersonActor): Promise<State> {
  const names = new Names()
  const objects = new Map<ListSection, Map<string, Kept>>()
  const settings = new Map<AnySection, Fields>()
  const sections = sectionsOf(doors)
  for (const section of sections) {
    if (section.shape === 'settings') {
      settings.set(section, await section.get(actor))
      continue
    }
    const all = await section.list(actor)
    for (const each of all) names.add(section.section, keyOf(section, each.fields), each.id)
    objects.set(section, new Map(all.map((each) => [keyOf(section, each.fields), each])))
  }
  return { sections, names, objects, settings }
}

/** An object as the file has it: fields in the order of the API, names for ids, facts about secrets last. */
export function toFile(section: AnySection, fields: Fields, names: Names): Fields {
  const made: Fields = {}
  // A mailbox is known by its extension's number, which is no input of its own.
  if (section.shape === 'list') for (const field of section.key) made[field] = fields[field]
  for (const field of fieldsOf(section)) {
    const reference = section.references[field]
    if (reference) made[reference.name] = reference.toFile(fields[field], names)
    else made[field] = fields[field]
  }
  if (section.shape === 'list') for (const fact of section.protectedBy) if (fields[fact] === true) made[fact] = true
  return made
}

/** The whole configuration that the actor may see. */
export async function exportYaml(doors: Doors, actor: PersonActor): Promise<string> {
  const state = await readState(doors, actor)
  const document: Fields = { dialplane: FORMAT }
  for (const section of state.sections) {
    if (!actor.permissions.has(section.read)) continue
    document[section.section] = section.shape === 'settings'
      ? toFile(section, state.settings.get(section)!, state.names)
      : [...state.objects.get(section)!.values()].map(({ fields }) => toFile(section, fields, state.names)).sort(byKey(section))
  }
  if (actor.permissions.has('extensions.read')) document['featureCodes'] = featureCodesOf(doors, actor)
  return stringify(document, { lineWidth: 0, aliasDuplicateObjects: false })
}

/** Actions whose code is not the customary one. */
export function featureCodesOf({ pbx }: Pick<Doors, 'pbx'>, actor: PersonActor): Record<string, { code: string; enabled: boolean }> {
  const changed = pbx.routing.featureCodes(actor).filter(({ code, customary, enabled }) => code !== customary || !enabled)
  return Object.fromEntries(changed.map(({ action, code, enabled }) => [action, { code, enabled }]).sort(([a], [b]) => String(a).localeCompare(String(b))))
}

const byKey = (section: ListSection) => (a: Fields, b: Fields): number => {
  const [one, other] = [keyOf(section, a), keyOf(section, b)]
  return one.length - other.length || (one < other ? -1 : 1)
}

/** What a file says. Refuses `unprocessable` what is no YAML, or not of this format. */
export function parseYaml(text: string): Fields {
  const document = parseDocument(text, { version: '1.2', uniqueKeys: true })
  const [error] = document.errors
  if (error) throw new Refusal('unprocessable', `This is no YAML: ${error.message}`)
  // A number that is dialled is text: +1202… and 0049… must not lose their beginning.
  visit(document, { Scalar: (_key, node) => {
    if (isScalar(node) && typeof node.value === 'number' && node.source !== undefined && String(node.value) !== node.source) node.value = node.source
  } })
  let read: unknown
  try {
    read = document.toJS({ maxAliasCount: ALIASES_MAX })
  } catch (cause) {
    throw new Refusal('unprocessable', `This is no YAML that can be read: ${messageOf(cause)}`, { cause })
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read)) throw new Refusal('unprocessable', 'A configuration is a map of sections; begin with one that was exported.')
  const { dialplane, ...sections } = read as Fields
  if (dialplane !== FORMAT) throw new Refusal('unprocessable', `The file must begin with "dialplane: ${FORMAT}".`)
  return sections
}

export interface Misfit {
  field: string
  message: string
}

/** The fields as the schema has them, numbers as text where text is wanted; or what is wrong. */
export function fitting(schema: z.ZodObject, fields: Fields): { fields: Fields } | { wrong: Misfit[] } {
  const given = structuredClone(fields)
  for (let round = 0; round < 2; round += 1) {
    const parsed = schema.safeParse(given)
    if (parsed.success) return { fields: Object.fromEntries(Object.entries(parsed.data as Fields).filter(([field]) => field in given)) }
    let mended = 0
    for (const { code, path, ...issue } of parsed.error.issues) if (code === 'invalid_type' && 'expected' in issue && issue.expected === 'string' && asText(given, path)) mended += 1
    if (mended === 0) return { wrong: parsed.error.issues.map(({ path, message }) => ({ field: path.join('.'), message })) }
  }
  return { wrong: [{ field: '', message: 'cannot be read' }] }
}

function asText(root: Fields, path: readonly PropertyKey[]): boolean {
  let at: unknown = root
  for (const step of path.slice(0, -1)) at = (at as Record<PropertyKey, unknown> | undefined)?.[step]
  const last = path.at(-1)
  if (last === undefined || typeof at !== 'object' || at === null) return false
  const holder = at as Record<PropertyKey, unknown>
  if (typeof holder[last] !== 'number') return false
  holder[last] = String(holder[last])
  return true
}
