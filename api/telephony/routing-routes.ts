import { z } from 'zod'
import { one } from '../http/envelope.ts'
import { defineRoute } from '../http/define-route.ts'
import { given } from '../http/fields.ts'
import { FeatureCode, FeatureCodeUpdate, RoutingExplanation, RoutingQuestion } from './schemas.ts'

const explainRouting = defineRoute({
  method: 'get',
  path: '/routing/explanation',
  operationId: 'explainRouting',
  summary: 'What would happen if somebody called a number, now or at another time',
  description: 'No call is placed. The steps come in the order in which they may happen, each with its reason; those of a case after what may lead into it.',
  tag: 'Routing',
  permission: 'extensions.read',
  query: RoutingQuestion,
  response: one(RoutingExplanation),
  handle: async ({ world, actor, query: { to, at, ...rest } }) => ({ data: world.pbx.routing.explain(actor, { to, ...given({ ...rest, at: at === undefined ? undefined : Date.parse(at) }) }) }),
})

const listFeatureCodes = defineRoute({
  method: 'get',
  path: '/feature-codes',
  operationId: 'listFeatureCodes',
  summary: 'Codes that phones dial to change something',
  tag: 'Routing',
  permission: 'extensions.read',
  response: z.object({ data: z.array(FeatureCode) }),
  handle: async ({ world, actor }) => ({ data: world.pbx.routing.featureCodes(actor) }),
})

const actionParams = z.strictObject({ action: z.string().regex(/^[a-z-]{1,40}$/) })

const updateFeatureCode = defineRoute({
  method: 'patch',
  path: '/feature-codes/{action}',
  operationId: 'updateFeatureCode',
  summary: 'Give an action another code, or switch it off or on',
  description: 'Holds at once. A code that means something else already, or could be taken for another and a number behind it, is refused.',
  tag: 'Routing',
  permission: 'extensions.write',
  params: actionParams,
  body: FeatureCodeUpdate,
  response: one(FeatureCode),
  handle: async ({ world, actor, params, body }) => ({ data: await world.pbx.routing.changeFeatureCode(actor, params.action, given(body)) }),
})

const resetFeatureCode = defineRoute({
  method: 'delete',
  path: '/feature-codes/{action}',
  operationId: 'resetFeatureCode',
  summary: 'Give an action its customary code again',
  tag: 'Routing',
  permission: 'extensions.write',
  params: actionParams,
  response: one(FeatureCode),
  handle: async ({ world, actor, params }) => ({ data: await world.pbx.routing.changeFeatureCode(actor, params.action, undefined) }),
})

export const routingRoutes = [explainRouting, listFeatureCodes, updateFeatureCode, resetFeatureCode]
