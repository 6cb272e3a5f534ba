import type { CallSettings, MessageSettings } from '../door.ts'
import type { ChangedCodes, DirectorySnapshot, SnapshotApplication, SnapshotAttendant, SnapshotBlockedCaller, SnapshotClick, SnapshotConference, SnapshotDevice, SnapshotEmergency, SnapshotExtension, SnapshotInboundNumber, SnapshotOutboundRoute, SnapshotPagingGroup, SnapshotParkLot, SnapshotPinSet, SnapshotRingGroup, SnapshotSchedule, SnapshotSpeedDial, SnapshotStir, SnapshotTenant, SnapshotToll, SnapshotTrunk } from './types.ts'

/** One tenant's part of the picture. Never changed after it was made: a refresh makes a new one. */
export interface TenantPicture {
  readonly tenant: SnapshotTenant
  readonly extensions: ReadonlyMap<string, SnapshotExtension>
  readonly byNumber: ReadonlyMap<string, SnapshotExtension>
  readonly conferences: ReadonlyMap<string, SnapshotConference>
  readonly conferenceByNumber: ReadonlyMap<string, SnapshotConference>
  readonly ringGroups: ReadonlyMap<string, SnapshotRingGroup>
  readonly ringGroupByNumber: ReadonlyMap<string, SnapshotRingGroup>
  readonly schedules: Numbered<SnapshotSchedule>
  readonly attendants: Numbered<SnapshotAttendant>
  readonly parkLots: Numbered<SnapshotParkLot>
  readonly pagingGroups: Numbered<SnapshotPagingGroup>
  readonly applications: Numbered<SnapshotApplication>
  readonly emergency: SnapshotEmergency
  readonly toll: SnapshotToll
  readonly stir: SnapshotStir
  readonly clicks: ReadonlyMap<string, SnapshotClick>
  readonly messages: MessageSettings
  readonly calls: Omit<CallSettings, 'timeZone'>
  readonly blocked: readonly SnapshotBlockedCaller[]
  readonly speedDials: readonly SnapshotSpeedDial[]
  readonly featureCodes: ChangedCodes
  readonly lines: OutsideLines
  readonly devices: ReadonlyMap<string, SnapshotDevice>
  readonly byUsername: ReadonlyMap<string, SnapshotDevice>
  readonly devicesByExtension: ReadonlyMap<string, readonly SnapshotDevice[]>
}

/** Objects of one kind, by id and by number. */
export interface Numbered<T> {
  byId: ReadonlyMap<string, T>
  byNumber: ReadonlyMap<string, T>
}

function numbered<T extends { id: string; number: string }>(objects: readonly T[]): Numbered<T> {
  return { byId: new Map(objects.map((object) => [object.id, object])), byNumber: new Map(objects.map((object) => [object.number, object])) }
}

/** What decides where calls go, besides extensions and groups. */
export interface Places {
  schedules: readonly SnapshotSchedule[]
  attendants: readonly SnapshotAttendant[]
  parkLots: readonly SnapshotParkLot[]
  pagingGroups: readonly SnapshotPagingGroup[]
  applications: readonly SnapshotApplication[]
  emergency: SnapshotEmergency
  toll: SnapshotToll
  stir: SnapshotStir
  clicks: ReadonlyMap<string, SnapshotClick>
  messages: MessageSettings
  calls: Omit<CallSettings, 'timeZone'>
  blocked: readonly SnapshotBlockedCaller[]
  speedDials: readonly SnapshotSpeedDial[]
  featureCodes: ChangedCodes
}

/** No feature code is another than the customary one. */
export const CUSTOMARY_CODES: ChangedCodes = {}

/** As long as nobody has said otherwise. */
export const USUAL_MESSAGES: MessageSettings = { keepDays: 7, perMinute: 60 }
export const USUAL_CALLS: Omit<CallSettings, 'timeZone'> = { transferSeconds: null, wakeUpDesk: null }
export const USUAL_TOLL: SnapshotToll = { settings: { countries: null, atOnceExtension: 2, atOnceTenant: 10, perHour: 20, minutesExtension: 300, minutesTenant: null, spendDayExtension: null, spendMonthExtension: null, spendDayTenant: null, spendMonthTenant: null, mailTo: [] }, locks: new Map() }

/** Calls are not signed, and no signature is believed. */
export const UNSIGNED: SnapshotStir = { certificate: null, key: null, certificateUrl: null, authorities: null }

export const USUAL_CLICK: SnapshotClick = { enabled: true, deviceIds: null, autoAnswer: false, autoAnswerStyle: 'by-phone', namePrefix: '', outsideNumber: null, ringSeconds: null, version: 0, updatedAt: null }

/** Nothing is known of where anybody is. */
export const NOWHERE: SnapshotEmergency = {
  sites: [], locations: [], networks: [], devices: new Map(), trunks: new Map(), settings: { locationId: null, mailTo: [], extensions: [], escalateMinutes: 5, escalateTo: [], callbackHours: 3, held: false, testDays: null, testHour: 2, testNumber: null },
}

/** All that concerns the outside. */
export interface OutsideLines {
  trunks: readonly SnapshotTrunk[]
  numbers: readonly SnapshotInboundNumber[]
  routes: readonly SnapshotOutboundRoute[]
  pinSets: readonly SnapshotPinSet[]
}

const NO_LINES: OutsideLines = { trunks: [], numbers: [], routes: [], pinSets: [] }
const NO_PLACES: Places = { schedules: [], attendants: [], parkLots: [], pagingGroups: [], applications: [], emergency: NOWHERE, toll: USUAL_TOLL, stir: UNSIGNED, clicks: new Map(), messages: USUAL_MESSAGES, calls: USUAL_CALLS, blocked: [], speedDials: [], featureCodes: CUSTOMARY_CODES }
const NO_DEVICES: readonly SnapshotDevice[] = []

export function drawTenant(tenant: SnapshotTenant, extensions: readonly SnapshotExtension[], devices: readonly SnapshotDevice[], conferences: readonly SnapshotConference[] = [], ringGroups: readonly SnapshotRingGroup[] = [], lines: OutsideLines = NO_LINES, places: Places = NO_PLACES): TenantPicture {
  const devicesByExtension = new Map<string, SnapshotDevice[]>()
  for (const device of devices) {
    const list = devicesByExtension.get(device.extensionId)
    if (list) list.push(device)
    else devicesByExtension.set(device.extensionId, [device])
  }
  return {
    tenant,
    extensions: new Map(extensions.map((extension) => [extension.id, extension])),
    byNumber: new Map(extensions.map((extension) => [extension.number, extension])),
    conferences: new Map(conferences.map((conference) => [conference.id, conference])),
    conferenceByNumber: new Map(conferences.map((conference) => [conference.number, conference])),
    ringGroups: new Map(ringGroups.map((group) => [group.id, group])),
    ringGroupByNumber: new Map(ringGroups.map((group) => [group.number, group])),
    schedules: numbered(places.schedules),
    attendants: numbered(places.attendants),
    parkLots: numbered(places.parkLots),
    pagingGroups: numbered(places.pagingGroups),
    applications: numbered(places.applications),
    emergency: places.emergency,
    toll: places.toll,
    stir: places.stir,
    clicks: places.clicks,
    messages: places.messages,
    calls: places.calls,
    blocked: places.blocked,
    speedDials: places.speedDials,
    featureCodes: places.featureCodes,
    lines,
    devices: new Map(devices.map((device) => [device.id, device])),
    byUsername: new Map(devices.map((device) => [device.sipUsername, device])),
    devicesByExtension,
  }
}

/**
 * The picture of all tenants.
 *
 * @param home which tenant an extension or device belongs to, shared by all snapshots so that a
 *   refresh of one tenant costs nothing for the others; an outdated entry finds nothing in its tenant
 */
export function createSnapshot(tenants: ReadonlyMap<string, TenantPicture>, home: ReadonlyMap<string, string>): DirectorySnapshot {
  const byDomain = new Map<string, SnapshotTenant>()
  let fallback: SnapshotTenant | undefined
  for (const { tenant } of tenants.values()) {
    if (tenant.isDefault) fallback = tenant
    for (const domain of tenant.domains) byDomain.set(domain, tenant)
  }
  const homeOf = (id: string): TenantPicture | undefined => {
    const tenantId = home.get(id)
    return tenantId === undefined ? undefined : tenants.get(tenantId)
  }
  return {
    defaultTenant: () => fallback,
    tenants: () => [...tenants.values()].map(({ tenant }) => tenant),
    tenant: (id) => tenants.get(id)?.tenant,
    domains: () => [...byDomain.keys()],
    tenantByDomain: (host) => byDomain.get(host.toLowerCase()),
    extension: (id) => homeOf(id)?.extensions.get(id),
    clickToDialOf: (id) => homeOf(id)?.clicks.get(id) ?? USUAL_CLICK,
    extensionsOf: (tenantId) => [...(tenants.get(tenantId)?.extensions.values() ?? [])],
    extensionByNumber: (tenantId, number) => tenants.get(tenantId)?.byNumber.get(number),
    conference: (id) => homeOf(id)?.conferences.get(id),
    conferenceByNumber: (tenantId, number) => tenants.get(tenantId)?.conferenceByNumber.get(number),
    ringGroup: (id) => homeOf(id)?.ringGroups.get(id),
    ringGroupsOf: (tenantId) => [...(tenants.get(tenantId)?.ringGroups.values() ?? [])],
    ringGroupByNumber: (tenantId, number) => tenants.get(tenantId)?.ringGroupByNumber.get(number),
    schedule: (id) => homeOf(id)?.schedules.byId.get(id),
    schedulesOf: (tenantId) => [...(tenants.get(tenantId)?.schedules.byId.values() ?? [])],
    scheduleByNumber: (tenantId, number) => tenants.get(tenantId)?.schedules.byNumber.get(number),
    attendant: (id) => homeOf(id)?.attendants.byId.get(id),
    attendantsOf: (tenantId) => [...(tenants.get(tenantId)?.attendants.byId.values() ?? [])],
    attendantByNumber: (tenantId, number) => tenants.get(tenantId)?.attendants.byNumber.get(number),
    emergencyOf: (tenantId) => tenants.get(tenantId)?.emergency ?? NOWHERE,
    messagesOf: (tenantId) => tenants.get(tenantId)?.messages ?? USUAL_MESSAGES,
    callSettingsOf: (tenantId) => tenants.get(tenantId)?.calls ?? USUAL_CALLS,
    stirOf: (tenantId) => tenants.get(tenantId)?.stir ?? UNSIGNED,
    tollOf: (tenantId) => tenants.get(tenantId)?.toll ?? USUAL_TOLL,
    changedCodesOf: (tenantId) => tenants.get(tenantId)?.featureCodes ?? CUSTOMARY_CODES,
    blockedOf: (tenantId) => tenants.get(tenantId)?.blocked ?? [],
    speedDialsOf: (tenantId) => tenants.get(tenantId)?.speedDials ?? [],
    application: (id) => homeOf(id)?.applications.byId.get(id),
    applicationsOf: (tenantId) => [...(tenants.get(tenantId)?.applications.byId.values() ?? [])],
    applicationByNumber: (tenantId, number) => tenants.get(tenantId)?.applications.byNumber.get(number),
    pagingGroup: (id) => homeOf(id)?.pagingGroups.byId.get(id),
    pagingGroupsOf: (tenantId) => [...(tenants.get(tenantId)?.pagingGroups.byId.values() ?? [])],
    pagingGroupByNumber: (tenantId, number) => tenants.get(tenantId)?.pagingGroups.byNumber.get(number),
    parkLot: (id) => homeOf(id)?.parkLots.byId.get(id),
    parkLotsOf: (tenantId) => [...(tenants.get(tenantId)?.parkLots.byId.values() ?? [])],
    trunk: (id) => homeOf(id)?.lines.trunks.find((trunk) => trunk.id === id),
    trunksOf: (tenantId) => tenants.get(tenantId)?.lines.trunks ?? [],
    inboundNumbersOf: (tenantId) => tenants.get(tenantId)?.lines.numbers ?? [],
    outboundRoutesOf: (tenantId) => tenants.get(tenantId)?.lines.routes ?? [],
    pinSet: (id) => homeOf(id)?.lines.pinSets.find((set) => set.id === id),
    device: (id) => homeOf(id)?.devices.get(id),
    deviceByUsername: (tenantId, username) => tenants.get(tenantId)?.byUsername.get(username),
    devicesOf: (extensionId) => homeOf(extensionId)?.devicesByExtension.get(extensionId) ?? NO_DEVICES,
  }
}
