import { z } from 'zod'
import { defineRoute } from '../http/define-route.ts'
import { done, idParams, one, Success } from '../http/envelope.ts'
import { given } from '../http/fields.ts'
import { presentConference, presentLiveConference } from './presenter.ts'
import { Conference, ConferenceAction, ConferenceCreate, ConferencePartyAction, ConferenceUpdate, LiveConference } from './schemas.ts'

const listConferences = defineRoute({
  method: 'get',
  path: '/conferences',
  operationId: 'listConferences',
  summary: 'Conference rooms, by number',
  tag: 'Conferences',
  permission: 'conferences.read',
  response: z.object({ data: z.array(Conference) }),
  handle: async ({ world, actor }) => ({ data: (await world.pbx.conferences.list(actor)).map(presentConference) }),
})

const createConference = defineRoute({
  method: 'post',
  path: '/conferences',
  operationId: 'createConference',
  summary: 'Add a conference room',
  tag: 'Conferences',
  permission: 'conferences.write',
  body: ConferenceCreate,
  status: 201,
  response: one(Conference),
  handle: async ({ world, actor, body }) => ({ data: presentConference(await world.pbx.conferences.create(actor, given(body))) }),
})

const getConference = defineRoute({
  method: 'get',
  path: '/conferences/{id}',
  operationId: 'getConference',
  summary: 'A conference room',
  tag: 'Conferences',
  permission: 'conferences.read',
  params: idParams,
  response: one(Conference),
  handle: async ({ world, actor, params }) => ({ data: presentConference(await world.pbx.conferences.get(actor, params.id)) }),
})

const updateConference = defineRoute({
  method: 'patch',
  path: '/conferences/{id}',
  operationId: 'updateConference',
  summary: 'Change a conference room',
  description: 'Who is in is not concerned; what is new holds for those who come.',
  tag: 'Conferences',
  permission: 'conferences.write',
  params: idParams,
  body: ConferenceUpdate,
  versioned: true,
  response: one(Conference),
  async handle({ world, actor, params, body: { version, ...input }, ifMatch }) {
    return { data: presentConference(await world.pbx.conferences.update(actor, params.id, given(input), ifMatch ?? version)) }
  },
})

const deleteConference = defineRoute({
  method: 'delete',
  path: '/conferences/{id}',
  operationId: 'deleteConference',
  summary: 'Remove a conference room',
  description: 'Who is in goes on until they leave.',
  tag: 'Conferences',
  permission: 'conferences.write',
  params: idParams,
  response: Success,
  async handle({ world, actor, params }) {
    await world.pbx.conferences.remove(actor, params.id)
    return done
  },
})

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
  listLiveConferences, listConferences, createConference, getConference, updateConference, deleteConference, steerConference, steerConferenceParty,
]
