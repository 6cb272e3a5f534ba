import { basename, dirname } from 'node:path'
import express, { type Request, type Response, type Router } from 'express'
import { Refusal } from '../../config/errors.ts'
import { credentialOf, identify } from './authenticate.ts'
import { refuseOtherTenant, refuseStrangePage } from './cross-origin.ts'
import { parseCookies } from './cookies.ts'
import type { FileAnswer, HandlerInput, MadeAnswer, Method, Reply, Route, StreamAnswer } from './define-route.ts'
import { HttpProblem } from './errors.ts'
import { permit, refuseForgery } from './permit.ts'
import { sendStream } from './send-stream.ts'
import { readBody, readIfMatch, validate } from './validate.ts'
import { addressOf, type World } from './world.ts'

export interface RouterOptions {
  /** Compare every answer with its schema and fail loudly: for tests. */
  checkResponses: boolean
}

/** `/extensions/{id}` as express writes it. */
const expressPath = (path: string): string => path.replace(/\{(\w+)\}/g, ':$1')

/** Literal paths before those with parameters, so that `/calls/live` is no id. */
const byParameters = (a: string, b: string): number => a.split('{').length - b.split('{').length

/**
 * The routes as an express router. Every request takes the same steps in the same order: limit,
 * who, may they, forged?, read, validate, handle, answer.
 */
export function createRouter(routes: readonly Route[], world: World, options: RouterOptions): Router {
  const router = express.Router({ caseSensitive: true })
  const paths = [...new Set(routes.map((route) => route.path))].toSorted(byParameters)
  for (const path of paths) {
    const here = routes.filter((route) => route.path === path)
    const entry = router.route(expressPath(path))
    for (const route of here) entry[route.method]((request, response) => serve(route, world, options, request, response))
    const allowed = allowOf(here.map((route) => route.method))
    entry.all((_request, response) => {
      response.setHeader('Allow', allowed)
      throw new HttpProblem(405, 'method-not-allowed', `Only ${allowed} can be used here.`)
    })
  }
  router.use((request) => {
    throw new Refusal('not-found', `There is nothing at ${request.baseUrl}${request.path}. /api/docs lists what there is.`)
  })
  return router
}

function allowOf(methods: Method[]): string {
  return methods.flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()])).join(', ')
}

async function serve(route: Route, world: World, options: RouterOptions, request: Request, response: Response): Promise<void> {
  const address = addressOf(request)
  world.limits.requests.take(address)
  const who = route.permission === 'public' ? undefined : await identify(world, credentialOf(request), address)
  if (who && route.permission !== 'public') permit(route.permission, who)
  if (who && route.path.startsWith('/own/')) {
    refuseStrangePage(request, world, who)
    refuseOtherTenant(request, who)
  }
  if (route.method !== 'get') refuseForgery(request, world.gate, who)
  const body = route.body ? validate(route.body, await readBody(request, response, route.bodyMax), 'body') : undefined
  const logger = world.logger.child({ operation: route.operationId, ...(who ? { tenant: who.actor.tenantId, actor: who.actor.id } : {}) })
  let status = route.status ?? 200
  const reply: Reply = {
    header: (name, value) => void response.setHeader(name, value),
    status: (code) => void (status = code),
  }
  const input: HandlerInput<unknown, unknown, unknown, string> = {
    world,
    actor: who?.actor as HandlerInput<unknown, unknown, unknown, string>['actor'],
    session: who?.session,
    params: route.params ? validate(route.params, { ...request.params }, 'path') : undefined,
    query: validateQuery(route, request),
    body,
    ifMatch: route.versioned ? readIfMatch(request.headers['if-match']) : undefined,
    client: { address, userAgent: request.headers['user-agent'], cookies: parseCookies(request.headers.cookie) },
    reply,
    logger,
  }
  const answer = await route.handle(input as HandlerInput<unknown, unknown, unknown, never>)
  if (route.file !== undefined) return sendFile(response, route.file, answer as FileAnswer | MadeAnswer | StreamAnswer)
  if (options.checkResponses && route.response) checkResponse(route, route.response, answer)
  // Reads may be kept by the browser but are asked for again each time (ETag); secrets and writes are not kept.
  response.setHeader('Cache-Control', route.method === 'get' && !route.secret ? 'private, no-cache' : 'no-store')
  response.status(status).json(answer)
}

function validateQuery(route: Route, request: Request): unknown {
  const query = { ...request.query }
  if (route.query) return validate(route.query, query, 'query')
  const names = Object.keys(query)
  if (names.length === 0) return undefined
  const details = names.map((field) => ({ field, message: 'is not known here' }))
  throw new Refusal('malformed', `The query is not as it should be: ${names[0]} is not known here.`, { details })
}

function checkResponse(route: Route, schema: NonNullable<Route['response']>, answer: unknown): void {
  // As it crosses the wire: a Date or an undefined would pass otherwise.
  const parsed = schema.safeParse(JSON.parse(JSON.stringify(answer)))
  if (!parsed.success) throw new Error(`${route.operationId} answered against its schema: ${parsed.error.message}`)
}

/** Range, conditional requests and HEAD are express's (RFC 9110 §13, §14). */
function sendFile(response: Response, type: string, answer: FileAnswer | MadeAnswer | StreamAnswer): Promise<void> {
  response.setHeader('Content-Type', type)
  response.setHeader('Content-Disposition', `${'attachment' in answer && answer.attachment ? 'attachment' : 'inline'}; filename="${answer.name.replace(/[^\w.-]/g, '_')}"`)
  // no-transform also keeps the compression off, which would break ranges.
  response.setHeader('Cache-Control', 'private, no-cache, no-transform')
  if ('read' in answer) return sendStream(response, answer)
  if ('bytes' in answer) {
    response.send(Buffer.from(answer.bytes))
    return Promise.resolve()
  }
  return new Promise((resolve, reject) => {
    // A root, because the folder for all data may lie under a folder whose name begins with a dot.
    response.sendFile(basename(answer.path), { root: dirname(answer.path), cacheControl: false }, (error?: Error & { status?: number; code?: string }) => {
      if (!error || error.code === 'ECONNABORTED' || error.code === 'EPIPE') return resolve()
      if (response.headersSent) return reject(error)
      if (error.status === 404) return reject(new Refusal('not-found', 'The file is gone.', { cause: error }))
      if (error.status === 416) return reject(new HttpProblem(416, 'range-not-satisfiable', 'The file is shorter than that.'))
      reject(error)
    })
  })
}
