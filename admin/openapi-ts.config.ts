import { defineConfig } from '@hey-api/openapi-ts'

/** Generates the panel's typed client from the document the API writes about itself: `npm run client`. */
export default defineConfig({
  input: new URL('../api/openapi.json', import.meta.url).pathname,
  output: { path: new URL('./client', import.meta.url).pathname, clean: true, module: { extension: '.ts' } },
  logs: { level: 'error', file: false },
  plugins: ['@hey-api/client-fetch', '@hey-api/typescript', '@hey-api/sdk', '@tanstack/react-query'],
})
