import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import express, { type Router } from 'express'
import { Refusal } from '../../config/errors.ts'
import { extensionArchive } from './extension.ts'
import type { World } from './world.ts'

export interface DialScript {
  /** Where it is served: the hash is in the path, so that what an integrity attribute was made for stays what it is. */
  path: string
  /** For the attribute of the same name (W3C Subresource Integrity). */
  integrity: string
  body: Buffer
}

function readScript(): DialScript {
  const body = readFileSync(new URL('./dialplane.js', import.meta.url))
  const hash = createHash('sha384').update(body)
  const integrity = `sha384-${hash.copy().digest('base64')}`
  return { path: `/dial/${hash.digest('hex').slice(0, 16)}/dialplane.js`, integrity, body }
}

/** The script with which pages of others call: see api/http/dialplane.js. */
export const dialScript: DialScript = readScript()

/** Serves it to every page: it holds no secret, and what it may do is decided by its token and by the pages that the token's tenant names. */
export function createDial({ gate, version }: Pick<World, 'gate' | 'version'>): Router {
  const router = express.Router({ caseSensitive: true })
  router.get('/{:version/}dialplane.js', (request, response) => {
    const pinned = request.params['version'] !== undefined
    response.set({ 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' })
    if (pinned && request.baseUrl + request.path !== dialScript.path) throw new Refusal('not-found', 'This version of the script is not served any more. Take the new line from My account in the panel, under Tokens for calling.')
    response.set('Cache-Control', pinned ? 'public, max-age=31536000, immutable' : 'no-cache')
    response.type('text/javascript').send(dialScript.body)
  })
  // It holds no secret: whoever installs it enters a token of the own.
  const archive = extensionArchive(gate.publicOrigin, version)
  router.get('/dialplane-extension.zip', (_request, response) => {
    response.set({ 'Cache-Control': 'no-cache', 'Content-Disposition': 'attachment; filename="dialplane-extension.zip"' })
    response.type('application/zip').send(archive)
  })
  return router
}
