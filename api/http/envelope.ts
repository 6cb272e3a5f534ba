import { z } from 'zod'

/** Query parameters of every collection. `page` counts from 1. */
export const pageQuery = {
  page: z.coerce.number().int().min(1).max(1_000_000).default(1).meta({ type: 'integer', description: 'Page, from 1.' }),
  limit: z.coerce.number().int().min(1).max(100).default(20).meta({ type: 'integer', description: 'Rows a page, at most 100.' }),
}

export const order = (standard: 'asc' | 'desc') =>
  z.enum(['asc', 'desc']).default(standard).meta({ description: 'Direction of the sort.' })

export const search = z.string().trim().min(1).max(100).optional()

export const idParams = z.strictObject({ id: z.uuid() })

export const Pagination = z
  .object({
    total: z.number().int(), page: z.number().int(), limit: z.number().int(), pages: z.number().int(),
    more: z.boolean().optional().meta({ description: 'There are more than total, which are reached by asking for less at once, such as fewer days.' }),
  })
  .meta({ id: 'Pagination' })

/** One thing: `{data: {…}}`. */
export const one = <T extends z.ZodType>(data: T) => z.object({ data })

/** Some of many: `{data: […], pagination}`. */
export const pageOf = <T extends z.ZodType>(row: T) => z.object({ data: z.array(row), pagination: Pagination })

/** Something is gone or done: `{success: true}`. */
export const Success = z.object({ success: z.literal(true) }).meta({ id: 'Success' })

/** Every answer that is not a success. */
export const ErrorAnswer = z
  .object({
    error: z.object({
      code: z.string().meta({ description: 'Stable, for programs.' }),
      message: z.string().meta({ description: 'Cause and cure, for people.' }),
      details: z.array(z.object({ field: z.string(), message: z.string() })),
    }),
  })
  .meta({ id: 'ErrorAnswer' })

export interface PageRequest {
  page: number
  limit: number
}

/** The pagination of `total` rows. */
export function pagination(total: number, { page, limit }: PageRequest): z.input<typeof Pagination> {
  return { total, page, limit, pages: Math.ceil(total / limit) }
}

/** One page of rows that are all at hand. */
export function slice<T>(rows: readonly T[], request: PageRequest): { data: T[]; pagination: z.input<typeof Pagination> } {
  const start = (request.page - 1) * request.limit
  return { data: rows.slice(start, start + request.limit), pagination: pagination(rows.length, request) }
}

/** The answer of {@link Success}. */
export const done: z.input<typeof Success> = { success: true }
