import { randomUUID } from 'node:crypto'
import compression from 'compression'
import express, { type Express, type RequestHandler } from 'express'
import type { Logger } from '../../config/logger.ts'
import { Refusal } from '../../config/errors.ts'
import type { Route } from './define-route.ts'
import { crossOrigin } from './cross-origin.ts'
import { createDial } from './dial.ts'
import { createDocs } from './docs.ts'
import { createErrorHandler } from './errors.ts'
import { createHubspotPage } from './hubspot.ts'
import { createHeld } from './held.ts'
import { onlyOurHost, securityHeaders } from './headers.ts'
import type { OpenApiDocument } from './openapi.ts'
import { createPanel } from './panel.ts'
import { createProvisioning } from './provision.ts'
import { createRouter, type RouterOptions } from './router.ts'
import { createStir } from './stir.ts'
import { addressOf, type World } from './world.ts'

export interface AppOptions extends RouterOptions {
  routes: readonly Route[]
  document: OpenApiDocument
  /** Folder of the built panel. */
  panel: string
}

/** Everything behind the port but the live connections. */
export function createApp(world: World, { routes, document, panel, checkResponses }: AppOptions): Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('query parser', 'simple')
  // A proxy on this machine tells us who asked; anybody else could tell us anything.
  app.set('trust proxy', 'loopback')
  app.use(requestLog(world.logger))
  app.use(securityHeaders(world.gate))
  app.use(onlyOurHost(world.gate))
  app.use(compression())
  // Where Prometheus looks by itself.
  app.get('/metrics', (request, _response, next) => {
    request.url = request.url.replace('/metrics', '/api/v1/metrics')
    next()
  })
  app.use('/provision', createProvisioning(world))
  app.use('/held', createHeld(world))
  app.use('/stir', createStir(world))
  app.use('/dial/hubspot', createHubspotPage(world))
  app.use('/dial', createDial(world))
  // The paths that programs were written for before there were versions.
  app.use((request, _response, next) => {
    if (request.url.startsWith('/api/framework/')) request.url = request.url.replace('/api/', '/api/v1/')
    next()
  })
  app.use('/api/v1/own', crossOrigin)
  app.use('/api/v1', createRouter(routes, world, { checkResponses }))
  app.use('/api', createDocs(document))
  app.use('/admin', createPanel(panel))
  app.get('/', (_request, response) => response.redirect(302, '/admin'))
  app.use((request) => {
    throw new Refusal('not-found', `There is nothing at ${request.path}. The panel is at /admin, the API at /api/docs.`)
  })
  app.use(createErrorHandler(world.logger))
  return app
}

/** One line a request when it is over; the path without its query, which may hold names and numbers. */
function requestLog(logger: Logger): RequestHandler {
  return (request, response, next) => {
    const started = performance.now()
    const id = randomUUID()
    // What leads to the settings of a phone is in the path.
    const path = request.path.replace(/^\/(provision|held)\/.*/i, '/$1/…')
    response.setHeader('X-Request-Id', id)
    response.once('close', () => {
      const ms = Math.round(performance.now() - started)
      const line = { request: id, method: request.method, path, status: response.statusCode, ms, address: addressOf(request) }
      if (response.statusCode >= 500) logger.warn(line, 'request failed')
      else logger.debug(line, 'request')
    })
    next()
  }
}
