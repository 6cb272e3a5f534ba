/** The control port: applications connect, say which methods they want, get them in turn. */
import { createServer, type Server } from 'node:net'
import type { Owner } from '../dialog/dialog.ts'
import type { EngineOptions } from '../options.ts'
import type { Timers } from '../timers.ts'
import { Application, type ApplicationHooks } from './application.ts'
import { connectTo } from './dial.ts'
import type { DialTarget } from './handlers.ts'
import { socketLine, type OpenLine } from './line.ts'
import { accepted, refused } from './payload.ts'

export interface ControlHooks {
  addresses: ApplicationHooks['addresses']
  /** `sip|…` with its SIP text. */
  onSip(owner: Owner, messageId: string, tokens: readonly string[], text: string): void
  /** `proxy|…` with a SIP text of which the headers count. */
  onProxy(owner: Owner, messageId: string, tokens: readonly string[], text: string): void
  onGone(owner: Owner): void
  /** `claim|<identity>`: who the application is; returns what is its own, as JSON. */
  onClaim(owner: Owner, identity: string): string
  /** `dialplane|` with a text: what goes beyond drachtio's wire. Undefined: not understood, as a drachtio-server would not. */
  onAside?: ((application: Application, text: string) => void) | undefined
  onFailure(reason: string): void
}

export interface Control {
  readonly port: number
  /** The next application that asked for this method, of those with that tag when one is given. */
  pick(method: string, tag?: string): Owner | undefined
  /** Whether the application of this process, and no other, asked for this method. */
  isOurs(method: string): boolean
  /** Connects to an application, which is taken in when it tells its secret; undefined when it does not. */
  dial(target: DialTarget): Promise<Owner | undefined>
  readonly applications: number
  /** An application of this process; it must tell the secret like any other. */
  adopt(open: OpenLine): void
  close(): Promise<void>
}

/** So short an identity could be guessed. */
const IDENTITY_MIN = 32
/** Applications that may be connected at once. */
const CONNECTIONS_MAX = 256

export async function openControl(options: EngineOptions, timers: Timers, hooks: ControlHooks): Promise<Control> {
  const applications = new Set<Application>()
  /** Verb → its connections in turn; a connection that asks twice stands twice. */
  const slots = new Map<string, Application[]>()
  const turns = new Map<string, number>()

  const forget = (application: Application, verb: string) => {
    const left = (slots.get(verb) ?? []).filter((other) => other !== application)
    if (left.length > 0) slots.set(verb, left)
    else slots.delete(verb)
  }

  /** Applications that were dialled and have not told the secret yet. */
  const awaited = new Map<Application, (owner: Owner | undefined) => void>()

  const applicationHooks: ApplicationHooks = {
    onAuthenticated(application) {
      awaited.get(application)?.(application)
      awaited.delete(application)
    },
    addresses: hooks.addresses,
    onClosed(application) {
      applications.delete(application)
      awaited.get(application)?.(undefined)
      awaited.delete(application)
      for (const verb of new Set(application.routes)) forget(application, verb)
      hooks.onGone(application)
    },
    onMessage(application, tokens, text) {
      const [id = '', type = '', verb = ''] = tokens
      switch (type) {
        case 'sip':
          if (tokens.length < 4) return application.reject(id, 'sip needs a transaction id and a dialog id, which may be empty')
          if (text === undefined) return application.reject(id, 'sip needs a SIP message')
          return hooks.onSip(application, id, tokens, text)
        case 'ping':
          return application.deliver(accepted(id, 'pong'))
        case 'route':
        case 'remove_route': {
          const name = verb.toLowerCase()
          if (name === '') return application.reject(id, `${type} needs a verb`)
          if (type === 'remove_route') {
            forget(application, name)
            application.routes.splice(0, application.routes.length, ...application.routes.filter((other) => other !== name))
          } else {
            slots.set(name, [...(slots.get(name) ?? []), application])
            application.routes.push(name)
          }
          return application.deliver(accepted(id))
        }
        case 'proxy':
          if (tokens.length < 10) return application.reject(id, 'proxy needs a transaction id, six options and a destination')
          if (text === undefined) return application.reject(id, 'proxy needs a SIP message')
          return hooks.onProxy(application, id, tokens, text)
        case 'claim':
          if (verb.length < IDENTITY_MIN) return application.reject(id, `an identity has at least ${IDENTITY_MIN} characters`)
          return application.deliver(`${accepted(id, 'claimed')}\r\n${hooks.onClaim(application, verb)}`)
        case 'dialplane':
          if (hooks.onAside === undefined) return application.reject(id, `unknown message type: ${type}`)
          application.deliver(accepted(id))
          return hooks.onAside(application, text ?? '')
        case 'authenticate':
          return application.deliver(refused(id, 'authenticated already'))
        default:
          return application.reject(id, `unknown message type: ${type}`)
      }
    },
  }

  const server: Server = createServer({ noDelay: true })
  server.maxConnections = CONNECTIONS_MAX
  const adopt = (open: OpenLine): void => void applications.add(new Application(open, options.control.secret, options, timers, applicationHooks))
  server.on('connection', (socket) => adopt(socketLine(socket)))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: options.control.host, port: options.control.port }, () => {
      server.removeListener('error', reject)
      server.on('error', (error) => hooks.onFailure(error.message))
      resolve()
    })
  })
  const bound = server.address()

  return {
    port: bound !== null && typeof bound === 'object' ? bound.port : options.control.port,
    get applications() {
      return applications.size
    },
    adopt,
    pick(method, tag) {
      const verb = method.toLowerCase()
      const all = slots.get(verb)
      const list = tag === undefined ? all : all?.filter((application) => application.tags.has(tag))
      if (list === undefined || list.length === 0) return undefined
      const turn = (turns.get(verb) ?? 0) % list.length
      turns.set(verb, turn + 1)
      return list[turn]
    },
    isOurs(method) {
      const list = slots.get(method.toLowerCase())
      return list !== undefined && list.every((application) => application.quiet)
    },
    async dial(target) {
      const secret = options.handlerSecret ?? ''
      if (secret === '' || applications.size >= CONNECTIONS_MAX) return undefined
      const socket = await connectTo(target)
      if (!socket) return undefined
      const application = new Application(socketLine(socket), secret, options, timers, applicationHooks)
      applications.add(application)
      return new Promise((resolve) => awaited.set(application, resolve))
    },
    async close() {
      const done = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const application of [...applications]) application.close()
      await done
    },
  }
}
