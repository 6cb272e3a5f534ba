/** HubSpot and Zendesk as their documentation has them: they check what they are asked as the real ones do, and keep what they are given. */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { randomUUID } from 'node:crypto'

export interface Asked {
  method: string
  path: string
  query: URLSearchParams
  headers: IncomingMessage['headers']
  body: Record<string, unknown>
}

interface Answer {
  status: number
  body?: unknown
  headers?: Record<string, string>
}

/** What the next request meets: an answer instead of what it asks for; `lost`: it is done, and the answer gets lost. */
type Meets = Answer | 'lost' | undefined

class Refused extends Error {
  readonly answer: Answer

  constructor(status: number, body: unknown) {
    super(String(status))
    this.answer = { status, body }
  }
}

abstract class CrmServer {
  readonly asked: Asked[] = []
  /** Decides before the CRM does. */
  meets: (asked: Asked) => Meets = () => undefined
  readonly #server: Server

  constructor() {
    this.#server = createServer((request, response) => {
      let raw = ''
      request.on('data', (part: Buffer) => (raw += part.toString()))
      request.on('end', () => {
        const { pathname, searchParams } = new URL(request.url ?? '/', 'http://crm')
        const asked: Asked = { method: request.method ?? '', path: pathname, query: searchParams, headers: request.headers, body: raw === '' ? {} : (JSON.parse(raw) as Record<string, unknown>) }
        this.asked.push(asked)
        const instead = this.meets(asked)
        const answer = typeof instead === 'object' ? instead : this.#answer(asked)
        if (instead === 'lost') return void request.socket.destroy()
        response.writeHead(answer.status, { 'Content-Type': 'application/json;charset=utf-8', ...answer.headers }).end(answer.body === undefined ? '' : JSON.stringify(answer.body))
      })
    })
  }

  #answer(asked: Asked): Answer {
    try {
      return this.handle(asked)
    } catch (error) {
      if (error instanceof Refused) return error.answer
      throw error
    }
  }

  protected abstract handle(asked: Asked): Answer

  /** @returns its address */
  listen(): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<string>()
    this.#server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`))
    return promise
  }

  close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#server.closeAllConnections()
    this.#server.close(() => resolve())
    return promise
  }
}

const CALL_PROPERTIES = new Set(['hs_timestamp', 'hs_call_title', 'hs_call_body', 'hs_call_direction', 'hs_call_disposition', 'hs_call_duration', 'hs_call_from_number', 'hs_call_to_number', 'hs_call_status', 'hs_call_recording_url', 'hs_call_external_id', 'hs_call_source', 'hubspot_owner_id'])
const ENUMS: Readonly<Record<string, readonly string[]>> = { hs_call_direction: ['INBOUND', 'OUTBOUND'], hs_call_status: ['BUSY', 'CALLING_CRM_USER', 'CANCELED', 'COMPLETED', 'CONNECTING', 'FAILED', 'IN_PROGRESS', 'NO_ANSWER', 'QUEUED', 'RINGING'] }
const OPERATORS = new Set(['EQ', 'NEQ', 'LT', 'LTE', 'GT', 'GTE', 'BETWEEN', 'IN', 'NOT_IN', 'HAS_PROPERTY', 'NOT_HAS_PROPERTY', 'CONTAINS_TOKEN', 'NOT_CONTAINS_TOKEN'])

interface HubspotObject {
  id: string
  properties: Record<string, string>
  associations: string[]
  /** The index of the search has it. */
  found: boolean
  /** Now, when absent. */
  createdAt?: string
  /** Somebody removed it. */
  archived?: boolean
}

export class Hubspot extends CrmServer {
  token = 'pat-na1-good-token'
  readonly contacts: HubspotObject[] = []
  readonly calls: HubspotObject[] = []
  /** What is made now is found by a search later. */
  slow = false
  #next = 100

  contact(properties: Record<string, string>): string {
    const id = String(++this.#next)
    this.contacts.push({ id, properties, associations: [], found: true })
    return id
  }

  protected handle({ method, path, query, headers, body }: Asked): Answer {
    if (headers.authorization !== `Bearer ${this.token}`) this.#refuse(401, 'INVALID_AUTHENTICATION', 'Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview')
    const kind = /^\/crm\/v3\/objects\/(contacts|calls)(?:\/(search|\d+))?$/.exec(path)
    if (method === 'GET' && path === '/account-info/v3/details') return { status: 200, body: { portalId: 4242, accountType: 'STANDARD', timeZone: 'US/Eastern', companyCurrency: 'USD', utcOffset: '-05:00', uiDomain: 'app-eu1.hubspot.com', dataHostingLocation: 'eu1' } }
    if (!kind) return { status: 404, body: 'resource not found' }
    const objects = kind[1] === 'contacts' ? this.contacts : this.calls
    if (method === 'PATCH' && kind[2] !== undefined) {
      const there = objects.find(({ id, archived }) => id === kind[2] && !archived)
      if (!there) this.#refuse(404, 'OBJECT_NOT_FOUND', 'Object not found.')
      Object.assign(there.properties, this.#properties(kind[1] ?? '', body))
      return { status: 200, body: { id: there.id, properties: there.properties, archived: false } }
    }
    if (method === 'GET' && kind[2] !== undefined && kind[2] !== 'search') {
      const archived = query.get('archived') === 'true'
      const there = objects.find((one) => one.id === kind[2] && (one.archived ?? false) === archived)
      if (!there) this.#refuse(404, 'OBJECT_NOT_FOUND', 'Object not found.')
      const wanted = (query.get('properties') ?? '').split(',').filter(Boolean)
      return { status: 200, body: { id: there.id, properties: Object.fromEntries(wanted.map((name) => [name, there.properties[name] ?? null])), createdAt: there.createdAt ?? new Date().toISOString(), updatedAt: new Date().toISOString(), archived } }
    }
    if (method !== 'POST') return { status: 405, body: { status: 'error', message: 'HTTP 405 Method Not Allowed' } }
    return kind[2] === 'search' ? this.#search(kind[1] === 'contacts', objects, body) : this.#create(kind[1] ?? '', objects, body)
  }

  #refuse(status: number, category: string, message: string): never {
    throw new Refused(status, { status: 'error', message, correlationId: randomUUID(), category })
  }

  #search(contacts: boolean, objects: HubspotObject[], { filterGroups = [], properties = [], limit = 10, ...rest }: { filterGroups?: { filters: { propertyName: string; operator: string; value: string }[] }[]; properties?: string[]; limit?: number }): Answer {
    const wrong = Object.keys(rest).find((key) => !['sorts', 'query', 'after'].includes(key))
    if (wrong !== undefined || filterGroups.length > 5 || limit > 200 || filterGroups.some(({ filters }) => filters.length > 6 || filters.some(({ operator }) => !OPERATORS.has(operator)))) this.#refuse(400, 'VALIDATION_ERROR', `There was a problem with the request: ${wrong ?? 'filters'}`)
    const of = (object: HubspotObject, name: string): string => (name.startsWith('hs_searchable_calculated_') ? national(object.properties[name === 'hs_searchable_calculated_mobile_number' ? 'mobilephone' : 'phone'] ?? '') : (object.properties[name] ?? ''))
    const results = objects.filter((object) => object.found && (filterGroups.length === 0 || filterGroups.some(({ filters }) => filters.every(({ propertyName, value }) => of(object, propertyName) === value && value !== ''))))
    const wanted = [...(contacts ? ['firstname', 'lastname', 'email'] : []), ...properties]
    return { status: 200, body: { total: results.length, results: results.slice(0, limit).map(({ id, properties: all }) => ({ id, properties: { hs_object_id: id, ...Object.fromEntries(wanted.map((name) => [name, all[name] ?? null])) }, createdAt: '2026-01-01T00:00:00Z', updatedAt: '2026-01-01T00:00:00Z', archived: false })) } }
  }

  #create(kind: string, objects: HubspotObject[], body: Record<string, unknown>): Answer {
    const properties = this.#properties(kind, body)
    if (kind === 'calls' && properties['hs_timestamp'] === undefined) this.#refuse(400, 'VALIDATION_ERROR', 'Error creating CALL. Some required properties were not set.')
    const associations = ((body['associations'] ?? []) as { to: { id: string }; types: { associationCategory: string; associationTypeId: number }[] }[]).map(({ to, types }) => {
      if (types.some(({ associationCategory, associationTypeId }) => associationCategory !== 'HUBSPOT_DEFINED' || associationTypeId !== 194)) this.#refuse(400, 'VALIDATION_ERROR', 'One or more association types are not valid')
      if (!this.contacts.some(({ id }) => id === to.id)) this.#refuse(400, 'VALIDATION_ERROR', `CONTACT=${to.id} is not valid`)
      return to.id
    })
    const id = String(++this.#next)
    objects.push({ id, properties, associations, found: !this.slow })
    return { status: 201, body: { id, properties, createdAt: '2026-01-01T00:00:00Z', updatedAt: '2026-01-01T00:00:00Z', archived: false } }
  }

  #properties(kind: string, { properties }: Record<string, unknown>): Record<string, string> {
    const all = Object.entries((properties ?? {}) as Record<string, unknown>)
    const wrong = all.find(([name, value]) => typeof value !== 'string' || (kind === 'calls' && (!CALL_PROPERTIES.has(name) || (ENUMS[name] && !ENUMS[name].includes(value)) || (name === 'hs_call_duration' && !/^\d+$/.test(value)) || (name === 'hs_call_disposition' && !/^[0-9a-f-]{36}$/.test(value)) || (name === 'hs_timestamp' && Number.isNaN(Date.parse(value))))))
    if (wrong) this.#refuse(400, 'VALIDATION_ERROR', `Property values were not valid: [{"isValid":false,"message":"${wrong[0]} is not valid"}]`)
    return Object.fromEntries(all) as Record<string, string>
  }
}

/** As HubSpot makes them searchable: without the country, of the two that the tests have. */
const national = (written: string): string => written.replace(/\D/g, '').replace(/^(1(?=\d{10}$)|49|0+)/, '')

interface ZendeskUser {
  id: number
  name: string
  role: string
  phone: string | null
  external_id: string | null
}

interface Ticket {
  id: number
  subject: string
  comment: { body: string; public: boolean }
  requester_id: number
  external_id: string
  tags: string[]
}

export class Zendesk extends CrmServer {
  readonly agent = 'agent@example.com'
  token = 'zendesk-api-token'
  role = 'agent'
  readonly users: ZendeskUser[] = []
  readonly tickets: Ticket[] = []
  readonly #keys = new Map<string, Ticket>()
  #next = 7_000

  user(name: string, phone: string, role = 'end-user'): number {
    const id = ++this.#next
    this.users.push({ id, name, role, phone, external_id: null })
    return id
  }

  protected handle({ method, path, query, headers, body }: Asked): Answer {
    const basic = `Basic ${Buffer.from(`${this.agent}/token:${this.token}`).toString('base64')}`
    const known = headers.authorization === basic || headers.authorization === `Bearer ${this.token}`
    if (!known) throw new Refused(401, { error: "Couldn't authenticate you" })
    const asked = `${method} ${path}`
    if (asked === 'GET /api/v2/users/me.json') return { status: 200, body: { user: { id: 1, role: this.role, name: 'Agent' } } }
    if (asked === 'GET /api/v2/users/search.json') {
      const [, role, phone] = /^role:(\S+) phone:"([^"]+)"$/.exec(query.get('query') ?? '') ?? []
      const users = this.users.filter((user) => user.role === role && user.phone === phone)
      return { status: 200, body: { users, count: users.length, next_page: null } }
    }
    if (asked === 'POST /api/v2/users/create_or_update.json') {
      const { user } = body as { user: Omit<ZendeskUser, 'id'> }
      if (!user?.name || !user.external_id) throw new Refused(422, { error: 'RecordInvalid', description: 'Record validation errors', details: { name: [{ description: 'Name: cannot be blank' }] } })
      const there = this.users.find(({ external_id }) => external_id === user.external_id) ?? { ...user, id: ++this.#next }
      if (!this.users.includes(there)) this.users.push(there)
      return { status: 201, body: { user: there } }
    }
    if (asked === 'GET /api/v2/tickets.json') return { status: 200, body: { tickets: this.tickets.filter(({ external_id }) => external_id === query.get('external_id')) } }
    if (asked === 'POST /api/v2/tickets.json') {
      const { ticket } = body as { ticket: Omit<Ticket, 'id'> }
      const key = String(headers['idempotency-key'])
      const before = this.#keys.get(key)
      if (before) return { status: 201, body: { ticket: before }, headers: { 'x-idempotency-lookup': 'hit' } }
      if (typeof ticket?.comment?.body !== 'string' || ticket.comment.body === '') throw new Refused(422, { error: 'RecordInvalid', description: 'Record validation errors', details: { base: [{ description: 'Description: cannot be blank' }] } })
      if (!this.users.some(({ id }) => id === ticket.requester_id)) throw new Refused(422, { error: 'RecordInvalid', description: 'Record validation errors', details: { requester: [{ description: 'Requester: is invalid' }] } })
      const made = { ...ticket, id: ++this.#next }
      this.tickets.push(made)
      this.#keys.set(key, made)
      return { status: 201, body: { ticket: made, audit: {} } }
    }
    return { status: 404, body: { error: 'InvalidEndpoint', description: 'Not found' } }
  }
}
