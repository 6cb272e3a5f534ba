/**
 * The API as a browser or a program uses it: cookie and CSRF token, or a bearer token.
 * A connection a request, so that nothing stays open after a test.
 */
import assert from 'node:assert/strict'
import { request, type IncomingHttpHeaders } from 'node:http'

export interface ApiResponse {
  status: number
  headers: IncomingHttpHeaders
  /** Parsed when it is JSON, else undefined. */
  json: unknown
  body: Buffer
}

export class ApiClient {
  readonly url: string
  cookie: string | undefined
  csrfToken: string | undefined
  bearer: string | undefined

  /** @param url of the server, e.g. `http://127.0.0.1:8080` */
  constructor(url: string) {
    this.url = new URL(url).origin
  }

  /** One request; `path` from `/api/v1` on. Never throws for a status. */
  send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<ApiResponse> {
    const text = body === undefined ? undefined : JSON.stringify(body)
    const all: Record<string, string> = { ...headers }
    if (text !== undefined) all['Content-Type'] = 'application/json'
    if (this.bearer) all['Authorization'] = `Bearer ${this.bearer}`
    if (this.cookie) all['Cookie'] = this.cookie
    if (this.csrfToken && method !== 'GET') all['X-CSRF-Token'] = this.csrfToken
    return new Promise((resolve, reject) => {
      const outgoing = request(new URL(`/api/v1${path}`, this.url), { method, headers: all, agent: false }, (incoming) => {
        const parts: Buffer[] = []
        incoming.on('data', (part: Buffer) => parts.push(part))
        incoming.on('error', reject)
        incoming.on('end', () => {
          const whole = Buffer.concat(parts)
          const isJson = incoming.headers['content-type']?.includes('json') === true && whole.length > 0
          this.#keepCookie(incoming.headers['set-cookie'])
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, json: isJson ? JSON.parse(whole.toString()) : undefined, body: whole })
        })
      })
      outgoing.on('error', reject)
      outgoing.end(text)
    })
  }

  /** What `data` of a 2xx answer holds; any other answer fails with its words. */
  async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const { status, json, body: raw } = await this.send(method, path, body)
    assert.ok(status >= 200 && status < 300, `${method} ${path}: ${status} ${raw.toString().slice(0, 500)}`)
    return (json as { data: T }).data
  }

  get<T>(path: string): Promise<T> {
    return this.ask<T>('GET', path)
  }

  post<T>(path: string, body: unknown = {}): Promise<T> {
    return this.ask<T>('POST', path, body)
  }

  /** Makes the first administrator with the link the server printed, and is signed in after. */
  async setUp(setupLink: string, person = administrator): Promise<void> {
    const token = /token[=/]([^&#/]+)/.exec(setupLink)?.[1]
    assert.ok(token, `no token in the setup link ${setupLink}`)
    await this.#take('/setup', { token: decodeURIComponent(token), name: person.name, email: person.email, password: person.password })
  }

  async signIn(person = administrator): Promise<void> {
    await this.#take('/auth/login', { email: person.email, password: person.password })
  }

  async #take(path: string, body: unknown): Promise<void> {
    const session = await this.post<{ csrfToken: string }>(path, body)
    this.csrfToken = session.csrfToken
    assert.ok(this.cookie, 'the server set no session cookie')
  }

  #keepCookie(cookies: string[] | undefined): void {
    for (const cookie of cookies ?? []) this.cookie = cookie.split(';')[0]
  }
}

/** The administrator the tests make; made up for each run. */
export const administrator = { name: 'Ada Admin', email: 'ada@example.test', password: `test-${Math.random().toString(36).slice(2)}-${Math.random().toString(36).slice(2)}` }
