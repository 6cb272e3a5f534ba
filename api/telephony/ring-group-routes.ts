import type { RingGroup as RingGroupOfPbx } from '../../pbx/index.ts'
import { defineFileRoute, defineRoute } from '../http/define-route.ts'
import { idParams, one } from '../http/envelope.ts'
import { keptRoutes, stamped } from '../http/kept-routes.ts'
import { RECORDING_BODY_MAX, RingGroup, RingGroupCreate, RingGroupRecording, RingGroupUpdate } from './ring-group-schemas.ts'

const tag = 'Ring groups'

const present = ({ members, ...group }: RingGroupOfPbx) => ({ ...stamped(group), members: members.map(({ extensionId, number, delaySeconds, ringSeconds, confirm }) => ({ extensionId, number, delaySeconds, ringSeconds, confirm })) })

const getRingGroupGreeting = defineFileRoute({
  method: 'get', path: '/ring-groups/{id}/greeting', operationId: 'getRingGroupGreeting', summary: 'The greeting as callers hear it', tag, permission: 'extensions.read', params: idParams, file: 'audio/wav',
  handle: async ({ world, actor, params }) => ({ path: await world.pbx.ringGroups.greeting(actor, params.id), name: 'greeting.wav' }),
})

const setRingGroupRecording = defineRoute({
  method: 'put', path: '/ring-groups/{id}/recording', operationId: 'setRingGroupRecording', summary: 'Greet by a recording instead of the spoken text', tag, permission: 'extensions.write', params: idParams,
  body: RingGroupRecording, bodyMax: RECORDING_BODY_MAX, response: one(RingGroup),
  handle: async ({ world, actor, params, body }) => ({ data: present(await world.pbx.ringGroups.setRecording(actor, params.id, Buffer.from(body.sound, 'base64'))) }),
})

const removeRingGroupRecording = defineRoute({
  method: 'delete', path: '/ring-groups/{id}/recording', operationId: 'removeRingGroupRecording', summary: 'Speak the text again', tag, permission: 'extensions.write', params: idParams, response: one(RingGroup),
  handle: async ({ world, actor, params }) => ({ data: present(await world.pbx.ringGroups.setRecording(actor, params.id, undefined)) }),
})

export const ringGroupRoutes = [
  ...keptRoutes({
    path: '/ring-groups', one: 'RingGroup', many: 'RingGroups', tag, read: 'extensions.read', write: 'extensions.write',
    words: { list: 'Ring groups, by number', create: 'Add a ring group', get: 'A ring group', update: 'Change a ring group', remove: 'Remove a ring group' },
    shown: RingGroup, create: RingGroupCreate, update: RingGroupUpdate, kept: ({ ringGroups }) => ringGroups, present: (group) => present(group),
  }),
  getRingGroupGreeting, setRingGroupRecording, removeRingGroupRecording,
]
