import type { IncomingMessage } from 'node:http'
import type { RequestHandler } from 'express'
import { HttpProblem } from './errors.ts'
import type { Identified, World } from './world.ts'

const METHODS = 'GET, POST'
const HEADERS = 'Authorization, Content-Type'
// Browsers ask again after this, in seconds.
const REMEMBERED = '600'

/**
 * Lets pages of others send a token, and never a cookie: no credentials are allowed, so a browser sends none. What may be asked is
 * told to every page alike, for the question carries no token and an answer by origin would tell strangers whom we serve. Whether a
 * page is one of those that its token's tenant names is decided with the token: {@link refuseStrangePage}.
 */
export const crossOrigin: RequestHandler = (request, response, next) => {
  response.vary('Origin')
  const { origin } = request.headers
  if (origin === undefined) return next()
  response.setHeader('Access-Control-Allow-Origin', origin)
  if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return next()
  response.setHeader('Access-Control-Allow-Methods', METHODS)
  response.setHeader('Access-Control-Allow-Headers', HEADERS)
  response.setHeader('Access-Control-Max-Age', REMEMBERED)
  response.status(204).end()
}

/** The tenant whose page asks, by a page of ours that others frame. */
const TENANT = 'x-dialplane-tenant'

/**
 * Before anything is done: a token is of the tenant whose page sends it, if the page says whose it is.
 *
 * @throws HttpProblem 403 `token-of-another`
 */
export function refuseOtherTenant(request: Pick<IncomingMessage, 'headers'>, { actor }: Identified): void {
  const tenant = request.headers[TENANT]
  if (tenant === undefined || tenant === actor.tenantId) return
  throw new HttpProblem(403, 'token-of-another', 'This token is of another organisation than this page. Open the page by the address of your own.')
}

/**
 * Before anything is done: a page of others uses a token, of a tenant that names the page.
 *
 * @throws HttpProblem 403 `page-not-named`
 */
export function refuseStrangePage(request: Pick<IncomingMessage, 'headers'>, { gate, dialPages }: Pick<World, 'gate' | 'dialPages'>, { actor, session }: Identified): void {
  const { origin } = request.headers
  // An extension of a browser is no page: it says so itself, which no page can, and holds the token that a person gave it.
  if (origin === undefined || gate.allowsOrigin(origin) || /^(chrome|moz)-extension:\/\//.test(origin)) return
  if (session === undefined && dialPages.of(actor.tenantId).includes(origin)) return
  throw new HttpProblem(403, 'page-not-named', `Pages of ${origin} may not call with this token. An administrator names them in the panel, under API tokens.`)
}
