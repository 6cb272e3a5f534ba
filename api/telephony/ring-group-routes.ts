import { z } from 'zod'
import { defineRoute } from '../http/define-route.ts'
import { done, idParams, one, Success } from '../http/envelope.ts'
import { given, isoOf } from '../http/fields.ts'
import type { RingGroup as RingGroupOfPbx } from '../../pbx/index.ts'
import { RingGroup, RingGroupCreate, RingGroupUpdate } from './ring-group-schemas.ts'

const listRingGroups = defineRoute({
  method: 'get',
  path: '/ring-groups',
  operationId: 'listRingGroups',
  summary: 'Ring groups, by number',
  tag: 'Ring groups',
  permission: 'extensions.read',
  response: z.object({ data: z.array(RingGroup) }),
  handle: async ({ world, actor }) => ({ data: (await world.pbx.ringGroups.list(actor)).map(present) }),
})

const createRingGroup = defineRoute({
  method: 'post',
  path: '/ring-groups',
  operationId: 'createRingGroup',
  summary: 'Add a ring group',
  tag: 'Ring groups',
  permission: 'extensions.write',
  body: RingGroupCreate,
  status: 201,
  response: one(RingGroup),
  handle: async ({ world, actor, body }) => ({ data: present(await world.pbx.ringGroups.create(actor, given(body))) }),
})

const getRingGroup = defineRoute({
  method: 'get',
  path: '/ring-groups/{id}',
  operationId: 'getRingGroup',
  summary: 'A ring group',
  tag: 'Ring groups',
  permission: 'extensions.read',
  params: idParams,
  response: one(RingGroup),
  handle: async ({ world, actor, params }) => ({ data: present(await world.pbx.ringGroups.get(actor, params.id)) }),
})

const updateRingGroup = defineRoute({
  method: 'patch',
  path: '/ring-groups/{id}',
  operationId: 'updateRingGroup',
  summary: 'Change a ring group',
  tag: 'Ring groups',
  permission: 'extensions.write',
  params: idParams,
  body: RingGroupUpdate,
  versioned: true,
  response: one(RingGroup),
  async handle({ world, actor, params, body: { version, ...input }, ifMatch }) {
    return { data: present(await world.pbx.ringGroups.update(actor, params.id, given(input), ifMatch ?? version)) }
  },
})

const deleteRingGroup = defineRoute({
  method: 'delete',
  path: '/ring-groups/{id}',
  operationId: 'deleteRingGroup',
  summary: 'Remove a ring group',
  tag: 'Ring groups',
  permission: 'extensions.write',
  params: idParams,
  response: Success,
  async handle({ world, actor, params }) {
    await world.pbx.ringGroups.remove(actor, params.id)
    return done
  },
})

function present({ createdAt, updatedAt, ...group }: RingGroupOfPbx): z.input<typeof RingGroup> {
  return { ...group, members: group.members.map(({ extensionId, delaySeconds }) => ({ extensionId, delaySeconds })), createdAt: isoOf(createdAt), updatedAt: isoOf(updatedAt) }
}

export const ringGroupRoutes = [listRingGroups, createRingGroup, getRingGroup, updateRingGroup, deleteRingGroup]
