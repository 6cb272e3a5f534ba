/** An answer of the API that is not the one hoped for, in its own words. */
import { t } from '../words/translate.ts'

export interface FieldError {
  field: string
  message: string
}

export class ApiError extends Error {
  /** HTTP status; 0 when no answer came at all. */
  readonly status: number
  /** The API's stable code, e.g. `conflict`. */
  readonly code: string
  readonly details: FieldError[]

  constructor(status: number, code: string, message: string, details: FieldError[] = []) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.code = code
    this.details = details
  }
}

const NO_ANSWER = t('Dialplane does not answer. Check that the server is running and that this device is connected, then try again.')

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
}

function fieldErrors(value: unknown): FieldError[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((item) => {
    const detail = record(item)
    return typeof detail?.field === 'string' && typeof detail.message === 'string' ? [{ field: detail.field, message: detail.message }] : []
  })
}

/** Turns whatever the client threw into an ApiError: the API's `{error: {code, message, details}}`, or no answer at all. */
export function toApiError(body: unknown, response: Response | undefined): ApiError {
  if (body instanceof ApiError) return body
  if (response === undefined) return new ApiError(0, 'no-answer', NO_ANSWER)
  const error = record(record(body)?.error)
  const code = typeof error?.code === 'string' ? error.code : 'unknown'
  if (typeof error?.message === 'string') return new ApiError(response.status, code, error.message, fieldErrors(error.details))
  if (response.status === 502 || response.status === 504) return new ApiError(response.status, code, NO_ANSWER)
  return new ApiError(response.status, code, t('Dialplane answered with status {{status}}. Try again; if it stays, look into its log.', { status: response.status }))
}

/** The sentence to show for anything that was thrown. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error && error.message !== '' ? error.message : t('Something went wrong. Try again.')
}
