import type { z } from 'zod'
import type { PersonActor } from '../../config/actor.ts'
import type { Logger } from '../../config/logger.ts'
import type { Session, World } from './world.ts'

export type Method = 'get' | 'post' | 'patch' | 'put' | 'delete'

/** `public`: no credential. `session`: a person signed in to the panel. Else the permission that is needed. */
export type Permission = 'public' | 'session' | `${string}.${string}`

/** What a handler may set beside its answer. */
export interface Reply {
  header(name: string, value: string | string[]): void
  /** Another status than the route's own. */
  status(code: number): void
}

/** What was made for this answer, sent as it is. */
export interface MadeAnswer {
  bytes: Uint8Array
  /** The name a browser saves it under. */
  name: string
}

/** A file as an answer; sent with Range, ETag and Last-Modified. */
export interface FileAnswer {
  /** Absolute. */
  path: string
  /** The name a browser saves it under. */
  name: string
}

/** What is read as it is sent, with Range and ETag; it is closed afterwards. */
export interface StreamAnswer {
  /** Undefined: not known before it is read; then there are no ranges. */
  bytes: number | undefined
  read(start: number, end: number): AsyncIterable<Uint8Array>
  close(): Promise<void>
  /** Parts can be had cheaply. */
  ranges: boolean
  /** Names its content, for ETag. */
  tag?: string
  name: string
  /** Saved rather than shown. */
  attachment?: boolean
}

export interface HandlerInput<P, Q, B, Perm> {
  world: World
  /** Undefined on public routes. */
  actor: Perm extends 'public' ? undefined : PersonActor
  /** Undefined for a program with a bearer token. */
  session: Perm extends 'session' ? Session : Session | undefined
  params: P
  query: Q
  body: B
  /** The version in If-Match, when the route reads one and the client sent one. */
  ifMatch: number | undefined
  /** Where the request came from. */
  client: { address: string; userAgent: string | undefined; cookies: ReadonlyMap<string, string> }
  reply: Reply
  logger: Logger
}

interface RouteCommon<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, Perm extends Permission> {
  method: Method
  /** Under /api/v1, with parameters in braces: `/extensions/{id}`. */
  path: string
  /** Name of the function in generated clients. */
  operationId: string
  /** One line. */
  summary: string
  description?: string
  /** Groups operations in the documentation. */
  tag: string
  /** There is no default: a route without one does not compile and is refused at start. */
  permission: Perm
  params?: P
  query?: Q
  body?: B
  /** Largest body in bytes; 100 kB when absent. */
  bodyMax?: number
  /** Status of success; 200 when absent. */
  status?: number
  /** Reads If-Match: `"<version>"`. */
  versioned?: boolean
  /** The answer holds a secret: it is never stored by a cache. */
  secret?: boolean
}

export interface JsonRouteDefinition<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType, Perm extends Permission>
  extends RouteCommon<P, Q, B, Perm> {
  response: R
  handle(input: HandlerInput<z.output<P>, z.output<Q>, z.output<B>, Perm>): Promise<R['_zod']['input']>
}

export interface FileRouteDefinition<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, Perm extends Permission>
  extends RouteCommon<P, Q, B, Perm> {
  /** The media type of the file. */
  file: string
  handle(input: HandlerInput<z.output<P>, z.output<Q>, z.output<B>, Perm>): Promise<FileAnswer | MadeAnswer | StreamAnswer>
}

type Nothing = z.ZodUndefined

/** A route as the router and the documentation see it. */
export interface Route extends RouteCommon<z.ZodType, z.ZodType, z.ZodType, Permission> {
  response?: z.ZodType
  file?: string
  handle(input: HandlerInput<unknown, unknown, unknown, never>): unknown
}

const PERMISSION = /^(public|session|[a-z]+\.[a-z-]+)$/

/**
 * Everything about one operation in one place; the router, the documentation and the generated
 * client are all made from it.
 */
export function defineRoute<
  const Perm extends Permission,
  R extends z.ZodType,
  P extends z.ZodType = Nothing,
  Q extends z.ZodType = Nothing,
  B extends z.ZodType = Nothing,
>(definition: JsonRouteDefinition<P, Q, B, R, Perm>): Route {
  return checked(definition)
}

/** Like {@link defineRoute}, for an answer that is a file. */
export function defineFileRoute<
  const Perm extends Permission,
  P extends z.ZodType = Nothing,
  Q extends z.ZodType = Nothing,
  B extends z.ZodType = Nothing,
>(definition: FileRouteDefinition<P, Q, B, Perm>): Route {
  return checked(definition)
}

function checked(route: unknown): Route {
  const { permission, path, operationId } = route as Route
  if (!PERMISSION.test(permission ?? '')) throw new Error(`Route ${operationId} names no permission`)
  if (!path.startsWith('/')) throw new Error(`Route ${operationId}: the path must start with /`)
  return route as Route
}
