/** Objects refer to one another by id; a file has their names instead. */
import { Refusal } from '../../config/errors.ts'

/** Ids and names of all objects, by section. */
export class Names {
  readonly #ids = new Map<string, string>()
  readonly #names = new Map<string, string>()

  add(section: string, name: string, id: string): void {
    this.#ids.set(`${section} ${name}`, id)
    this.#names.set(id, name)
  }

  /** @throws Refusal `unprocessable` for a name that is none */
  idOf(section: string, name: unknown): string {
    const found = typeof name === 'string' ? this.#ids.get(`${section} ${name}`) : undefined
    if (found === undefined) throw new Refusal('unprocessable', `${sectionWords[section] ?? section} has no ${JSON.stringify(name)}.`)
    return found
  }

  nameOf(id: unknown): string {
    return this.#names.get(String(id)) ?? String(id)
  }
}

const sectionWords: Record<string, string> = { extensions: 'The list of extensions', trunks: 'The list of trunks', pinSets: 'The list of PIN sets', schedules: 'The list of opening hours', sites: 'The list of sites', places: 'The list of places' }

export interface Reference {
  /** The field's name in a file. */
  name: string
  toFile(value: unknown, names: Names): unknown
  /** @throws Refusal `unprocessable` */
  fromFile(value: unknown, names: Names): unknown
}

/** One object, or null. */
export const idRef = (name: string, section: string): Reference => ({
  name,
  toFile: (value, names) => (value == null ? null : names.nameOf(value)),
  fromFile: (value, names) => (value === null ? null : names.idOf(section, value)),
})

/** Several, in their order. */
export const idsRef = (name: string, section: string): Reference => ({
  name,
  toFile: (value, names) => (value as unknown[]).map((id) => names.nameOf(id)),
  fromFile: (value, names) => (Array.isArray(value) ? value.map((one) => names.idOf(section, one)) : value),
})

/** Members of a ring group: extensions by number, and numbers outside. */
export const membersRef: Reference = {
  name: 'members',
  toFile: (value, names) => (value as { extensionId: string | null; number: string | null }[]).map(({ extensionId, number, ...rest }) => (extensionId === null ? { number, ...rest } : { extension: names.nameOf(extensionId), ...rest })),
  fromFile: (value, names) => (Array.isArray(value) ? value.map((one: unknown) => {
    if (typeof one !== 'object' || one === null || !('extension' in one)) return one
    const { extension, ...rest } = one
    return { extensionId: names.idOf('extensions', extension), ...rest }
  }) : value),
}
