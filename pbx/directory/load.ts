import type { Transaction } from '../../config/database/index.ts'
import type { Logger } from '../../config/logger.ts'
import type { Secrets } from '../../config/secrets.ts'
import type { ApplicationRow, AttendantRow, BlockedCallerRow, ConferenceRow, DeskLoginRow, DeviceRow, ExtensionRow, InboundNumberRow, OutboundRouteRow, PagingGroupRow, ParkLotRow, PinSetRow, RingGroupRow, SpeedDialRow, ScheduleRow, TenantRow, TrunkRow } from '../../migrations/tables.ts'
import { openApplication } from './applications.ts'
import { loadClicks } from './click-to-dial.ts'
import { openPin } from './conferences.ts'
import { openCredentials } from './credentials.ts'
import { loadEmergency } from './emergency.ts'
import { loadFeatureCodes } from './feature-codes.ts'
import { openTrunk } from './lines.ts'
import { toPagingGroup } from './paging-groups.ts'
import { openPinSet } from './pin-sets.ts'
import { toAttendant, toParkLot, toSchedule } from './places.ts'
import { loadCallSettings } from './call-settings.ts'
import { loadMessageSettings } from './messages.ts'
import { loadStir } from './stir.ts'
import { loadToll } from './toll.ts'
import { deskOf } from './shared-phones.ts'
import { drawTenant, UNSIGNED } from './snapshot.ts'
import type { TenantPicture } from './snapshot.ts'
import type { SnapshotApplication, SnapshotConference, SnapshotDevice, SnapshotPinSet, SnapshotRingGroup, SnapshotStir, SnapshotTenant, SnapshotTrunk } from './types.ts'

/** HA1s opened before, by device id: an envelope is opened again only when the device got a new one. */
export type OpenedCredentials = Map<string, { sealed: Buffer; ha1: SnapshotDevice['ha1'] }>

export interface LoadOptions {
  secrets: Secrets
  logger: Logger
  opened: OpenedCredentials
}

export async function loadTenantIds(trx: Transaction): Promise<string[]> {
  return trx<TenantRow>('tenants').pluck('id')
}

/** Reads one tenant; undefined when it does not exist any more. Runs over all tenants' rows, so it names the tenant in every query. */
export async function loadTenant(trx: Transaction, tenantId: string, options: LoadOptions): Promise<TenantPicture | undefined> {
  const tenant = await trx<TenantRow>('tenants').where({ id: tenantId }).first()
  if (!tenant) return undefined
  const extensions = await trx<ExtensionRow>('extensions').where({ tenant_id: tenantId })
  const devices = await trx<DeviceRow>('devices').where({ tenant_id: tenantId }).orderBy('created_at').orderBy('id')
  const logins = new Map(((await trx<DeskLoginRow>('desk_logins').where({ tenant_id: tenantId })) as DeskLoginRow[]).map((login) => [login.device_id, login]))
  const enabled = new Set(extensions.filter((row) => row.enabled).map(({ id }) => id))
  const conferences = await trx<ConferenceRow>('conferences').where({ tenant_id: tenantId })
  const ringGroups = await trx<RingGroupRow>('ring_groups').where({ tenant_id: tenantId })
  const places = {
    schedules: ((await trx<ScheduleRow>('schedules').where({ tenant_id: tenantId })) as ScheduleRow[]).map(toSchedule),
    parkLots: ((await trx<ParkLotRow>('park_lots').where({ tenant_id: tenantId }).orderBy('number')) as ParkLotRow[]).map(toParkLot),
    pagingGroups: ((await trx<PagingGroupRow>('paging_groups').where({ tenant_id: tenantId })) as PagingGroupRow[]).map(toPagingGroup),
    applications: ((await trx<ApplicationRow>('applications').where({ tenant_id: tenantId })) as ApplicationRow[]).flatMap((row) => toApplication(row, options)),
    emergency: await loadEmergency(trx, tenantId),
    speedDials: (await trx<SpeedDialRow>('speed_dials').where({ tenant_id: tenantId })).map(({ number, name, target }) => ({ number, name, target })),
    blocked: (await trx<BlockedCallerRow>('blocked_callers').where({ tenant_id: tenantId })).map(({ number, name, action, enabled }) => ({ number, name, action, enabled })),
    toll: await loadToll(trx, tenantId),
    stir: await toStir(trx, tenantId, options),
    clicks: await loadClicks(trx, tenantId),
    messages: await loadMessageSettings(trx, tenantId),
    calls: await loadCallSettings(trx, tenantId),
    featureCodes: await loadFeatureCodes(trx, tenantId),
    attendants: ((await trx<AttendantRow>('attendants').where({ tenant_id: tenantId })) as AttendantRow[]).map(toAttendant),
  }
  const lines = {
    trunks: (await trx<TrunkRow>('trunks').where({ tenant_id: tenantId }).orderByRaw('lower(name)')).flatMap((row) => toTrunk(row as TrunkRow, options)),
    numbers: (await trx<InboundNumberRow>('inbound_numbers').where({ tenant_id: tenantId })).map((row) => ({ id: row.id, tenantId, number: row.number, name: row.name, destination: row.destination, byCaller: row.by_caller, namePrefix: row.name_prefix, maxCalls: row.max_calls, enabled: row.enabled })),
    routes: (await trx<OutboundRouteRow>('outbound_routes').where({ tenant_id: tenantId }).orderByRaw('position, lower(name)')).map((row) => ({
      id: row.id, tenantId, name: row.name, position: row.position, pattern: row.pattern, strip: row.strip, prepend: row.prepend, trunkIds: row.trunk_ids, callerId: row.caller_id, callers: row.callers, scheduleId: row.schedule_id, cheapestFirst: row.cheapest_first, pinSetId: row.pin_set_id, enabled: row.enabled,
    })),
    pinSets: ((await trx<PinSetRow>('pin_sets').where({ tenant_id: tenantId })) as PinSetRow[]).flatMap((row) => toPinSet(row, options)),
  }
  return drawTenant(
    toTenant(tenant),
    extensions.map((row) => ({
      id: row.id, tenantId, number: row.number, name: row.name, ringSeconds: row.ring_seconds,
      maxContacts: row.max_contacts, contactsFull: row.contacts_full, enabled: row.enabled, recording: row.recording, encryption: row.encryption,
      forwardAlways: row.forward_always, forwardBusy: row.forward_busy, forwardNoAnswer: row.forward_no_answer, forwardUnreachable: row.forward_unreachable,
      doNotDisturb: row.do_not_disturb, vipNumbers: row.vip_numbers, blockedCallers: row.blocked_callers, lampNumbers: row.lamp_numbers, missedCallMail: row.missed_call_mail, callLimit: row.call_limit, voicemail: row.voicemail,
      outsideAtOnce: row.outside_at_once, outsidePerMinute: row.outside_per_minute,
      outsideCalls: row.outside_calls, outsideNumber: row.outside_number, pickupGroup: row.pickup_group, supervises: row.supervises, pageable: row.pageable, listed: row.listed, screening: row.screening, speedDials: row.speed_dials,
      followMe: row.follow_me, followMeOwnPhones: row.follow_me_own_phones, followMeTo: row.follow_me_to,
    })),
    devices.flatMap((row) => {
      const ha1 = ha1Of(row, options)
      return ha1 === undefined ? [] : [{ ...toDevice(row, ha1), ...deskOf(row, logins.get(row.id), (id) => enabled.has(id)) }]
    }),
    conferences.flatMap((row) => toConference(row, options)),
    ringGroups.map(toRingGroup),
    lines,
    places,
  )
}

function toTenant(row: TenantRow): SnapshotTenant {
  return {
    id: row.id, slug: row.slug, name: row.name, realm: row.sip_realm,
    domains: row.sip_domains.map((domain) => domain.toLowerCase()),
    isDefault: row.is_default, timeZone: row.time_zone,
  }
}

function toDevice(row: DeviceRow, ha1: SnapshotDevice['ha1']): SnapshotDevice {
  return {
    id: row.id, tenantId: row.tenant_id, extensionId: row.extension_id, name: row.name, sipUsername: row.sip_username,
    enabled: row.enabled, ha1, credentialsChangedAt: row.credentials_changed_at.getTime(), sessionId: row.session_id,
  }
}

function toRingGroup(row: RingGroupRow): SnapshotRingGroup {
  return {
    id: row.id, tenantId: row.tenant_id, number: row.number, name: row.name, strategy: row.strategy, members: row.members, ringSeconds: row.ring_seconds,
    memberSeconds: row.member_seconds, rounds: row.rounds, skipBusy: row.skip_busy, namePrefix: row.name_prefix, alertInfo: row.alert_info, noAnswer: row.no_answer,
    missedCallMail: row.missed_call_mail, greeting: row.greeting, recordingSeconds: row.recording_seconds, music: row.music, nextMember: row.next_member, enabled: row.enabled,
  }
}

/** Without its password a trunk would only be refused, again and again. */
function toTrunk(row: TrunkRow, { secrets, logger }: LoadOptions): SnapshotTrunk[] {
  try {
    return [openTrunk(secrets, row)]
  } catch (error) {
    logger.error({ tenant: row.tenant_id, trunk: row.id, err: error }, 'the password of a trunk cannot be read; set it anew in the panel')
    return []
  }
}

/** Calls go out unsigned rather than not at all. */
async function toStir(trx: Transaction, tenantId: string, { secrets, logger }: LoadOptions): Promise<SnapshotStir> {
  try {
    return await loadStir(trx, tenantId, secrets)
  } catch (error) {
    logger.error({ tenant: tenantId, err: error }, 'the key that calls are signed with cannot be read; enter it anew in the panel')
    return UNSIGNED
  }
}

/** A program that could not know whether we ask is not asked. */
function toApplication(row: ApplicationRow, { secrets, logger }: LoadOptions): SnapshotApplication[] {
  try {
    return [openApplication(secrets, row)]
  } catch (error) {
    logger.error({ tenant: row.tenant_id, application: row.id, err: error }, 'the secret of an application cannot be read; make another one in the panel')
    return [{ ...openApplication(secrets, { ...row, secret_sealed: null }), enabled: false }]
  }
}

/** Routes that ask for PINs that cannot be read are taken by nobody. */
function toPinSet(row: PinSetRow, { secrets, logger }: LoadOptions): SnapshotPinSet[] {
  try {
    return [openPinSet(secrets, row)]
  } catch (error) {
    logger.error({ tenant: row.tenant_id, pinSet: row.id, err: error }, 'the PINs of a PIN set cannot be read; set them anew in the panel')
    return []
  }
}

/** A room whose PINs cannot be read stays shut: open to everybody would be worse. */
function toConference(row: ConferenceRow, { secrets, logger }: LoadOptions): SnapshotConference[] {
  try {
    return [{
      id: row.id, tenantId: row.tenant_id, number: row.number, name: row.name,
      pin: openPin(secrets, row.tenant_id, row.pin_sealed), moderatorPin: openPin(secrets, row.tenant_id, row.moderator_pin_sealed),
      waitForModerator: row.wait_for_moderator, endWithModerator: row.end_with_moderator, maxParties: row.max_parties,
      announce: row.announce, mutedEntry: row.muted_entry, record: row.record, enabled: row.enabled,
    }]
  } catch (error) {
    logger.error({ tenant: row.tenant_id, conference: row.id, err: error }, 'the PINs of a conference room cannot be read; set them anew in the panel')
    return []
  }
}

/** A device whose envelope does not open cannot register; the others must not suffer for it. */
function ha1Of(row: DeviceRow, { secrets, logger, opened }: LoadOptions): SnapshotDevice['ha1'] | undefined {
  const known = opened.get(row.id)
  if (known && known.sealed.equals(row.credentials_sealed)) return known.ha1
  try {
    const ha1 = openCredentials(secrets, row.tenant_id, row.credentials_sealed)
    opened.set(row.id, { sealed: row.credentials_sealed, ha1 })
    return ha1
  } catch (error) {
    opened.delete(row.id)
    logger.error({ tenant: row.tenant_id, device: row.id, err: error }, 'the credentials of a device cannot be read; renew them in the panel')
    return undefined
  }
}
