import { defineRoute } from '../http/define-route.ts'
import { done, idParams, one, Success } from '../http/envelope.ts'
import { given } from '../http/fields.ts'
import { presentCredentials, presentDevice } from './presenter.ts'
import { CreatedDevice, Device, DeviceCreate, DeviceUpdate, SipCredentials } from './schemas.ts'

const createDevice = defineRoute({
  method: 'post',
  path: '/extensions/{id}/devices',
  operationId: 'createDevice',
  summary: 'Add a device to an extension',
  description: 'Its credentials are in this answer and in no other.',
  tag: 'Devices',
  permission: 'extensions.write',
  params: idParams,
  body: DeviceCreate,
  status: 201,
  secret: true,
  response: one(CreatedDevice),
  async handle({ world, actor, params, body }) {
    const { device, credentials } = await world.pbx.devices.create(actor, params.id, body)
    return { data: { device: presentDevice(device), credentials: presentCredentials(credentials) } }
  },
})

const updateDevice = defineRoute({
  method: 'patch',
  path: '/devices/{id}',
  operationId: 'updateDevice',
  summary: 'Change a device',
  tag: 'Devices',
  permission: 'extensions.write',
  params: idParams,
  body: DeviceUpdate,
  versioned: true,
  response: one(Device),
  async handle({ world, actor, params, body: { version, ...input }, ifMatch }) {
    return { data: presentDevice(await world.pbx.devices.update(actor, params.id, given(input), ifMatch ?? version)) }
  },
})

const deleteDevice = defineRoute({
  method: 'delete',
  path: '/devices/{id}',
  operationId: 'deleteDevice',
  summary: 'Remove a device and its registrations',
  tag: 'Devices',
  permission: 'extensions.write',
  params: idParams,
  response: Success,
  async handle({ world, actor, params }) {
    await world.pbx.devices.remove(actor, params.id)
    return done
  },
})

const renewDeviceCredentials = defineRoute({
  method: 'post',
  path: '/devices/{id}/credentials',
  operationId: 'renewDeviceCredentials',
  summary: 'Give a device a new password',
  description: 'The old one stops working at once and the registrations of the device end.',
  tag: 'Devices',
  permission: 'extensions.write',
  params: idParams,
  status: 201,
  secret: true,
  response: one(SipCredentials),
  handle: async ({ world, actor, params }) => ({ data: presentCredentials(await world.pbx.devices.renewCredentials(actor, params.id)) }),
})

export const deviceRoutes = [createDevice, updateDevice, deleteDevice, renewDeviceCredentials]
