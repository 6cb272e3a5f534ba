/** What a test does with a running house, in this process or in another: extensions, phones, what the API shows. */
import assert from 'node:assert/strict'
import type { CallView, RegistrationView } from '../../pbx/events/catalogue.ts'
import type { ApiClient } from './http-client.ts'
import { openPhone, type Phone, type PhoneOptions, type Place } from './phone.ts'

export interface Line {
  extensionId: string
  deviceId: string
  number: string
  user: string
  password: string
}

export interface ExtensionWish {
  name?: string
  ringSeconds?: number
  maxContacts?: number
  contactsFull?: 'replace' | 'reject'
  recording?: 'never' | 'on-demand' | 'always'
  encryption?: 'off' | 'offer' | 'require'
  /** False when absent: calls that nobody answers end. */
  voicemail?: boolean
}

interface Created {
  extension: { id: string; number: string }
  credentials: { deviceId: string; username: string; password: string }
}

export class Desk {
  readonly api: ApiClient
  /** Where phones register, UDP and TCP. */
  readonly sip: Place
  readonly #phones: Phone[] = []

  constructor(api: ApiClient, sip: Place) {
    this.api = api
    this.sip = sip
  }

  /** Makes an extension with one device. */
  async extension(number: string, wish: ExtensionWish = {}): Promise<Line> {
    const { extension, credentials } = await this.api.post<Created>('/extensions', { number, name: wish.name ?? `Extension ${number}`, voicemail: false, ...wish })
    return { extensionId: extension.id, deviceId: credentials.deviceId, number, user: credentials.username, password: credentials.password }
  }

  /** A phone for this line, not registered. It is closed with the desk. */
  async phone(line: Pick<Line, 'user' | 'password'>, options: Partial<PhoneOptions> = {}): Promise<Phone> {
    const phone = await openPhone({ server: this.sip, user: line.user, password: line.password, ...options })
    this.#phones.push(phone)
    return phone
  }

  /** A phone that is registered. */
  async registered(line: Pick<Line, 'user' | 'password'>, options: Partial<PhoneOptions> = {}): Promise<Phone> {
    const phone = await this.phone(line, options)
    const answer = await phone.register()
    assert.equal(answer.status, 200, `REGISTER of ${line.user}: ${answer.status} ${answer.reason}`)
    return phone
  }

  /** Two extensions with a registered phone each. */
  async pair(first: string, second: string, options: Partial<PhoneOptions> & { wish?: ExtensionWish } = {}): Promise<{ alice: Phone; bob: Phone; lines: [Line, Line] }> {
    const { wish, ...phone } = options
    const lines: [Line, Line] = [await this.extension(first, wish), await this.extension(second, wish)]
    return { alice: await this.registered(lines[0], phone), bob: await this.registered(lines[1], phone), lines }
  }

  liveCalls(): Promise<CallView[]> {
    return this.api.get<CallView[]>('/calls/live')
  }

  registrations(): Promise<RegistrationView[]> {
    return this.api.get<RegistrationView[]>('/registrations')
  }

  history(query = ''): Promise<CallView[]> {
    return this.api.get<CallView[]>(`/calls${query}`)
  }

  async closePhones(): Promise<void> {
    await Promise.all(this.#phones.splice(0).map((phone) => phone.close()))
  }
}
