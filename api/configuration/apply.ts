/** Carries a plan out: through the same doors as every change, all of it or nothing. */
import type { PersonActor } from '../../config/actor.ts'
import { messageOf, Refusal, type RefusalDetail } from '../../config/errors.ts'
import type { Pbx } from '../../pbx/index.ts'
import { fitting } from './file.ts'
import { fieldsOf, type AnySection, type Fields, type ListSection, type Made } from './kinds.ts'
import { named, type Change, type Plan } from './plan.ts'
import type { Names } from './references.ts'

export interface Applied {
  created: number
  updated: number
  removed: number
  credentials: NonNullable<Made['credentials']>[]
  /** What was to go and is in use by something that is not in the file. */
  kept: { section: string; key: string; message: string }[]
}

/** One call of a door, and the way back. */
interface Step {
  change: Change
  run(): Promise<(() => Promise<unknown>) | undefined>
}

/** @throws Refusal `unprocessable` that names what could not be done; everything is then as it was */
export async function apply(pbx: Pbx, actor: PersonActor, { changes, state }: Plan): Promise<Applied> {
  const { names } = state
  const applied: Applied = { created: 0, updated: 0, removed: 0, credentials: [], kept: [] }
  const back: (() => Promise<unknown>)[] = []
  const first: Step[] = []
  const second: Step[] = []
  for (const change of changes) {
    const { section, action } = change
    if (section === 'featureCodes') second.push({ change, run: () => changeCodes(pbx, actor, change) })
    else if (section.shape === 'settings') second.push({ change, run: async () => {
      const fields = inputOf(section, change.given, names)
      await section.set(actor, fields)
      return () => section.set(actor, picked(change.now!.fields, Object.keys(fields)))
    } })
    else if (action === 'create') {
      const later = new Set(section.later.map((field) => section.references[field]?.name ?? field))
      const [now, then] = [without(change.given, later), kept(change.given, later)]
      first.push({ change, run: async () => {
        const made = await section.create!(actor, inputOf(section, now, names))
        names.add(section.section, change.key, made.id)
        if (made.credentials) applied.credentials.push(made.credentials)
        return () => section.remove!(actor, made.id)
      } })
      if (Object.keys(then).length > 0) second.push({ change, run: async () => {
        await section.update(actor, names.idOf(section.section, change.key), inputOf(section, then, names), undefined)
        // What is made is removed on the way back; before that, nothing may lead to it any more.
        const emptied = Object.fromEntries(Object.entries(inputOf(section, then, names)).map(([field, value]) => [field, Array.isArray(value) ? [] : typeof value === 'boolean' ? false : field === 'keys' ? {} : null]))
        return () => section.update(actor, names.idOf(section.section, change.key), emptied, undefined)
      } })
    } else if (action === 'update') second.push({ change, run: async () => {
      const fields = inputOf(section, change.given, names)
      const id = change.now?.id ?? names.idOf('extensions', change.key)
      await section.update(actor, id, fields, change.now?.version)
      return change.now && (() => section.update(actor, id, picked(change.now!.fields, Object.keys(fields).filter((field) => fieldsOf(section).includes(field))), undefined))
    } })
  }
  try {
    await untilDone(first, back)
    await untilDone(second, back)
  } catch (error) {
    const stuck: string[] = []
    for (const undo of back.reverse()) await undo().catch((failure: unknown) => stuck.push(messageOf(failure)))
    if (stuck.length > 0 && error instanceof Refusal) throw new Refusal(error.code, `${error.message} Not everything could be put back: ${stuck.join(' ')} The audit has all that was changed.`, { details: error.details, cause: error })
    throw error
  }
  applied.created = first.length
  applied.updated = changes.filter(({ action }) => action === 'update').length
  // What goes comes last, and is not brought back: an extension would come without its phones.
  const removals = changes.filter(({ action }) => action === 'remove').reverse()
  const left = await tryAll(removals.map((change) => ({ change, run: async () => {
    await (change.section as ListSection).remove!(actor, change.now!.id)
    return undefined
  } })), [])
  applied.removed = removals.length - left.length
  applied.kept = left.map(({ step: { change }, error }) => ({ section: nameOf(change), key: change.key, message: error.message }))
  return applied
}

const nameOf = ({ section }: Change): string => (section === 'featureCodes' ? section : section.section)

/** @throws Refusal `unprocessable` when some are refused however often they are tried */
async function untilDone(steps: readonly Step[], back: (() => Promise<unknown>)[]): Promise<void> {
  const left = await tryAll(steps, back)
  if (left.length === 0) return
  const details: RefusalDetail[] = left.flatMap(({ step: { change }, error }) => (error.details.length > 0 ? error.details : [{ field: '', message: error.message }]).map(({ field, message }) => ({ field: [nameOf(change), change.key, field].filter((part) => part !== '').join('.'), message })))
  const [one] = left
  throw new Refusal('unprocessable', `${one!.step.change.section === 'featureCodes' ? 'feature codes' : one!.step.change.section.one} ${one!.step.change.key}: ${one!.error.message} Nothing was changed.`, { details })
}

/** Tries what is refused again after the others, as long as that helps: one may lead to another. */
async function tryAll(steps: readonly Step[], back: (() => Promise<unknown>)[]): Promise<{ step: Step; error: Refusal }[]> {
  let waiting = [...steps]
  for (;;) {
    const refused: { step: Step; error: Refusal }[] = []
    for (const step of waiting) {
      try {
        const undo = await step.run()
        if (undo) back.push(undo)
      } catch (error) {
        if (!(error instanceof Refusal) || error.code === 'unavailable') throw error
        refused.push({ step, error })
      }
    }
    if (refused.length === 0 || refused.length === waiting.length) return refused
    waiting = refused.map(({ step }) => step)
  }
}

async function changeCodes(pbx: Pbx, actor: PersonActor, { given, now }: Change): Promise<() => Promise<unknown>> {
  await pbx.routing.changeFeatureCodes(actor, given as never)
  return () => pbx.routing.changeFeatureCodes(actor, now!.fields as never)
}

/** Fields of a file as input of a door. */
function inputOf(section: AnySection, given: Fields, names: Names): Fields {
  const fieldOf = new Map(Object.keys(section.schema.shape).map((field) => [section.references[field]?.name ?? field, field]))
  const decoded = Object.fromEntries(Object.entries(given).map(([name, value]) => {
    const field = fieldOf.get(name) ?? name
    const reference = section.references[field]
    return [field, reference ? reference.fromFile(named(value), names) : value]
  }))
  // The plan has seen that it fits; here numbers become text where text is wanted.
  const fitted = fitting(section.schema.partial(), decoded)
  return 'fields' in fitted ? fitted.fields : decoded
}

const picked = (fields: Fields, names: readonly string[]): Fields => Object.fromEntries(names.map((name) => [name, fields[name] ?? null]))
const without = (fields: Fields, names: ReadonlySet<string>): Fields => Object.fromEntries(Object.entries(fields).filter(([name]) => !names.has(name)))
const kept = (fields: Fields, names: ReadonlySet<string>): Fields => Object.fromEntries(Object.entries(fields).filter(([name]) => names.has(name)))
