import { defineRoute } from '../http/define-route.ts'
import { done, idParams, one, pageOf, pageQuery, pagination, slice, Success } from '../http/envelope.ts'
import { presentRole, presentUser } from './presenter.ts'
import { listRoles } from './roles.ts'
import { Role, User, UserCreate, UserQuery, UserUpdate } from './schemas.ts'
import { getUser, listUsers } from './user-repository.ts'
import { changeUser, createUser, removeUser } from './users.ts'
import { z } from 'zod'

const listUsersRoute = defineRoute({
  method: 'get',
  path: '/users',
  operationId: 'listUsers',
  summary: 'People who may sign in',
  tag: 'Users',
  permission: 'users.read',
  query: UserQuery,
  response: pageOf(User),
  async handle({ world, actor, query }) {
    const { rows, total } = await world.database.read(actor, (trx) => listUsers(trx, query))
    return { data: rows.map(presentUser), pagination: pagination(total, query) }
  },
})

const createUserRoute = defineRoute({
  method: 'post',
  path: '/users',
  operationId: 'createUser',
  summary: 'Add a person',
  description: 'With roles that hold no more than the permissions of the one who adds.',
  tag: 'Users',
  permission: 'users.write',
  body: UserCreate,
  status: 201,
  response: one(User),
  handle: async ({ world, actor, body }) => ({ data: presentUser(await createUser(world, actor, body)) }),
})

const getUserRoute = defineRoute({
  method: 'get',
  path: '/users/{id}',
  operationId: 'getUser',
  summary: 'A person',
  tag: 'Users',
  permission: 'users.read',
  params: idParams,
  response: one(User),
  handle: async ({ world, actor, params }) => ({ data: presentUser(await world.database.read(actor, (trx) => getUser(trx, params.id))) }),
})

const updateUserRoute = defineRoute({
  method: 'patch',
  path: '/users/{id}',
  operationId: 'updateUser',
  summary: 'Change a person',
  description: 'Disabling a person or setting a password ends their sessions at once. The last active administrator stays one.',
  tag: 'Users',
  permission: 'users.write',
  params: idParams,
  body: UserUpdate,
  response: one(User),
  handle: async ({ world, actor, session, params, body }) => ({ data: presentUser(await changeUser(world, actor, params.id, body, session?.id)) }),
})

const deleteUserRoute = defineRoute({
  method: 'delete',
  path: '/users/{id}',
  operationId: 'deleteUser',
  summary: 'Remove a person with their sessions and tokens',
  tag: 'Users',
  permission: 'users.write',
  params: idParams,
  response: Success,
  async handle({ world, actor, params }) {
    await removeUser(world, actor, params.id)
    return done
  },
})

const listRolesRoute = defineRoute({
  method: 'get',
  path: '/roles',
  operationId: 'listRoles',
  summary: 'Roles and what they allow',
  tag: 'Users',
  permission: 'users.read',
  query: z.strictObject(pageQuery),
  response: pageOf(Role),
  async handle({ world, actor, query }) {
    const roles = await world.database.read(actor, (trx) => listRoles(trx))
    return slice(roles.map(presentRole), query)
  },
})

export const userRoutes = [listUsersRoute, createUserRoute, getUserRoute, updateUserRoute, deleteUserRoute, listRolesRoute]
