/** Trunks, inbound numbers, outbound routes and phones in browsers of the door of the PBX, kept in memory. */
import { randomUUID } from 'node:crypto'
import type { Actor } from '../../config/actor.ts'
import { Refusal } from '../../config/errors.ts'
import type { BlockedCaller, BlockedCallerInput, Kept, Pbx, SpeedDial, SpeedDialInput, Trunk, TrunkInput, TrunkStatus, WakeUp, WakeUpInput } from '../../pbx/index.ts'
import { now } from './fake-samples.ts'

type CheckVersion = (row: { version: number }, version: number | undefined) => void

export function fakeKept<Shown extends { id: string; version: number }, Input>(actors: Actor[], checkVersion: CheckVersion, what: string, standard: object): Kept<Shown, Input> {
  const rows = new Map<string, Shown & { tenantId: string }>()
  const plain = ({ tenantId: _tenant, ...shown }: Shown & { tenantId: string }): Shown => shown as unknown as Shown
  const find = (actor: Actor, id: string): Shown & { tenantId: string } => {
    actors.push(actor)
    const row = rows.get(id)
    if (row?.tenantId !== actor.tenantId) throw new Refusal('not-found', `There is no such ${what}.`)
    return row
  }
  return {
    list: async (actor) => {
      actors.push(actor)
      return [...rows.values()].filter((row) => row.tenantId === actor.tenantId).map(plain)
    },
    get: async (actor, id) => plain(find(actor, id)),
    async create(actor, input) {
      actors.push(actor)
      const row = { ...standard, ...input, id: randomUUID(), tenantId: actor.tenantId, version: 1, createdAt: now, updatedAt: now } as unknown as Shown & { tenantId: string }
      rows.set(row.id, row)
      return plain(row)
    },
    async update(actor, id, input, version) {
      const row = find(actor, id)
      checkVersion(row, version)
      return plain(Object.assign(row, input, { version: row.version + 1 }))
    },
    async remove(actor, id) {
      find(actor, id)
      rows.delete(id)
    },
  }
}

export function createFakeLines(actors: Actor[], checkVersion: CheckVersion): Pick<Pbx, 'trunks' | 'inboundNumbers' | 'outboundRoutes' | 'pinSets' | 'blockedCallers' | 'speedDials' | 'wakeUps' | 'callSettings' | 'softphones' | 'push'> {
  const status: TrunkStatus = { state: 'up', addresses: ['192.0.2.1'], registration: { state: 'registered', since: 0, expiresAt: 60_000, nextTry: 48_000 }, cause: null, roundTripMs: 12, peer: null, calls: 0 }
  const standard = { port: null, transport: 'udp', username: null, hasPassword: false, register: false, registersHere: false, registerSeconds: 600, clientCertificate: null, peerAuthority: null, peerName: null, networks: [], country: 'US', format: 'plus', callerId: null, identity: 'pai', maxCalls: null, maxCallsPerSecond: null, emergency: false, sendLocation: false, locationBy: 'value', headerRules: [], codecs: [], dtmf: 'auto', packetMs: null, signCalls: false, verifyCalls: 'off', readDiversion: true, enabled: true, status }
  const trunks = fakeKept<Trunk & { status: TrunkStatus }, TrunkInput>(actors, checkVersion, 'trunk', standard)
  return {
    trunks: { ...trunks, test: (actor, id) => trunks.get(actor, id), previewHeaders(actor, rules, _direction, message) {
      actors.push(actor)
      return { message, steps: rules.map(({ header }, rule) => ({ rule, header, before: [], after: [], changed: false })), variables: { caller: '', called: '', tenant: '' } }
    } },
    push: {
      publicKey: 'made-up-key',
      async subscribe(actor) {
        actors.push(actor)
      },
      async unsubscribe(actor) {
        actors.push(actor)
      },
      async isSubscribed(actor) {
        actors.push(actor)
        return false
      },
    },
    softphones: {
      async issue(actor, { sessionId }) {
        actors.push(actor)
        return { deviceId: sessionId, username: '100-brow', password: 'made-up-secret', domain: '127.0.0.1', port: 5060, transports: [] }
      },
      find: async () => undefined,
      connect: () => () => {},
    },
    blockedCallers: {
      ...fakeKept<BlockedCaller, BlockedCallerInput>(actors, checkVersion, 'blocked caller', { action: 'decline', enabled: true }),
      async import(actor, lines) {
        actors.push(actor)
        return { created: lines.length, updated: 0, unchanged: 0, errors: [] }
      },
    },
    speedDials: {
      ...fakeKept<SpeedDial, SpeedDialInput>(actors, checkVersion, 'speed dial', {}),
      async import(actor, lines) {
        actors.push(actor)
        return { created: lines.length, updated: 0, unchanged: 0, errors: [] }
      },
    },
    wakeUps: fakeKept<WakeUp, WakeUpInput>(actors, checkVersion, 'wake-up call', { repeats: 'once', on: '2030-01-01', state: 'waiting', last: null }),
    callSettings: {
      settings(actor) {
        actors.push(actor)
        return { timeZone: 'UTC', transferSeconds: null, wakeUpDesk: null }
      },
      async configure(actor, input) {
        actors.push(actor)
        return { timeZone: 'UTC', transferSeconds: null, wakeUpDesk: null, ...input }
      },
    },
    inboundNumbers: fakeKept(actors, checkVersion, 'inbound number', { byCaller: [], namePrefix: '', maxCalls: null, enabled: true }),
    outboundRoutes: fakeKept(actors, checkVersion, 'outbound route', { position: 100, strip: 0, prepend: '', callerId: null, callers: [], scheduleId: null, cheapestFirst: false, pinSetId: null, enabled: true }),
    pinSets: fakeKept(actors, checkVersion, 'PIN set', { pins: [] }),
  }
}
