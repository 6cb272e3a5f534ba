/** What a configuration file holds: the kinds of objects and settings, in the order in which they can be made. */
import type { z } from 'zod'
import type { Actor } from '../../config/actor.ts'
import type { Pbx } from '../../pbx/index.ts'
import { ConferenceCreate } from '../conferences/schemas.ts'
import { EmergencyLocationCreate, EmergencyNetworkCreate, EmergencySettingsUpdate, EmergencySiteCreate } from '../emergency/schemas.ts'
import { DialPagesUpdate } from '../click-to-dial/schemas.ts'
import { given } from '../http/fields.ts'
import type { World } from '../http/world.ts'
import type { PermissionName } from '../identity/permissions.ts'
import { BlockedCallerCreate } from '../lines/blocked-schemas.ts'
import { InboundNumberCreate, OutboundRouteCreate, PinSetCreate, TrunkCreate } from '../lines/schemas.ts'
import { MessageSettingsUpdate } from '../messages/routes.ts'
import { ProvisionedPhoneCreate } from '../provisioning/schemas.ts'
import { RecordingSettingsUpdate } from '../recordings/schemas.ts'
import { StirSettingsUpdate } from '../stir/routes.ts'
import { AttendantCreate, ScheduleCreate } from '../telephony/hours-schemas.ts'
import { ApplicationCreate } from '../telephony/application-routes.ts'
import { PagingGroupCreate } from '../telephony/paging-routes.ts'
import { ParkLotCreate } from '../telephony/park-routes.ts'
import { RingGroupCreate } from '../telephony/ring-group-schemas.ts'
import { ExtensionCreate } from '../telephony/schemas.ts'
import { SpeedDialCreate } from '../telephony/speed-dial-schemas.ts'
import { CallSettingsUpdate } from '../telephony/wake-up-routes.ts'
import { TollSettingsUpdate } from '../toll/routes.ts'
import { MailboxUpdate } from '../voicemail/schemas.ts'
import { idRef, idsRef, membersRef, type Reference } from './references.ts'

export type Fields = Record<string, unknown>

/** An object as it is kept, with ids. */
export interface Kept {
  id: string
  version: number | undefined
  fields: Fields
}

interface Section {
  /** Its name in the file. */
  section: string
  /** For people. */
  one: string
  read: PermissionName
  write: PermissionName
  schema: z.ZodObject
  /** Fields that name other objects by id, by the field's name in the API. */
  references: Readonly<Record<string, Reference>>
}

/** Objects with names of their own. */
export interface ListSection extends Section {
  shape: 'list'
  /** What an object is known by, in its fields as the file has them. */
  key: readonly string[]
  /** Given in the second round, when everything is there that they may lead to. */
  later: readonly string[]
  /** Facts that tell of something secret, which the file does not have: whether it has one. */
  protectedBy: readonly string[]
  list(actor: Actor): Promise<Kept[]>
  create?(actor: Actor, fields: Fields): Promise<Made>
  update(actor: Actor, id: string, fields: Fields, version: number | undefined): Promise<unknown>
  remove?(actor: Actor, id: string): Promise<void>
}

export interface Made {
  id: string
  /** Shown once. */
  credentials?: { number: string; name: string; username: string; password: string }
}

/** Settings there is one set of. */
export interface SettingsSection extends Section {
  shape: 'settings'
  get(actor: Actor): Promise<Fields>
  set(actor: Actor, fields: Fields): Promise<unknown>
}

export type AnySection = ListSection | SettingsSection

/** Never written into a file. */
const SECRET = new Set(['password', 'pin', 'moderatorPin', 'pins', 'deviceName', 'version'])

/** The fields of a section in a file, by their names in the API. */
export const fieldsOf = ({ schema }: AnySection): string[] => Object.keys(schema.shape).filter((field) => !SECRET.has(field))

type Door = { list(actor: Actor): Promise<{ id: string; version: number }[]>; create(actor: Actor, input: never): Promise<{ id: string }>; update(actor: Actor, id: string, input: never, version?: number): Promise<unknown>; remove(actor: Actor, id: string): Promise<void> }
type Rights = [read: PermissionName, write: PermissionName]

const EXTENSIONS: Rights = ['extensions.read', 'extensions.write']
const TRUNKS: Rights = ['trunks.read', 'trunks.write']
const EMERGENCY: Rights = ['emergency.read', 'emergency.write']

const asFields = (shown: object): Fields => shown as Fields

function kept(section: string, one: string, [read, write]: Rights, door: Door, schema: z.ZodObject, more: Partial<Pick<ListSection, 'key' | 'later' | 'references' | 'protectedBy'>> = {}): ListSection {
  return {
    shape: 'list', section, one, read, write, schema, key: ['number'], later: [], references: {}, protectedBy: [], ...more,
    list: async (actor) => (await door.list(actor)).map((shown) => ({ id: shown.id, version: shown.version, fields: asFields(shown) })),
    create: async (actor, fields) => ({ id: (await door.create(actor, given(fields) as never)).id }),
    update: (actor, id, fields, version) => door.update(actor, id, given(fields) as never, version),
    remove: (actor, id) => door.remove(actor, id),
  }
}

const settings = (section: string, one: string, [read, write]: Rights, schema: z.ZodObject, get: SettingsSection['get'], set: SettingsSection['set'], references: Section['references'] = {}): SettingsSection =>
  ({ shape: 'settings', section, one, read, write, schema, references, get, set })

async function allExtensions(pbx: Pbx, actor: Actor): Promise<Kept[]> {
  const all: Kept[] = []
  for (let page = 1; ; page += 1) {
    const { rows, total } = await pbx.extensions.list(actor, { page, limit: 100, sort: 'number', order: 'asc' })
    all.push(...rows.map((row) => ({ id: row.id, version: row.version, fields: asFields(row) })))
    if (rows.length === 0 || all.length >= total) return all
  }
}

/** What configuration is read from and written to. */
export type Doors = Pick<World, 'pbx' | 'dialPages'>

export function sectionsOf({ pbx, dialPages }: Doors): AnySection[] {
  return [
    {
      ...kept('extensions', 'extension', EXTENSIONS, pbx.extensions as never, ExtensionCreate, { later: ['forwardAlways', 'forwardBusy', 'forwardNoAnswer', 'forwardUnreachable', 'followMe', 'followMeTo', 'lampNumbers', 'outsideNumber'] }),
      list: (actor) => allExtensions(pbx, actor),
      async create(actor, fields) {
        const { extension, credentials: { username, password } } = await pbx.extensions.create(actor, given(fields) as never)
        return { id: extension.id, credentials: { number: extension.number, name: extension.name, username, password } }
      },
    },
    {
      shape: 'list', section: 'mailboxes', one: 'mailbox', read: 'voicemail.read', write: 'voicemail.write', schema: MailboxUpdate, key: ['number'], later: [], references: {}, protectedBy: [],
      list: async (actor) => (await pbx.voicemail.boxes(actor)).map((box) => ({ id: box.id, version: box.version, fields: asFields(box) })),
      update: (actor, id, fields, version) => pbx.voicemail.update(actor, id, given(fields) as never, version),
    },
    kept('conferences', 'conference room', ['conferences.read', 'conferences.write'], pbx.conferences, ConferenceCreate, { protectedBy: ['hasPin', 'hasModeratorPin'] }),
    kept('ringGroups', 'ring group', EXTENSIONS, pbx.ringGroups, RingGroupCreate, { later: ['members', 'noAnswer'], references: { members: membersRef } }),
    kept('parkLots', 'park lot', EXTENSIONS, pbx.parkLots, ParkLotCreate, { later: ['returnTo'] }),
    kept('pagingGroups', 'paging group', EXTENSIONS, pbx.pagingGroups, PagingGroupCreate, { later: ['members', 'callers'], references: { members: idsRef('members', 'extensions') } }),
    kept('applications', 'application', ['extensions.read', 'webhooks.write'], pbx.applications, ApplicationCreate, { later: ['fallback'], protectedBy: ['hasSecret'] }),
    kept('phones', 'phone', EXTENSIONS, pbx.phones, ProvisionedPhoneCreate, { key: ['name'], references: { lines: idsRef('lines', 'extensions') } }),
    kept('attendants', 'attendant', EXTENSIONS, pbx.attendants, AttendantCreate, { later: ['keys', 'noInput'] }),
    kept('schedules', 'opening hours', EXTENSIONS, pbx.schedules, ScheduleCreate, { later: ['holiday'] }),
    kept('trunks', 'trunk', TRUNKS, pbx.trunks, TrunkCreate, { key: ['name'], later: ['callerId'], protectedBy: ['hasPassword'] }),
    kept('pinSets', 'PIN set', TRUNKS, pbx.pinSets, PinSetCreate, { key: ['name'] }),
    kept('outboundRoutes', 'outbound route', TRUNKS, pbx.outboundRoutes, OutboundRouteCreate, { key: ['name'], later: ['callerId', 'callers'], references: { trunkIds: idsRef('trunks', 'trunks'), scheduleId: idRef('schedule', 'schedules'), pinSetId: idRef('pinSet', 'pinSets') } }),
    kept('inboundNumbers', 'inbound number', TRUNKS, pbx.inboundNumbers, InboundNumberCreate, { later: ['byCaller'] }),
    kept('blockedCallers', 'blocked caller', TRUNKS, pbx.blockedCallers, BlockedCallerCreate),
    kept('speedDials', 'speed dial', EXTENSIONS, pbx.speedDials, SpeedDialCreate),
    kept('sites', 'site', EMERGENCY, pbx.emergency.sites, EmergencySiteCreate, { key: ['name'], later: ['callbackNumber', 'callbackPool'] }),
    kept('places', 'place', EMERGENCY, pbx.emergency.locations, EmergencyLocationCreate, { key: ['name'], references: { siteId: idRef('site', 'sites') } }),
    kept('networks', 'network of a place', EMERGENCY, pbx.emergency.networks, EmergencyNetworkCreate, { key: ['kind', 'value'], references: { locationId: idRef('place', 'places') } }),
    settings('emergency', 'settings of calls for help', EMERGENCY, EmergencySettingsUpdate, async (actor) => asFields(await pbx.emergency.settings(actor)), (actor, fields) => pbx.emergency.configure(actor, given(fields)), { locationId: idRef('place', 'places') }),
    settings('callsAbroad', 'limits for calls abroad', TRUNKS, TollSettingsUpdate, (actor) => Promise.resolve(asFields(pbx.toll.settings(actor))), (actor, fields) => pbx.toll.configure(actor, given(fields))),
    settings('signedCalls', 'settings of signed calls', TRUNKS, StirSettingsUpdate.pick({ certificateUrl: true, authorities: true }), (actor) => Promise.resolve(asFields(pbx.stir.settings(actor))), (actor, fields) => pbx.stir.configure(actor, given(fields))),
    settings('recordings', 'settings of recordings', ['recordings.read', 'recordings.write'], RecordingSettingsUpdate, (actor) => Promise.resolve(asFields(pbx.recordings.settings(actor))), (actor, fields) => pbx.recordings.configure(actor, given(fields))),
    settings('dialPages', 'pages that may call', ['tokens.read', 'tokens.write'], DialPagesUpdate, async (actor) => asFields(await dialPages.settings(actor)), (actor, fields) => dialPages.configure(actor, given(fields))),
    settings('calls', 'settings of calls that are sent on', EXTENSIONS, CallSettingsUpdate, (actor) => Promise.resolve(asFields(pbx.callSettings.settings(actor))), (actor, fields) => pbx.callSettings.configure(actor, given(fields))),
    settings('messages', 'settings of text messages', ['messages.read', 'messages.write'], MessageSettingsUpdate, (actor) => Promise.resolve(asFields(pbx.messages.settings(actor))), (actor, fields) => pbx.messages.configure(actor, given(fields))),
  ]
}
