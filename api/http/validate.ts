import type { Request, Response } from 'express'
import express from 'express'
import type { z } from 'zod'
import { Refusal, type RefusalDetail } from '../../config/errors.ts'
import { HttpProblem } from './errors.ts'

/** Largest body in bytes where a route says nothing; nothing is near it. */
export const BODY_MAX = 100_000

const parsers = new Map<number, ReturnType<typeof express.json>>()

function parserFor(limit: number): ReturnType<typeof express.json> {
  const parser = parsers.get(limit) ?? express.json({ limit, strict: true })
  parsers.set(limit, parser)
  return parser
}

/** The JSON body of a request. @throws HttpProblem 415, or what express.json throws (errors.ts knows it) */
export async function readBody(request: Request, response: Response, limit: number = BODY_MAX): Promise<unknown> {
  if (request.headers['content-type'] === undefined && !hasBody(request)) return undefined
  if (!request.is('application/json')) throw new HttpProblem(415, 'unsupported-media-type', 'Send the body as application/json.')
  await new Promise<void>((resolve, reject) => {
    parserFor(limit)(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(error as Error)))
  })
  return request.body as unknown
}

function hasBody(request: Request): boolean {
  return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0
}

/** @throws Refusal `malformed` with one detail for each field that is wrong */
export function validate<T extends z.ZodType>(schema: T, value: unknown, where: 'path' | 'query' | 'body'): z.output<T> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const details = parsed.error.issues.flatMap(detailsOf)
  const first = details[0]
  throw new Refusal('malformed', `The ${where} is not as it should be: ${first ? `${first.field || where}: ${first.message}` : 'unreadable'}.`, { details })
}

function detailsOf(issue: z.core.$ZodIssue): RefusalDetail[] {
  const at = (name?: string) => [...issue.path.map(String), ...(name === undefined ? [] : [name])].join('.')
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ field: at(key), message: 'is not known here' }))
  return [{ field: at(), message: issue.message }]
}

const ENTITY_TAG = /^"([1-9]\d{0,8})"$/

/** The version in an If-Match header: `"3"`; `*` and none mean any (RFC 9110 §13.1.1). */
export function readIfMatch(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '*') return undefined
  const version = ENTITY_TAG.exec(header.trim())?.[1]
  if (version === undefined) throw new Refusal('malformed', 'If-Match must be the version that was read, in quotes: "3".')
  return Number(version)
}
