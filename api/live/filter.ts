import type { z } from 'zod'
import type { PersonActor } from '../../config/actor.ts'
import { presentCall } from '../calls/presenter.ts'
import { presentLiveConference } from '../conferences/presenter.ts'
import { isoOf } from '../http/fields.ts'
import type { PermissionName } from '../identity/permissions.ts'
import type { EventName, Pbx, PbxEvent } from '../../pbx/index.ts'
import { presentBan } from '../shield/presenter.ts'
import { presentRegistration } from '../telephony/presenter.ts'
import type { LiveHello, LiveMessage } from './schemas.ts'

/** Which permission lets an event through. */
const needed: Record<EventName, PermissionName> = {
  'call.started': 'calls.read',
  'call.updated': 'calls.read',
  'call.ended': 'calls.read',
  'registration.changed': 'registrations.read',
  'registration.removed': 'registrations.read',
  'recording.finished': 'recordings.read',
  'conference.changed': 'conferences.read',
  'conference.ended': 'conferences.read',
  'recording.stored': 'recordings.read',
  'recording.deleted': 'recordings.read',
  'voicemail.changed': 'voicemail.read',
  'message.waiting': 'messages.read',
  'park.changed': 'calls.read',
  'desk.changed': 'extensions.read',
  'toll.locked': 'trunks.read',
  'emergency.called': 'emergency.read',
  'emergency.changed': 'emergency.read',
  'emergency.tested': 'emergency.read',
  'emergency.untested': 'emergency.read',
  'directory.changed': 'extensions.read',
  'backup.failed': 'backups.read',
  'ban.added': 'bans.read',
  'ban.lifted': 'bans.read',
}

/** Every event there is. */
export const eventNames = Object.keys(needed) as [EventName, ...EventName[]]

/** The permission that an event needs; none that anybody has for what is no event. */
export const neededFor = (event: string): string => (Object.hasOwn(needed, event) ? needed[event as EventName] : 'nobody')

export function maySee(permissions: ReadonlySet<string>, event: PbxEvent): boolean {
  return permissions.has(needed[event.type])
}

/** An event in the words of the API, as webhooks send it too; listeners get its number besides. */
export type EventMessage = DistributiveOmit<Exclude<z.input<typeof LiveMessage>, { type: 'hello' | 'resumed' }>, 'seq'>

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

/** How things are now, as far as the actor may see. */
export function helloFor(pbx: Pbx, actor: PersonActor): Omit<z.input<typeof LiveHello>, 'at' | 'resume' | 'seq'> {
  return {
    type: 'hello',
    calls: actor.permissions.has('calls.read') ? pbx.calls.live(actor).map(presentCall) : [],
    registrations: actor.permissions.has('registrations.read') ? pbx.registrations.list(actor).map(presentRegistration) : [],
    conferences: actor.permissions.has('conferences.read') ? pbx.conferences.live(actor).map(presentLiveConference) : [],
  }
}

export function presentEvent(event: PbxEvent): EventMessage {
  const envelope = { id: event.id, at: isoOf(event.at) }
  switch (event.type) {
    case 'call.started':
    case 'call.updated':
    case 'call.ended':
      return { ...envelope, type: event.type, data: { call: presentCall(event.data.call) } }
    case 'registration.changed':
      return { ...envelope, type: event.type, data: { registration: presentRegistration(event.data.registration), change: event.data.change } }
    case 'registration.removed':
      return { ...envelope, type: event.type, data: { registration: presentRegistration(event.data.registration), why: event.data.why } }
    case 'recording.finished': {
      const { recordingId, callId, status, seconds, failure } = event.data
      return { ...envelope, type: event.type, data: { recordingId, callId, status, seconds, failure } }
    }
    case 'recording.stored':
      return { ...envelope, type: event.type, data: { recordingId: event.data.recordingId, callId: event.data.callId } }
    case 'recording.deleted':
      return { ...envelope, type: event.type, data: { recordingId: event.data.recordingId, callId: event.data.callId, by: event.data.by } }
    case 'ban.added':
      return { ...envelope, type: event.type, data: { ban: presentBan(event.data.ban) } }
    case 'ban.lifted':
      return { ...envelope, type: event.type, data: { ban: presentBan(event.data.ban), why: event.data.why } }
    case 'conference.changed':
      return { ...envelope, type: event.type, data: { conference: presentLiveConference(event.data.conference) } }
    case 'conference.ended':
      return { ...envelope, type: event.type, data: { conferenceId: event.data.conferenceId } }
    case 'voicemail.changed': {
      const { extensionId, unheard, unheardUrgent, heard, heardUrgent } = event.data
      return { ...envelope, type: event.type, data: { extensionId, unheard, unheardUrgent, heard, heardUrgent } }
    }
    case 'emergency.called': {
      const { callId, dialled, number, name, place } = event.data
      return { ...envelope, type: event.type, data: { callId, dialled, number, name, place } }
    }
    case 'toll.locked': {
      const { extensionId, number, name, reason } = event.data
      return { ...envelope, type: event.type, data: { extensionId, number, name, reason } }
    }
    case 'desk.changed': {
      const { deviceId, name, change, extensionId, number } = event.data
      return { ...envelope, type: event.type, data: { deviceId, name, change, extensionId, number } }
    }
    case 'backup.failed':
      return { ...envelope, type: event.type, data: { backupId: event.data.backupId, cause: event.data.cause } }
    case 'message.waiting':
      return { ...envelope, type: event.type, data: { extensionId: event.data.extensionId } }
    case 'emergency.tested': {
      const { locationId, name, passed, message } = event.data
      return { ...envelope, type: event.type, data: { locationId, name, passed, message } }
    }
    case 'emergency.untested':
      return { ...envelope, type: event.type, data: { places: event.data.places } }
    case 'emergency.changed':
      return { ...envelope, type: event.type, data: { callId: event.data.callId } }
    case 'park.changed': {
      const { lotId, slot, parked } = event.data
      return { ...envelope, type: event.type, data: { lotId, slot, parked: parked && { ...parked, since: isoOf(parked.since) } } }
    }
    case 'directory.changed':
      return { ...envelope, type: event.type, data: {} }
  }
}
