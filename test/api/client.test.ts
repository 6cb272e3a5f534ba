/** The document is valid OpenAPI 3.1, and what is committed is what the routes say today. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createClient } from '@hey-api/openapi-ts'
import { openApiDocument } from '../../api/openapi.ts'
import { routes } from '../../api/routes.ts'

const top = fileURLToPath(new URL('../..', import.meta.url))
const run = promisify(execFile)

interface Operation {
  operationId: string
  summary: string
  description: string
  security: object[]
  tags: string[]
  parameters?: { name: string; in: string; required: boolean; schema: object }[]
  requestBody?: { content: Record<string, { schema: object }> }
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>
}

const document = JSON.parse(JSON.stringify(openApiDocument())) as {
  openapi: string
  info: { title: string; version: string }
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, object>; securitySchemes: Record<string, object> }
}
const operations = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })))

/** Every `$ref` anywhere inside. */
function refs(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(refs)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => (key === '$ref' ? [String(inner)] : refs(inner)))
}

test('each route is one operation with a name, a summary and answers', () => {
  assert.equal(document.openapi, '3.1.0')
  assert.equal(operations.length, routes.length)
  for (const { path, operation } of operations) {
    assert.match(operation.operationId, /^[a-z][A-Za-z]+$/)
    assert.ok(operation.summary && operation.tags.length === 1, path)
    assert.ok(Object.keys(operation.responses).some((status) => status.startsWith('2')))
    const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
    assert.deepEqual(operation.parameters?.filter((one) => one.in === 'path').map((one) => one.name) ?? [], named)
    for (const parameter of operation.parameters ?? []) assert.ok(Object.keys(parameter.schema).length > 0, `${operation.operationId} ${parameter.name}`)
  }
})

test('every reference leads somewhere, and bodies refuse unknown fields', () => {
  for (const ref of refs(document)) {
    const name = ref.replace('#/components/schemas/', '')
    assert.ok(document.components.schemas[name], ref)
  }
  for (const { operation } of operations) {
    const schema = operation.requestBody?.content['application/json']?.schema
    if (!schema) continue
    const [ref] = refs(schema)
    assert.ok(ref, `${operation.operationId}: the body has a name`)
    const body = document.components.schemas[ref.replace('#/components/schemas/', '')] as { additionalProperties?: boolean; anyOf?: { additionalProperties?: boolean }[] }
    // One of several bodies: each refuses what it does not know.
    for (const one of body.anyOf ?? [body]) assert.equal(one.additionalProperties, false, operation.operationId)
  }
})

test('public operations ask for no credential, all others do', () => {
  for (const { operation } of operations) {
    const route = routes.find((one) => one.operationId === operation.operationId)
    assert.equal(operation.security.length === 0, route?.permission === 'public', operation.operationId)
  }
})

test('nothing in the document calls a named schema nullable', () => {
  for (const [name, schema] of Object.entries(document.components.schemas)) assert.ok(!JSON.stringify((schema as { type?: unknown }).type ?? '').includes('null'), name)
})

test('api/openapi.json and admin/client are up to date: run npm run client', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dialplane-client-'))
  try {
    const file = join(folder, 'openapi.json')
    await run(process.execPath, ['api/write-openapi.ts', file], { cwd: top })
    assert.equal(await readFile(file, 'utf8'), await readFile(join(top, 'api/openapi.json'), 'utf8'))
    const { default: config } = (await import('../../admin/openapi-ts.config.ts')) as { default: Promise<object> }
    const output = join(folder, 'client')
    await createClient({ ...(await config), input: file, logs: { level: 'silent', file: false }, output: { path: output, clean: true, module: { extension: '.ts' } } } as Parameters<typeof createClient>[0])
    const files = async (where: string) => (await readdir(where, { recursive: true, withFileTypes: true })).filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name).slice(where.length)).toSorted()
    const committed = join(top, 'admin/client')
    assert.deepEqual(await files(output), await files(committed))
    for (const name of await files(output)) assert.equal(await readFile(join(output, name), 'utf8'), await readFile(join(committed, name), 'utf8'), name)
  } finally {
    await rm(folder, { recursive: true })
  }
})
