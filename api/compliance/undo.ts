import { isDeepStrictEqual } from 'node:util'
import type { Actor } from '../../config/actor.ts'
import type { Database } from '../../config/database/index.ts'
import { Refusal } from '../../config/errors.ts'
import type { AuditLogRow } from '../../migrations/tables.ts'
import type { Pbx } from '../../pbx/index.ts'
import type { World } from '../http/world.ts'
import type { PermissionName } from '../identity/permissions.ts'

type Fields = Record<string, unknown>

/** How objects of one kind are put back. The fields of the audit have the names of its input. */
interface UndoKind {
  /** For people, as in "This extension is gone." */
  name: string
  /** What the actor must be allowed to. */
  permission: PermissionName
  get(actor: Actor, id: string): Promise<{ version: number }>
  update(actor: Actor, id: string, input: Fields, version: number): Promise<unknown>
  create(actor: Actor, input: Fields): Promise<string>
  remove(actor: Actor, id: string): Promise<void>
  /** Facts of the audit about what is kept secret: they are no input, so what they tell of cannot be put back. */
  secret?: readonly string[]
}

type Doors = Pick<World, 'pbx' | 'dialPages'>

type Numbered = 'ringGroups' | 'conferences' | 'trunks' | 'inboundNumbers' | 'outboundRoutes' | 'schedules' | 'attendants' | 'parkLots' | 'pagingGroups' | 'applications' | 'phones' | 'blockedCallers' | 'speedDials' | 'wakeUps'

/** The kinds whose changes can be undone, by the subject of their audit entries. */
function kindsOf({ pbx, dialPages }: { pbx: Pick<Pbx, 'routing' | 'clickToDial' | 'extensions' | 'voicemail' | 'emergency' | Numbered>; dialPages: World['dialPages'] }): ReadonlyMap<string, UndoKind> {
  const { extensions } = pbx
  // What is put back passes every check of the door, so what does not fit the kind is refused there.
  const numbered = (name: string, permission: PermissionName, door: Pick<Pbx['trunks'], 'remove'> & { get(actor: Actor, id: string): Promise<{ version: number }>; create(actor: Actor, input: never): Promise<{ id: string }>; update(actor: Actor, id: string, input: never, version?: number): Promise<unknown> }, secret?: readonly string[]): UndoKind => ({
    name,
    permission,
    get: (actor, id) => door.get(actor, id),
    update: (actor, id, input, version) => door.update(actor, id, input as never, version),
    create: async (actor, input) => (await door.create(actor, input as never)).id,
    remove: (actor, id) => door.remove(actor, id),
    ...(secret && { secret }),
  })
  return new Map<string, UndoKind>([
    ['extension', {
      name: 'extension',
      permission: 'extensions.write',
      get: (actor, id) => extensions.get(actor, id),
      update: (actor, id, input, version) => extensions.update(actor, id, input, version),
      create: async (actor, input) => (await extensions.create(actor, input as never)).extension.id,
      remove: (actor, id) => extensions.remove(actor, id),
    }],
    // There is always one of each: what is put back is another code, a switch, or what is customary.
    ['feature-codes', {
      name: 'table of feature codes',
      permission: 'extensions.write',
      get: async (actor) => ({ version: 0, ...Object.fromEntries(pbx.routing.featureCodes(actor).map(({ action, code, customary, enabled }) => [action, code === customary && enabled ? null : { code, enabled }])) }),
      update: (actor, _id, input) => pbx.routing.changeFeatureCodes(actor, input as Record<string, { code: string; enabled: boolean } | null>),
      create: () => Promise.reject(new Refusal('conflict', 'Feature codes are there from the beginning.')),
      remove: () => Promise.reject(new Refusal('conflict', 'Feature codes are switched off, not removed.')),
    }],
    ['click-to-dial', {
      name: 'setting of click-to-dial',
      permission: 'extensions.write',
      get: async (actor, id) => pbx.clickToDial.get(actor, id),
      update: (actor, id, input, version) => pbx.clickToDial.configure(actor, id, input, version),
      create: () => Promise.reject(new Refusal('conflict', 'The settings come with the extension.')),
      remove: () => Promise.reject(new Refusal('conflict', 'The settings go with the extension.')),
    }],
    ['dial-pages', {
      name: 'list of pages that may call',
      permission: 'tokens.write',
      get: (actor) => dialPages.settings(actor),
      update: (actor, _id, input, version) => dialPages.configure(actor, input, version),
      create: () => Promise.reject(new Refusal('conflict', 'The list is there from the beginning.')),
      remove: () => Promise.reject(new Refusal('conflict', 'The list is emptied, not removed.')),
    }],
    // It comes and goes with its extension.
    ['mailbox', {
      name: 'mailbox',
      permission: 'voicemail.write',
      get: (actor, id) => pbx.voicemail.box(actor, id),
      update: (actor, id, input, version) => pbx.voicemail.update(actor, id, input, version),
      create: () => Promise.reject(new Refusal('conflict', 'A mailbox comes with its extension.')),
      remove: () => Promise.reject(new Refusal('conflict', 'A mailbox goes with its extension.')),
      secret: ['hasPin', 'unavailable', 'busy', 'temporary', 'name'],
    }],
    ['ring-group', numbered('ring group', 'extensions.write', pbx.ringGroups)],
    ['schedule', numbered('opening hours', 'extensions.write', pbx.schedules)],
    ['attendant', numbered('attendant', 'extensions.write', pbx.attendants)],
    ['park-lot', numbered('park lot', 'extensions.write', pbx.parkLots)],
    ['paging-group', numbered('paging group', 'extensions.write', pbx.pagingGroups)],
    ['application', numbered('application', 'webhooks.write', pbx.applications, ['hasSecret'])],
    ['phone', numbered('phone', 'extensions.write', pbx.phones)],
    ['emergency-site', numbered('site', 'emergency.write', pbx.emergency.sites)],
    ['emergency-location', numbered('place', 'emergency.write', pbx.emergency.locations)],
    ['emergency-network', numbered('network of a place', 'emergency.write', pbx.emergency.networks)],
    ['speed-dial', numbered('speed dial', 'extensions.write', pbx.speedDials)],
    ['wake-up', numbered('wake-up call', 'wakeups.write', pbx.wakeUps)],
    ['blocked-caller', numbered('blocked caller', 'trunks.write', pbx.blockedCallers)],
    ['conference', numbered('conference room', 'conferences.write', pbx.conferences, ['hasPin', 'hasModeratorPin'])],
    ['trunk', numbered('trunk', 'trunks.write', pbx.trunks, ['hasPassword'])],
    ['inbound-number', numbered('inbound number', 'trunks.write', pbx.inboundNumbers)],
    ['outbound-route', numbered('outbound route', 'trunks.write', pbx.outboundRoutes)],
  ])
}

export interface Undone {
  subjectType: string
  /** Of the object as it is now: one that was deleted comes back under a new id. */
  subjectId: string
  /** A change is put back, something that was deleted is brought back, something that was made is removed. */
  what: 'put-back' | 'brought-back' | 'removed'
  /** The fields that have their former values again. */
  fields: string[]
  /** What could not be put back because it is kept secret, such as a PIN. */
  left: string[]
}

/** Whether a change of this kind (`extension.update`) can be undone at all by somebody with these permissions. */
export function canUndo(doors: Doors, actor: Actor, action: string): boolean {
  const [subject, verb] = split(action)
  const kind = kindsOf(doors).get(subject)
  return kind !== undefined && actor.permissions.has(kind.permission) && (verb === 'create' || verb === 'update' || verb === 'delete')
}

/**
 * Undoes what one entry of the audit tells of, through the same checks as any change and with an entry of its own.
 *
 * @throws Refusal `not-found`; `forbidden` without the permission that the change itself needed; `conflict` when the
 *   object was changed again since or is in use; `unprocessable` what cannot be undone
 */
export async function undo(database: Database, doors: Doors, actor: Actor, entryId: string): Promise<Undone> {
  const entry = (await database.read(actor, (trx) => trx<AuditLogRow>('audit_log').where({ id: entryId }).first())) as AuditLogRow | undefined
  if (!entry) throw new Refusal('not-found', 'There is no such entry in the audit.')
  const [subject, verb] = split(entry.action)
  const kind = kindsOf(doors).get(subject)
  if (!kind) throw new Refusal('unprocessable', 'Changes of this kind cannot be undone.')
  if (!actor.permissions.has(kind.permission)) throw new Refusal('forbidden', `Undoing this needs the permission ${kind.permission}.`)
  const done = { subjectType: subject, subjectId: entry.subject_id }
  switch (verb) {
    case 'create':
      await kind.remove(actor, entry.subject_id)
      return { ...done, what: 'removed', fields: [], left: [] }
    case 'delete': {
      const { input, left } = plain(kind, entry.before)
      // What was protected must not come back open to everybody.
      if (left.length > 0) input['enabled'] = false
      return { ...done, subjectId: await kind.create(actor, input), what: 'brought-back', fields: Object.keys(input), left }
    }
    case 'update':
      return { ...done, ...(await undoUpdate(actor, kind, entry)) }
    default:
      throw new Refusal('unprocessable', 'Changes of this kind cannot be undone.')
  }
}

async function undoUpdate(actor: Actor, kind: UndoKind, entry: AuditLogRow): Promise<Pick<Undone, 'what' | 'fields' | 'left'>> {
  const before = plain(kind, entry.before)
  const after = plain(kind, entry.after)
  const fields = Object.keys(before.input).filter((field) => !isDeepStrictEqual(before.input[field], after.input[field]))
  const secrets = before.left.concat(after.left)
  const left = [...new Set(secrets)].filter((field) => (entry.before as Fields)[field] !== (entry.after as Fields)[field])
  if (fields.length === 0) throw new Refusal('unprocessable', left.length > 0 ? 'Only what is kept secret was changed; it is not written down anywhere and cannot be put back.' : 'Nothing was changed, so there is nothing to undo.')
  const now = await kind.get(actor, entry.subject_id).catch((error: unknown) => {
    if (error instanceof Refusal && error.code === 'not-found') throw new Refusal('conflict', `This ${kind.name} was deleted since. Undo that first.`)
    throw error
  })
  const changed = fields.filter((field) => !isDeepStrictEqual((now as unknown as Fields)[field] ?? null, after.input[field] ?? null))
  if (changed.length > 0) throw new Refusal('conflict', `It was changed again since: ${changed.join(', ')}. Undo the later change first, or set it by hand.`, { details: changed.map((field) => ({ field, message: 'Was changed again since.' })) })
  await kind.update(actor, entry.subject_id, Object.fromEntries(fields.map((field) => [field, before.input[field] ?? null])), now.version)
  return { what: 'put-back', fields, left }
}

/** What the audit wrote down, as input; and the names of what it only tells of. */
function plain(kind: UndoKind, written: unknown): { input: Fields; left: string[] } {
  const secret = new Set(kind.secret ?? [])
  const all = Object.entries((written ?? {}) as Fields)
  return { input: Object.fromEntries(all.filter(([field]) => !secret.has(field))), left: all.filter(([field, value]) => secret.has(field) && value === true).map(([field]) => field) }
}

function split(action: string): [subject: string, verb: string] {
  const at = action.lastIndexOf('.')
  return [action.slice(0, at), action.slice(at + 1)]
}
