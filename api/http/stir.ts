import express, { type Router } from 'express'
import { Refusal } from '../../config/errors.ts'
import { addressOf, type World } from './world.ts'

/** Where whoever checks the signature of a call (RFC 8224) fetches the certificate it was made with. For everybody: certificates are no secret. */
export function createStir(world: World): Router {
  const router = express.Router({ caseSensitive: true })
  router.get('/:name', (request, response) => {
    world.limits.requests.take(addressOf(request))
    const certificate = world.pbx.stir.published(request.params.name)
    if (certificate === undefined) throw new Refusal('not-found', 'No certificate is published here, or not any more.')
    const body = Buffer.from(certificate)
    // A new certificate gets a new address.
    response.writeHead(200, { 'Content-Type': 'application/pem-certificate-chain', 'Cache-Control': 'public, max-age=86400', 'Content-Length': body.length })
    response.end(body)
  })
  return router
}
