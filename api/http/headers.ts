import type { RequestHandler, Response } from 'express'
import helmet from 'helmet'
import type { Gate } from './gate.ts'
import { HttpProblem } from './errors.ts'
import { isPageOrigin } from './fields.ts'

/**
 * Security headers of every answer. Scripts come from us alone, none inline; styles may be inline,
 * because Mantine and Swagger UI set colours and positions as style elements and attributes.
 */
export function securityHeaders(gate: Gate): RequestHandler {
  const secure = gate.publicOrigin.startsWith('https:')
  const socket = gate.publicOrigin.replace(/^http/, 'ws')
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'", 'data:'],
        mediaSrc: ["'self'", 'blob:'],
        // Not every browser counts a WebSocket of the same host as 'self'.
        connectSrc: ["'self'", socket],
        manifestSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        ...(secure ? { upgradeInsecureRequests: [] } : {}),
      },
    },
    strictTransportSecurity: secure ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    xFrameOptions: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginEmbedderPolicy: false,
  })
}

/** Lets pages of these origins, and of no others, show this answer in a frame. */
export function framedBy(response: Response, origins: readonly string[]): void {
  const named = origins.filter(isPageOrigin)
  if (named.length === 0) return
  const policy = String(response.getHeader('Content-Security-Policy') ?? '')
  response.setHeader('Content-Security-Policy', policy.replace(/frame-ancestors [^;]*/, `frame-ancestors ${named.join(' ')}`))
  response.removeHeader('X-Frame-Options')
}

/** Refuses a name that is not ours: see {@link Gate}. */
export function onlyOurHost(gate: Gate): RequestHandler {
  return (request, _response, next) => {
    if (!gate.allowsHost(request.headers.host)) {
      throw new HttpProblem(421, 'misdirected', `This server is reached as ${gate.publicOrigin}. Set PUBLIC_URL to the address you use in the browser.`)
    }
    next()
  }
}
