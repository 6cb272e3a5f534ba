import { readFileSync } from 'node:fs'
import { buildOpenApi, type OpenApiDocument } from './http/openapi.ts'
import { LiveMessage } from './live/schemas.ts'
import { routes } from './routes.ts'

/** Version of Dialplane, from package.json. */
export function readVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
  return manifest.version
}

/** The document served at /api/openapi.json, and the one the panel's client is generated from. */
export function openApiDocument(): OpenApiDocument {
  // Live messages belong to no operation: a WebSocket is not in OpenAPI's vocabulary.
  return buildOpenApi(routes, { version: readVersion(), components: [LiveMessage] })
}
