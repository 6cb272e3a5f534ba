import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import express, { type Router } from 'express'
import { Refusal } from '../../config/errors.ts'
import { framedBy } from './headers.ts'
import type { World } from './world.ts'

const SDK = '@hubspot/calling-extensions-sdk'
const here = (name: string): string => readFileSync(new URL(`./hubspot/${name}`, import.meta.url), 'utf8')

/** What the page loads, all of it from here. */
const FILES: Readonly<Record<string, { type: string; body: string | Buffer }>> = {
  'page.js': { type: 'text/javascript', body: here('page.js').replace(`'${SDK}'`, "'/dial/hubspot/sdk.js'") },
  'page.css': { type: 'text/css', body: here('page.css') },
  'sdk.js': { type: 'text/javascript', body: readFileSync(fileURLToPath(import.meta.resolve(SDK)).replace(/main\.js$/, 'main.esm.js')) },
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)

const page = (tenant: string, origins: readonly string[]): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Dialplane</title>
<link rel="stylesheet" href="/dial/hubspot/page.css">
</head>
<body data-tenant="${tenant}" data-origins="${escaped(JSON.stringify(origins))}">
<h1>Dialplane</h1>
<section id="card" role="status"></section>
<form id="sign-in" hidden>
<label>Token for calling<input id="token" type="password" autocomplete="off" spellcheck="false" required></label>
<button type="submit">Sign in</button>
</form>
<form id="calling" hidden>
<label>Number<input id="number" type="tel" autocomplete="off"></label>
<div class="row"><button type="submit">Call</button><button type="button" id="sign-out">Sign out</button></div>
</form>
<script type="module" src="/dial/hubspot/page.js"></script>
</body>
</html>
`

/**
 * The page for HubSpot's calling window. It is in the frame of a page of others, so that no cookie comes along, and holds nothing of anybody:
 * the person signs in with a token for calling. Framed by the pages that its tenant names and by no other; whose it is stands in the address.
 */
export function createHubspotPage({ dialPages }: Pick<World, 'dialPages'>): Router {
  const router = express.Router({ caseSensitive: true })
  router.get('/:name', (request, response, next) => {
    const name = String(request.params['name'])
    const file = Object.hasOwn(FILES, name) ? FILES[name] : undefined
    if (file) return void response.set('Cache-Control', 'no-cache').type(file.type).send(file.body)
    if (!/^[0-9a-f-]{36}$/.test(name)) return next()
    const origins = dialPages.of(name)
    framedBy(response, origins)
    response.set('Cache-Control', 'no-store').type('html').send(page(name, origins))
  })
  router.use(() => {
    throw new Refusal('not-found', 'There is nothing here. The address for HubSpot is in the panel, under CRM.')
  })
  return router
}
