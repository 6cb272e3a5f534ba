/** The door of the PBX, kept in memory: what the API needs of it, tenant by tenant. */
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Actor } from '../../config/actor.ts'
import { Refusal } from '../../config/errors.ts'
import { createFakeLines } from './fake-lines.ts'
import { createFakeCalls } from './fake-calls.ts'
import { createFakeRingGroups } from './fake-ring-groups.ts'
import { plainHandling } from '../../pbx/directory/handling.ts'
import type {
  AllowedNetwork, BanView, CallView, ConferenceRoom, Device, Drain, EventCatalogue, EventName, Extension, PastCall, Pbx, PbxEvent, RecordingInfo, RegistrationView, SipCredentials, SipName,
  MediaServerState,
} from '../../pbx/index.ts'
import { fakePrompts } from './fake-prompts.ts'
import { carrier, certificates, now, recording, sampleCall, viewOfConference } from './fake-samples.ts'
import { createFakeEmergency, type FakeEmergency } from './fake-emergency.ts'
import { createFakeHours } from './fake-hours.ts'
import { createFakePhones } from './fake-phones.ts'
import { createFakeMail, type FakeMail } from './fake-mail.ts'
import { createFakeRouting } from './fake-routing.ts'
import { createFakeMessages } from './fake-messages.ts'
import { createFakeClick } from './fake-click.ts'
import { createFakeRates } from './fake-rates.ts'
import { createFakeSharedPhones } from './fake-shared-phones.ts'
import { createFakeStir } from './fake-stir.ts'
import { createFakeToll } from './fake-toll.ts'
import { createFakeVoicemail, type FakeVoicemail } from './fake-voicemail.ts'

type Owned<T> = T & { tenantId: string }

export interface FakePbx extends Pbx, Pick<FakeVoicemail, 'addMailbox' | 'addMessage'>, Pick<FakeMail, 'addMail'>, Pick<FakeEmergency, 'addEmergencyCall'> {
  addCall(tenantId: string, change?: Partial<CallView>): CallView
  addRegistration(tenantId: string, change?: Partial<RegistrationView>): RegistrationView
  addRecording(tenantId: string, path: string): RecordingInfo
  addBan(tenantId: string, change?: Partial<BanView>): BanView
  addAllowed(tenantId: string): AllowedNetwork
  /** A room with one party in it. */
  addConference(tenantId: string, number: string): ConferenceRoom
  addMediaServer(tenantId: string): MediaServerState
  emit<K extends EventName>(type: K, tenantId: string, data: EventCatalogue[K]): void
  /** Listeners there are now. */
  readonly listeners: number
  /** What health() says. */
  well: boolean
  /** Called inside live(): to make something happen between subscribing and the snapshot. */
  onSnapshot: (() => void) | undefined
  /** Every call through the door that was made with an actor. */
  readonly actors: Actor[]
}

export function createFakePbx(): FakePbx {
  const extensions = new Map<string, Owned<Extension>>()
  const calls = new Map<string, CallView>()
  const registrations = new Map<string, RegistrationView>()
  const recordings = new Map<string, Owned<{ path: string; info: RecordingInfo }>>()
  const bans = new Map<string, BanView>()
  const allowed = new Map<string, AllowedNetwork>()
  const conferences = new Map<string, Owned<ConferenceRoom>>()
  const names = new Map<string, Owned<SipName>>()
  const mediaServers = new Map<string, Owned<MediaServerState>>()
  const listeners = new Set<{ tenantId: string; listener: (event: PbxEvent) => void }>()
  const actors: Actor[] = []

  function find<T extends { tenantId: string }>(rows: Map<string, T>, actor: Actor, id: string, what: string): T {
    actors.push(actor)
    const row = rows.get(id)
    if (row?.tenantId !== actor.tenantId) throw new Refusal('not-found', `There is no such ${what}.`)
    return row
  }
  const mine = <T extends { tenantId: string }>(rows: Map<string, T>, actor: Actor): T[] => {
    actors.push(actor)
    return [...rows.values()].filter((row) => row.tenantId === actor.tenantId)
  }
  let drain: Drain = { on: false, since: null, thenStop: false, callsLeft: 0 }
  const credentials = (device: Device): SipCredentials => ({
    deviceId: device.id, username: device.sipUsername, password: 'made-up-secret', domain: '127.0.0.1', port: 5060, transports: [{ name: 'udp', port: 5060 }, { name: 'tls', port: 5061 }],
  })
  const newDevice = (extensionId: string, name: string, sipUsername: string): Device => ({
    id: randomUUID(), extensionId, name, sipUsername, enabled: true, phoneId: null, version: 1, credentialsChangedAt: now, createdAt: now, updatedAt: now,
  })
  function findDevice(actor: Actor, id: string): { extension: Owned<Extension>; device: Device } {
    for (const extension of mine(extensions, actor)) {
      const device = extension.devices.find((one) => one.id === id)
      if (device) return { extension, device }
    }
    throw new Refusal('not-found', 'There is no such device.')
  }
  function checkVersion(row: { version: number }, version: number | undefined): void {
    if (version !== undefined && version !== row.version) throw new Refusal('conflict', 'It was changed meanwhile. Read it again.')
  }
  const { door: voicemail, addMailbox, addMessage } = createFakeVoicemail(actors, checkVersion)
  const past = (call: CallView): PastCall => ({ ...call, recordings: [...recordings.values()].map(({ info }) => info).filter((info) => info.callId === call.id) })

  const lines = createFakeLines(actors, checkVersion)
  const pbx: FakePbx = {
    voicemail,
    held: { at: async () => undefined, phone: () => undefined, ofPhone: async () => 'not-yours', ofAny: async () => 'not-yours', read: async () => undefined },
    ...createFakeMail(actors, checkVersion),
    addMailbox,
    addMessage,
    well: true,
    onSnapshot: undefined,
    actors,
    get listeners() {
      return listeners.size
    },
    extensions: {
      async list(actor, { search, page, limit }) {
        const rows = mine(extensions, actor).filter((row) => search === undefined || row.number.includes(search) || row.name.includes(search))
        return { rows: rows.slice((page - 1) * limit, page * limit), total: rows.length }
      },
      get: async (actor, id) => find(extensions, actor, id, 'extension'),
      async create(actor, { deviceName = 'Phone', ...input }) {
        if (mine(extensions, actor).some((row) => row.number === input.number)) {
          throw new Refusal('conflict', 'This number is taken.', { details: [{ field: 'number', message: 'is taken' }] })
        }
        const id = randomUUID()
        const device = newDevice(id, deviceName, input.number)
        const standard = { ringSeconds: null, maxContacts: 10, contactsFull: null, enabled: true, recording: 'on-demand', recordingDays: null, encryption: null, ...plainHandling } as const
        const extension = { ...standard, ...input, id, tenantId: actor.tenantId, version: 1, devices: [device], createdAt: now, updatedAt: now }
        extensions.set(id, extension)
        return { extension, credentials: credentials(device) }
      },
      async update(actor, id, input, version) {
        const row = find(extensions, actor, id, 'extension')
        checkVersion(row, version)
        return Object.assign(row, input, { version: row.version + 1 })
      },
      async import(actor, lines) {
        actors.push(actor)
        return { created: lines.length, updated: 0, unchanged: 0, errors: [], credentials: [] }
      },
      async remove(actor, id) {
        find(extensions, actor, id, 'extension')
        extensions.delete(id)
      },
    },
    ringGroups: createFakeRingGroups(actors, checkVersion),
    ...createFakeEmergency(actors, checkVersion, (actor, id) => findDevice(actor, id).device, (actor, id) => lines.trunks.get(actor, id)),
    toll: createFakeToll(actors),
    stir: createFakeStir(actors),
    clickToDial: createFakeClick(actors, (actor, id) => find(extensions, actor, id, 'extension')),
    sharedPhones: createFakeSharedPhones(actors, (actor, id) => findDevice(actor, id).device),
    rates: createFakeRates(actors, (actor, id) => lines.trunks.get(actor, id)),
    messages: createFakeMessages(actors),
    ...createFakeHours(actors, checkVersion),
    ...createFakePhones(actors, checkVersion),
    ...lines,
    routing: createFakeRouting(actors),
    devices: {
      async create(actor, extensionId, { name }) {
        const extension = find(extensions, actor, extensionId, 'extension')
        const device = newDevice(extensionId, name, `${extension.number}-${extension.devices.length}`)
        extension.devices.push(device)
        return { device, credentials: credentials(device) }
      },
      async update(actor, id, input, version) {
        const { device } = findDevice(actor, id)
        checkVersion(device, version)
        return Object.assign(device, input, { version: device.version + 1 })
      },
      renewCredentials: async (actor, id) => credentials(findDevice(actor, id).device),
      async remove(actor, id) {
        const { extension } = findDevice(actor, id)
        extension.devices = extension.devices.filter((device) => device.id !== id)
      },
    },
    registrations: {
      list: (actor) => mine(registrations, actor),
      async remove(actor, id) {
        find(registrations, actor, id, 'registration')
        registrations.delete(id)
      },
    },
    calls: createFakeCalls({
      all: (actor) => mine(calls, actor), find: (actor, id) => find(calls, actor, id, 'call'), past, made: (actor) => {
        actors.push(actor)
        return pbx.addCall(actor.tenantId)
      },
      snapshotTaken: () => {
        const happen = pbx.onSnapshot
        pbx.onSnapshot = undefined
        happen?.()
      },
    }),
    conferences: {
      list: async (actor) => mine(conferences, actor),
      get: async (actor, id) => find(conferences, actor, id, 'conference room'),
      create: async (actor, { pin, moderatorPin, ...input }) => Object.assign(pbx.addConference(actor.tenantId, input.number), input, { hasPin: typeof pin === 'string', hasModeratorPin: typeof moderatorPin === 'string' }),
      async update(actor, id, { pin: _pin, moderatorPin: _moderatorPin, ...input }, version) {
        const row = find(conferences, actor, id, 'conference room')
        checkVersion(row, version)
        return Object.assign(row, input, { version: row.version + 1 })
      },
      async remove(actor, id) {
        find(conferences, actor, id, 'conference room')
        conferences.delete(id)
      },
      live: (actor) => mine(conferences, actor).map(viewOfConference),
      steer: async (actor, id) => viewOfConference(find(conferences, actor, id, 'conference room')),
      steerParty: async (actor, id) => viewOfConference(find(conferences, actor, id, 'conference room')),
    },
    shield: {
      bans(actor, { page, limit, reason }) {
        const rows = mine(bans, actor).filter((ban) => reason === undefined || ban.reason === reason)
        return { rows: rows.slice((page - 1) * limit, page * limit), total: rows.length }
      },
      ban: async (actor, { network, note, until }) => pbx.addBan(actor.tenantId, { network, detail: note, until: until?.getTime() ?? null, reason: 'by-hand', by: actor.name }),
      async lift(actor, id) {
        find(bans, actor, id, 'ban')
        bans.delete(id)
      },
      allowed: (actor) => mine(allowed, actor),
      async allow(actor, { network, note }) {
        const row = { ...pbx.addAllowed(actor.tenantId), network, note }
        allowed.set(row.id, row)
        return row
      },
      async disallow(actor, id) {
        find(allowed, actor, id, 'network')
        allowed.delete(id)
      },
    },
    recordings: {
      async list(actor, { page, limit }) {
        const rows = mine(recordings, actor)
        return { rows: rows.slice((page - 1) * limit, page * limit).map(({ info }) => info), total: rows.length }
      },
      get: async (actor, id) => find(recordings, actor, id, 'recording').info,
      async open(actor, id) {
        const { path, info } = find(recordings, actor, id, 'recording')
        const file = await readFile(path).catch(() => { throw new Refusal('gone', 'The file is gone.') })
        return {
          info, bytes: file.length,
          async *read(start, end) { yield file.subarray(start, end) },
          close: async () => {},
        }
      },
      async peaks(actor, id) {
        find(recordings, actor, id, 'recording')
        return { left: [0, 255], right: [3, 4] }
      },
      async remove(actor, id) {
        find(recordings, actor, id, 'recording')
        recordings.delete(id)
      },
      async hold(actor, id, reason) {
        const row = find(recordings, actor, id, 'recording')
        row.info = { ...row.info, hold: { at: now, by: actor.name, reason } }
        return row.info
      },
      async release(actor, id) {
        const row = find(recordings, actor, id, 'recording')
        row.info = { ...row.info, hold: null }
        return row.info
      },
      settings(actor) {
        actors.push(actor)
        return { days: null, standardDays: 365, notice: 'none' }
      },
      async configure(actor, input) {
        actors.push(actor)
        return { days: null, standardDays: 365, notice: 'none', ...input }
      },
    },
    async testAudio(actor) {
      actors.push(actor)
      return { ok: true, message: 'Two phones of our own heard each other in PCMU.', heard: [] }
    },
    tell(actor, type, data) {
      actors.push(actor)
      pbx.emit(type, actor.tenantId, data)
    },
    subscribe(actor, listener) {
      const entry = { tenantId: actor.tenantId, listener }
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
    certificates: {
      list(actor) {
        actors.push(actor)
        return certificates
      },
      async read(actor) {
        actors.push(actor)
        return certificates
      },
    },
    mediaServers: {
      list: (actor) => mine(mediaServers, actor),
      async drain(actor, address, on) {
        const server = { ...find(mediaServers, actor, address, 'media server'), draining: on }
        mediaServers.set(address, server)
        return server
      },
    },
    targets: {
      list: async (actor) => mine(names, actor).map(({ tenantId: _tenantId, ...name }) => name),
      find: async (_actor, name) => ({ ...carrier, name: `sip:${name}` }),
      async lookUpAgain(actor, name) {
        names.set(name, { ...carrier, tenantId: actor.tenantId, name: `sip:${name}` })
        return { ...carrier, name: `sip:${name}` }
      },
    },
    prompts: fakePrompts(actors),
    metrics: async () => 'dialplane_calls_active 0\n',
    health: async () => [{ name: 'signalling', ok: pbx.well, message: pbx.well ? 'Listens.' : 'Does not listen.' }],
    sipAddresses: () => ['udp/127.0.0.1:5060'],
    drained: {
      state: () => drain,
      async begin(actor, thenStop) {
        actors.push(actor)
        return (drain = { on: true, since: now, thenStop, callsLeft: calls.size })
      },
      async end(actor) {
        actors.push(actor)
        return (drain = { on: false, since: null, thenStop: false, callsLeft: calls.size })
      },
    },
    drain: async () => {},
    onDrained: () => {},
    close: async () => {},
    addCall(tenantId, change = {}) {
      const call = sampleCall(tenantId, change)
      calls.set(call.id, call)
      return call
    },
    addRegistration(tenantId, change = {}) {
      const row: RegistrationView = {
        id: randomUUID(), tenantId, extensionId: randomUUID(), extensionNumber: '100', extensionName: 'Ada', deviceId: randomUUID(), deviceName: 'Phone',
        contact: 'sip:100@127.0.0.1:5070', transport: 'udp', received: '127.0.0.1:5070', userAgent: null, q: 1, instance: null, regId: null, path: [], waiting: false, registeredAt: now.getTime(), expiresAt: now.getTime() + 600_000,
        reachable: 'yes', roundTripMs: 1.5, ...change,
      }
      registrations.set(row.id, row)
      return row
    },
    addBan(tenantId, change = {}) {
      const ban: BanView = {
        id: randomUUID(), tenantId, network: '203.0.113.9', reason: 'scanner', detail: 'friendly-scanner', since: now.getTime(), until: now.getTime() + 300_000, hits: 7, level: 1, by: null, ...change,
      }
      bans.set(ban.id, ban)
      return ban
    },
    addMediaServer(tenantId) {
      const server = { tenantId, address: '192.0.2.7:8021', connected: true, trouble: undefined, draining: false, weight: 1, endpoints: 2, figures: undefined, warnings: [] }
      mediaServers.set(server.address, server)
      return server
    },
    addAllowed(tenantId) {
      const row: AllowedNetwork = { id: randomUUID(), tenantId, network: '192.0.2.0/24', note: 'Office', by: 'Ada', createdAt: now }
      allowed.set(row.id, row)
      return row
    },
    addConference(tenantId, number) {
      const room = {
        id: randomUUID(), tenantId, number, name: 'Monday', hasPin: true, hasModeratorPin: false, waitForModerator: false, endWithModerator: false, maxParties: 50,
        announce: 'tones', mutedEntry: false, record: false, enabled: true, version: 1, createdAt: now, updatedAt: now,
      } as const
      conferences.set(room.id, room)
      return room
    },
    addRecording(tenantId, path) {
      const id = randomUUID()
      const info: RecordingInfo = { ...recording, id, callId: id, rootId: id }
      recordings.set(info.id, { tenantId, path, info })
      return info
    },
    emit(type, tenantId, data) {
      const event = { id: randomUUID(), type, tenantId, at: now.getTime(), data } as PbxEvent
      for (const entry of listeners) if (entry.tenantId === tenantId) entry.listener(event)
    },
  }
  return pbx
}
