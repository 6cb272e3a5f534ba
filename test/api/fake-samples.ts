/** What the fake PBX shows: one of each. */
import type { Certificates, ConferenceRoom, ConferenceView, RecordingInfo, SipName } from '../../pbx/index.ts'

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
  served: true, problems: [], authority: null,
  certificates: [{ source: '/etc/pbx.crt', own: false, names: ['pbx.example'], issuer: 'Some authority', notBefore: now, notAfter: new Date('2027-11-20T10:00:00Z'), state: 'good' }],
}
