import type { RequestHandler } from 'express'

const METHODS = 'GET, POST'
const HEADERS = 'Authorization, Content-Type'
// Browsers ask again after this, in seconds.
const REMEMBERED = '600'

/**
 * Lets pages of these origins read answers, with a token and never with a cookie: no credentials are allowed, so a browser
 * sends none. Other pages are told nothing, and their browsers then refuse them the answer.
 */
export function crossOrigin(origins: readonly string[]): RequestHandler {
  const allowed = new Set(origins)
  return (request, response, next) => {
    response.vary('Origin')
    const { origin } = request.headers
    if (origin === undefined || !allowed.has(origin)) return next()
    response.setHeader('Access-Control-Allow-Origin', origin)
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return next()
    response.setHeader('Access-Control-Allow-Methods', METHODS)
    response.setHeader('Access-Control-Allow-Headers', HEADERS)
    response.setHeader('Access-Control-Max-Age', REMEMBERED)
    response.status(204).end()
  }
}
