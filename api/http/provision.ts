import express, { type Request, type Response, type Router } from 'express'
import { createNetworkSet } from '../../config/network-set.ts'
import { addressOf, type World } from './world.ts'

const NOTHING = 'There is nothing here.\n'

/**
 * Where phones fetch their settings: `/provision/<secret>/<file>`. Whatever is wrong gets one and the same answer, so that
 * nobody learns what there is. Settings hold passwords: over TLS only, unless the operator says otherwise, and never kept.
 */
export function createProvisioning(world: World): Router {
  const plain = createNetworkSet(world.settings.provisioning.plainNetworks)
  const router = express.Router({ caseSensitive: true })
  router.use(async (request: Request, response: Response) => {
    const address = addressOf(request)
    world.limits.requests.take(address)
    const asked = /^\/([^/]+)\/([^/]+)$/.exec(request.path)
    const mayFetch = (request.method === 'GET' || request.method === 'HEAD') && (request.secure || plain.covering(address) !== undefined)
    const found = asked && mayFetch
      ? await world.pbx.phones.serve({ token: asked[1] ?? '', file: decoded(asked[2] ?? ''), address, userAgent: request.headers['user-agent'] ?? '', origin: world.gate.publicOrigin })
      : undefined
    const body = Buffer.from(found?.text ?? NOTHING)
    response.writeHead(found ? 200 : 404, { 'Content-Type': `${found?.type ?? 'text/plain'}; charset=utf-8`, 'Content-Length': body.length, 'Cache-Control': 'no-store, no-transform' })
    response.end(request.method === 'HEAD' ? undefined : body)
  })
  return router
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
