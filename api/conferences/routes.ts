import { z } from 'zod'
import { defineRoute } from '../http/define-route.ts'
import { idParams, one } from '../http/envelope.ts'
import { keptRoutes } from '../http/kept-routes.ts'
import { presentConference, presentLiveConference } from './presenter.ts'
import { Conference, ConferenceAction, ConferenceCreate, ConferencePartyAction, ConferenceUpdate, LiveConference } from './schemas.ts'

const listLiveConferences = defineRoute({
  method: 'get',
  path: '/conferences/live',
  operationId: 'listLiveConferences',
  summary: 'Conferences going on now, with who is in them',
  tag: 'Conferences',
  permission: 'conferences.read',
  response: z.object({ data: z.array(LiveConference) }),
  handle: async ({ world, actor }) => ({ data: world.pbx.conferences.live(actor).map(presentLiveConference) }),
})

const steerConference = defineRoute({
  method: 'post',
  path: '/conferences/{id}/control',
  operationId: 'steerConference',
  summary: 'Lock or unlock a conference that goes on, mute or unmute all but its moderators, or end it',
  tag: 'Conferences',
  permission: 'conferences.control',
  params: idParams,
  body: ConferenceAction,
  response: one(LiveConference),
  handle: async ({ world, actor, params, body }) => ({ data: presentLiveConference(await world.pbx.conferences.steer(actor, params.id, body.action)) }),
})

const steerConferenceParty = defineRoute({
  method: 'post',
  path: '/conferences/{id}/parties',
  operationId: 'steerConferenceParty',
  summary: 'Mute, unmute or remove somebody who is in a conference',
  description: 'Who is removed is told so, and the call ends.',
  tag: 'Conferences',
  permission: 'conferences.control',
  params: idParams,
  body: ConferencePartyAction,
  response: one(LiveConference),
  handle: async ({ world, actor, params, body }) => ({
    data: presentLiveConference(await world.pbx.conferences.steerParty(actor, params.id, body.callId, body.action)),
  }),
})

export const conferenceRoutes = [
  listLiveConferences,
  ...keptRoutes({
    path: '/conferences', one: 'Conference', many: 'Conferences', tag: 'Conferences', read: 'conferences.read', write: 'conferences.write',
    words: { list: 'Conference rooms, by number', create: 'Add a conference room', get: 'A conference room', update: 'Change a conference room', remove: 'Remove a conference room' },
    more: { update: 'Who is in is not concerned; what is new holds for those who come.', remove: 'Who is in goes on until they leave.' },
    shown: Conference, create: ConferenceCreate, update: ConferenceUpdate, kept: ({ conferences }) => conferences, present: (room) => presentConference(room),
  }),
  steerConference, steerConferenceParty,
]
