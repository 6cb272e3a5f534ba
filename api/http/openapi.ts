import { OpenApiGeneratorV31, OpenAPIRegistry, type RouteConfig } from '@asteasolutions/zod-to-openapi'
import type { z } from 'zod'
import type { Route } from './define-route.ts'
import { ErrorAnswer } from './envelope.ts'

export interface OpenApiOptions {
  version: string
  /** Schemas of no route that clients need all the same; each has an id. */
  components: readonly z.ZodType[]
}

export type OpenApiDocument = ReturnType<OpenApiGeneratorV31['generateDocument']>

const error = (description: string) => ({ description, content: { 'application/json': { schema: ErrorAnswer } } })

/** The OpenAPI 3.1 document of the routes, made from the schemas that validate. */
export function buildOpenApi(routes: readonly Route[], { version, components }: OpenApiOptions): OpenApiDocument {
  const registry = new OpenAPIRegistry()
  registry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: 'dialplane_session',
    description: 'Set by signing in. Writes also need the header X-CSRF-Token with the csrfToken of /auth/session.',
  })
  registry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer', description: 'A token made in the panel: dp_…' })
  for (const route of routes) registry.registerPath(describe(route))
  const tags = [...new Set(routes.map((route) => route.tag))].map((name) => ({ name }))
  return new OpenApiGeneratorV31([...registry.definitions, ...components.map((schema) => ({ type: 'schema' as const, schema }))]).generateDocument({
    openapi: '3.1.0',
    info: { title: 'Dialplane', version, description: 'Everything the panel does. Errors have one shape everywhere: {"error": {"code", "message", "details"}}.' },
    servers: [{ url: '/api/v1' }],
    tags,
  })
}

function describe(route: Route): RouteConfig {
  const { method, path, operationId, summary, tag, permission } = route
  const needs = permission === 'public' ? 'No credential needed.' : permission === 'session' ? 'For a person signed in.' : `Needs the permission \`${permission}\`.`
  const config: RouteConfig = {
    method,
    path,
    operationId,
    summary,
    tags: [tag],
    description: [route.description, needs].filter(Boolean).join(' '),
    security: permission === 'public' ? [] : permission === 'session' ? [{ session: [] }] : [{ session: [] }, { token: [] }],
    request: requestOf(route),
    responses: responsesOf(route),
  }
  return config
}

function requestOf(route: Route): NonNullable<RouteConfig['request']> {
  return {
    ...(route.params ? { params: route.params as z.ZodObject } : {}),
    ...(route.query ? { query: route.query as z.ZodObject } : {}),
    ...(route.body ? { body: { required: true, content: { 'application/json': { schema: route.body } } } } : {}),
  }
}

function responsesOf(route: Route): RouteConfig['responses'] {
  const success = route.file
    ? { description: 'The file.', content: { [route.file]: { schema: { type: 'string' as const, format: 'binary' } } } }
    : { description: 'Done.', content: { 'application/json': { schema: route.response as z.ZodType } } }
  return {
    [route.status ?? 200]: success,
    ...(route.file ? { 206: { ...success, description: 'The asked-for part of the file.' } } : {}),
    ...(route.body || route.query || route.params ? { 400: error('Malformed; details name the fields.') } : {}),
    ...(route.permission === 'public' ? {} : { 401: error('No valid credential.'), 403: error('Not permitted.') }),
    ...(route.params ? { 404: error('No such thing in this tenant.') } : {}),
    ...(route.method === 'get' ? {} : { 409: error('Something else is in the way.'), 422: error('Understood, but not possible.') }),
    429: error('Too many requests; see Retry-After.'),
    503: error('A part that is needed is away; see Retry-After.'),
  }
}
