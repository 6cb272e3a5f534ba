/** Writes the OpenAPI document the panel's client is generated from: `node api/write-openapi.ts [file]`. */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { openApiDocument } from './openapi.ts'

const file = process.argv[2] ?? fileURLToPath(new URL('./openapi.json', import.meta.url))
writeFileSync(file, `${JSON.stringify(openApiDocument(), null, 2)}\n`)
