import type { ApiClient } from '../support/http-client.ts'
import type { Generator } from './generator-process.ts'

/** What every measure stands on. */
export interface Ground {
  generator: Generator
  api: ApiClient
  /** The house. */
  pid: number
}
