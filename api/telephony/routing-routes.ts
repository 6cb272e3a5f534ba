import { z } from 'zod'
import { one } from '../http/envelope.ts'
import { defineRoute } from '../http/define-route.ts'
import { given } from '../http/fields.ts'
import { FeatureCode, RoutingExplanation, RoutingQuestion } from './schemas.ts'

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

export const routingRoutes = [explainRouting, listFeatureCodes]
