/** Calls for help of the door of the PBX, kept in memory. */
import { randomUUID } from 'node:crypto'
import type { Actor } from '../../config/actor.ts'
import { Refusal } from '../../config/errors.ts'
import type { EmergencyCall, EmergencyLocation, EmergencyLocationInput, EmergencyNetwork, EmergencyNetworkInput, EmergencySettings, EmergencySite, EmergencySiteInput, Located, LocatedDevice, Pbx } from '../../pbx/index.ts'
import { fakeKept } from './fake-lines.ts'
import { now } from './fake-samples.ts'

/** That of whatever extension is asked for. */
const SOME_PHONE = randomUUID()

export interface FakeEmergency {
  emergency: Pbx['emergency']
  addEmergencyCall(tenantId: string): EmergencyCall
}

export function createFakeEmergency(actors: Actor[], checkVersion: (row: { version: number }, version: number | undefined) => void, deviceOf: (actor: Actor, id: string) => { id: string; name: string; extensionId: string }, trunkOf: (actor: Actor, id: string) => Promise<{ name: string }>): FakeEmergency {
  const calls = new Map<string, { tenantId: string; call: EmergencyCall }>()
  let settings: EmergencySettings = { locationId: null, mailTo: [], extensions: [], escalateMinutes: 5, escalateTo: [], callbackHours: 3, held: false, testDays: null, testHour: 2, testNumber: null }
  const located: Located = {
    locationId: randomUUID(), site: { name: 'HQ', country: 'US', state: 'IL', city: 'Springfield', postalCode: '62701', street: 'Main Street', houseNumber: '12' }, name: 'Reception', floor: '1', room: '', details: '',
    source: 'bssid', why: 'the access point', since: now.getTime(), problems: [], callbackNumber: null,
  }
  const shown = (actor: Actor, id: string): LocatedDevice => {
    actors.push(actor)
    const device = id === SOME_PHONE ? { id, name: 'Phone', extensionId: randomUUID() } : deviceOf(actor, id)
    return { deviceId: device.id, name: device.name, extension: { id: device.extensionId, number: '100', name: 'Ada' }, address: '192.0.2.1', locationId: null, confirmed: { locationId: located.locationId, at: now }, reported: { bssid: '00:11:22:33:44:55', at: now }, located }
  }
  const callOf = (actor: Actor, id: string): EmergencyCall => {
    actors.push(actor)
    const found = calls.get(id)
    if (found?.tenantId !== actor.tenantId) throw new Refusal('not-found', 'There was no such call for help.')
    return found.call
  }
  const locations = fakeKept<EmergencyLocation, EmergencyLocationInput>(actors, checkVersion, 'place', { floor: '', room: '', details: '', callbackNumber: null })
  return {
    addEmergencyCall(tenantId) {
      const call: EmergencyCall = {
        id: randomUUID(), kind: 'call', dialled: '911', startedAt: now, caller: { number: '100', name: 'Ada', extensionId: randomUUID(), deviceId: null, device: 'Phone', address: '192.0.2.1' }, location: located, callbackNumber: '+12025550100', pool: null,
        attempts: [{ trunk: 'Carrier', at: now.getTime(), status: 200, answered: true }], answeredAt: now, endedAt: null, outcome: null, displaced: [{ caller: '101', called: '102', held: 'Carrier', at: now.getTime() }], notified: [{ how: 'mail', to: 'ada@example.com', at: now.getTime() }],
        escalatedAt: null, acknowledgedAt: null, acknowledgedBy: null, note: null,
      }
      calls.set(call.id, { tenantId, call })
      return call
    },
    emergency: {
      sites: fakeKept<EmergencySite, EmergencySiteInput>(actors, checkVersion, 'site', { country: 'US', state: '', city: '', postalCode: '', street: '', houseNumber: '', callbackNumber: null, callbackPool: [], helpNumbers: ['911'], problems: ['The street is missing.'] }),
      locations,
      networks: fakeKept<EmergencyNetwork, EmergencyNetworkInput>(actors, checkVersion, 'network', {}),
      async importNetworks(actor, lines) {
        actors.push(actor)
        return { created: lines.length, updated: 0, unchanged: 0, errors: [] }
      },
      async settings(actor) {
        actors.push(actor)
        return settings
      },
      async configure(actor, input) {
        actors.push(actor)
        settings = { ...settings, ...input }
        return settings
      },
      async tested(actor) {
        actors.push(actor)
        return []
      },
      async testPlaces(actor) {
        actors.push(actor)
        return []
      },
      async testsOf(actor, id) {
        await locations.get(actor, id)
        return []
      },
      async pools(actor) {
        actors.push(actor)
        return []
      },
      async devices(actor) {
        actors.push(actor)
        return []
      },
      async ofExtension(actor) {
        return [shown(actor, SOME_PHONE)]
      },
      async trunks(actor) {
        actors.push(actor)
        return []
      },
      async placeTrunk(actor, trunkId, locationId) {
        return { trunkId, name: (await trunkOf(actor, trunkId)).name, locationId, located: null }
      },
      device: async (actor, id) => shown(actor, id),
      place: async (actor, id, locationId) => ({ ...shown(actor, id), locationId }),
      confirm: async (actor, id) => shown(actor, id),
      report: async (actor, id) => shown(actor, id),
      async calls(actor) {
        actors.push(actor)
        const rows = [...calls.values()].filter(({ tenantId }) => tenantId === actor.tenantId).map(({ call }) => call)
        return { rows, total: rows.length }
      },
      call: async (actor, id) => callOf(actor, id),
      acknowledge: async (actor, id, note) => Object.assign(callOf(actor, id), { acknowledgedAt: now, acknowledgedBy: actor.name, note }),
    },
  }
}
