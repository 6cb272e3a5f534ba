/** What the fake PBX shows: one of each. */
import { randomUUID } from 'node:crypto'
import type { CallView, Certificates, ConferenceRoom, ConferenceView, RecordingInfo, SipName } from '../../pbx/index.ts'

export const now = new Date('2026-11-20T10:00:00Z')

export const carrier: SipName = {
  name: 'sip:carrier.example', host: 'carrier.example', foundAt: now, until: now, naptr: [{ order: 1, preference: 1, service: 'SIP+D2U', replacement: '_sip._udp.carrier.example' }], trouble: [], stale: false, failure: null,
  targets: [{ transport: 'udp', address: '192.0.2.1', port: 5060, srv: '_sip._udp.carrier.example', host: 'a.carrier.example', priority: 1, weight: 1, share: 1, state: 'set-aside', failures: 2, until: now, cause: 'said nothing' }],
}

export function viewOfConference({ id, tenantId, number, name }: ConferenceRoom & { tenantId: string }): ConferenceView {
  const party = { callId: id, number: '100', name: 'Ada', moderator: true, muted: false, talking: true, waiting: false, since: now.getTime() }
  return { id, tenantId, number, name, startedAt: now.getTime(), locked: false, recording: false, parties: [party] }
}

export const recording: Omit<RecordingInfo, 'id' | 'callId' | 'rootId'> = {
  direction: 'internal', from: { number: '100', name: 'Ada', extensionId: null }, to: { number: '200', name: null, extensionId: null }, status: 'finished', stored: true,
  seconds: 1, bytes: 10, rate: 16_000, codecs: 'G722, PCMU', marks: [{ at: 0.5, kind: 'pause', by: 'Ada' }], failure: null, startedBy: 'Ada', startedAt: now, endedAt: now,
  sha256: '00', hold: null, deleted: null,
}

export const certificates: Certificates = {
  served: true, problems: [], authority: null, renewal: null,
  certificates: [{ source: '/etc/pbx.crt', own: false, names: ['pbx.example'], issuer: 'Some authority', notBefore: now, notAfter: new Date('2027-11-20T10:00:00Z'), state: 'good' }],
}

/** A call that two people talk in. */
export function sampleCall(tenantId: string, change: Partial<CallView>): CallView {
  const leg = {
    id: randomUUID(), role: 'caller', state: 'answered', extensionId: null, deviceId: null, number: '100', name: 'Ada', sipCallId: 'a@b', address: '127.0.0.1:5070',
    transport: 'udp', userAgent: 'test', codec: 'PCMU', startedAt: now.getTime(), ringingAt: null, answeredAt: now.getTime() + 1, endedAt: null, sipStatus: null, ended: null,
    media: { packetsReceived: 1, packetsSent: 1, packetsLost: 0, lossRate: 0, jitterMs: 1.5, roundTripMs: null, mos: 4.3, local: '127.0.0.1:20000', remote: null },
  } as const
  const id = randomUUID()
  return {
    id, rootId: id, tenantId, state: 'answered', direction: 'internal', from: { number: '100', name: 'Ada', extensionId: null },
    to: { number: '200', name: null, extensionId: null }, startedAt: now.getTime(), answeredAt: now.getTime() + 1, endedAt: null, onHold: false, direct: false, recording: 'off',
    plan: { steps: [{ step: 'extension', reason: '200 is an extension.' }] }, legs: [leg], termination: null, ...change,
  }
}
