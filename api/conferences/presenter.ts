import type { z } from 'zod'
import { isoOf } from '../http/fields.ts'
import type { ConferenceRoom, ConferenceView } from '../../pbx/index.ts'
import type { Conference, LiveConference } from './schemas.ts'

export function presentConference(room: ConferenceRoom): z.input<typeof Conference> {
  return {
    id: room.id,
    number: room.number,
    name: room.name,
    hasPin: room.hasPin,
    hasModeratorPin: room.hasModeratorPin,
    waitForModerator: room.waitForModerator,
    endWithModerator: room.endWithModerator,
    maxParties: room.maxParties,
    announce: room.announce,
    mutedEntry: room.mutedEntry,
    record: room.record,
    enabled: room.enabled,
    version: room.version,
    createdAt: isoOf(room.createdAt),
    updatedAt: isoOf(room.updatedAt),
  }
}

/** The same shape over HTTP and in live events. */
export function presentLiveConference(conference: ConferenceView): z.input<typeof LiveConference> {
  return {
    id: conference.id,
    number: conference.number,
    name: conference.name,
    startedAt: isoOf(conference.startedAt),
    locked: conference.locked,
    recording: conference.recording,
    parties: conference.parties.map((party) => ({ ...party, since: isoOf(party.since) })),
  }
}
