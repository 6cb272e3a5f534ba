import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import express, { type Router } from 'express'
import type { OpenApiDocument } from './openapi.ts'

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Dialplane API</title>
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
<link rel="icon" href="/api/docs/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</body>
</html>
`

// Writes tried out by somebody signed in to the panel carry the token of that session.
const START = `
async function withCsrfToken(request) {
  if (!/^(GET|HEAD)$/i.test(request.method ?? 'GET') && !request.headers.Authorization) {
    const answer = await fetch('/api/v1/auth/session')
    if (answer.ok) request.headers['X-CSRF-Token'] = (await answer.json()).data.csrfToken
  }
  return request
}
SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  displayRequestDuration: true,
  validatorUrl: null,
  requestInterceptor: withCsrfToken,
})
`

const FILES = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png']

/** The document at /openapi.json and the interactive page at /docs, with nothing loaded from elsewhere. */
export function createDocs(document: OpenApiDocument): Router {
  const router = express.Router()
  router.get('/openapi.json', (_request, response) => void response.setHeader('Cache-Control', 'no-cache').json(document))
  router.get('/docs', (_request, response) => void response.setHeader('Cache-Control', 'no-cache').type('html').send(PAGE))
  router.get('/docs/start.js', (_request, response) => void response.setHeader('Cache-Control', 'no-cache').type('js').send(START))
  const folder = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')))
  for (const name of FILES) router.get(`/docs/${name}`, (_request, response) => response.sendFile(name, { root: folder, maxAge: '1h' }))
  return router
}
