import { existsSync } from 'node:fs'
import { join } from 'node:path'
import express, { type Router } from 'express'

const MISSING = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Dialplane</title>
<p>The panel has not been built on this machine. Run <code>npm run panel</code>, then load this page again. The API works without it: <a href="/api/docs">/api/docs</a>.</p>`

/**
 * The single-page panel. Files that Vite named by their content never change and are kept by
 * browsers; index.html is asked for each time, and stands for every path the panel routes itself.
 *
 * @param folder what `vite build` wrote
 */
export function createPanel(folder: string): Router {
  const router = express.Router()
  router.use('/assets', express.static(join(folder, 'assets'), { immutable: true, maxAge: '365d', index: false, redirect: false, fallthrough: false }))
  // Pages of others include it; everything else of the panel is ours alone.
  router.get('/dial.js', (_request, response, next) => {
    response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin')
    next()
  })
  router.use(express.static(folder, { index: false, redirect: false, cacheControl: false, setHeaders: (response) => response.setHeader('Cache-Control', 'no-cache') }))
  router.get('/{*path}', (request, response, next) => {
    // A file that is not there is not a page of the panel.
    if (/\.[a-z0-9]+$/i.test(request.path)) return next()
    response.setHeader('Cache-Control', 'no-cache')
    if (!existsSync(join(folder, 'index.html'))) return void response.status(503).type('html').send(MISSING)
    response.sendFile('index.html', { root: folder, cacheControl: false })
  })
  return router
}
