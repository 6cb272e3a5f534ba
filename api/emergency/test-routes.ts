/** Tests of all places: how each stands, and tests at once. */
import { z } from 'zod'
import type { LocationTest as LocationTestOfPbx, TestedLocation as TestedLocationOfPbx } from '../../pbx/index.ts'
import { defineRoute } from '../http/define-route.ts'
import { idParams } from '../http/envelope.ts'
import { isoOf } from '../http/fields.ts'
import { LocationTest, LocationTestRequest, TestedLocation } from './schemas.ts'

const tag = 'Emergency'

const presentTest = ({ testedAt, ...rest }: LocationTestOfPbx): z.input<typeof LocationTest> => ({ ...rest, testedAt: isoOf(testedAt) })
const present = ({ last, passedAt, ...rest }: TestedLocationOfPbx): z.input<typeof TestedLocation> => ({ ...rest, last: last && presentTest(last), passedAt: passedAt && isoOf(passedAt) })

export const testRoutes = [
  defineRoute({
    method: 'get', path: '/emergency/location-tests', operationId: 'listTestedLocations', summary: 'All places, and how each was tested last', tag, permission: 'emergency.read', response: z.object({ data: z.array(TestedLocation) }),
    handle: async ({ world, actor }) => ({ data: (await world.pbx.emergency.tested(actor)).map(present) }),
  }),
  defineRoute({
    method: 'post', path: '/emergency/location-tests', operationId: 'testLocations', summary: 'Test places now, one after the other: the number for tests is called as a call for help from there would be', tag, permission: 'emergency.write', body: LocationTestRequest, response: z.object({ data: z.array(TestedLocation) }),
    handle: async ({ world, actor, body }) => ({ data: (await world.pbx.emergency.testPlaces(actor, body.locationIds)).map(present) }),
  }),
  defineRoute({
    method: 'get', path: '/emergency/locations/{id}/tests', operationId: 'listLocationTests', summary: 'The last hundred tests of a place, the newest first', tag, permission: 'emergency.read', params: idParams, response: z.object({ data: z.array(LocationTest) }),
    handle: async ({ world, actor, params }) => ({ data: (await world.pbx.emergency.testsOf(actor, params.id)).map(presentTest) }),
  }),
]
