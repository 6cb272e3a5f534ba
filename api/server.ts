/** The HTTP side of Dialplane: panel, API, documentation and live events on one port. */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { systemClock, type Clock } from '../config/clock.ts'
import type { OpenDatabase } from '../config/database/open.ts'
import { messageOf, Refusal } from '../config/errors.ts'
import type { QueueTimes } from '../config/outbound/patience.ts'
import type { Logger } from '../config/logger.ts'
import type { Secrets } from '../config/secrets.ts'
import type { Settings } from '../config/settings/settings.ts'
import type { Pbx } from '../pbx/index.ts'
import { startBackups } from './backups/room.ts'
import { openDialPages } from './click-to-dial/pages.ts'
import { startCrm } from './crm/room.ts'
import { createApp } from './http/app.ts'
import { createGate } from './http/gate.ts'
import { createLimiter } from './http/limit.ts'
import type { World } from './http/world.ts'
import { createOpenId } from './identity/open-id/client.ts'
import { createIdentity, createIdentityChanges } from './identity/identity.ts'
import { createPasswords } from './identity/passwords.ts'
import { seedRoles } from './identity/roles.ts'
import { createSetupTokens } from './identity/setup.ts'
import type { LiveTimes } from './live/connection.ts'
import { createListeners } from './live/listeners.ts'
import { startLive } from './live/live.ts'
import { openApiDocument, readVersion } from './openapi.ts'
import { routes } from './routes.ts'
import { createTunnel } from './softphone/tunnel.ts'
import { startWebhooks } from './webhooks/room.ts'

export interface ApiOptions {
  settings: Settings
  logger: Logger
  database: OpenDatabase
  secrets: Secrets
  pbx: Pbx
  clock?: Clock
  /** Compare every answer with its schema: for tests. */
  checkResponses?: boolean
  /** Folder of the built panel; admin/dist when absent. */
  panel?: string
  liveTimes?: LiveTimes
  /** Of webhooks, and of calls on their way to a CRM. */
  webhookTimes?: QueueTimes
}

export interface Api {
  /** How browsers reach the panel and the API: PUBLIC_URL. */
  url: string
  /** The port really listened on. */
  port: number
  /** The link that makes the first administrator, while there is none. Good until used or until the next start. */
  setupLink(): Promise<string | undefined>
  /** Ends live connections, lets requests finish for a moment, frees the port. */
  close(): Promise<void>
}

const MINUTE = 60_000

// Longest that requests under way may hold up the end.
const CLOSE_GRACE_MS = 3_000

export async function startApi(options: ApiOptions): Promise<Api> {
  const { settings, database, pbx } = options
  const logger = options.logger.child({ room: 'api' })
  const clock = options.clock ?? systemClock
  await seedRoles(database)
  const setup = createSetupTokens({ database, clock })
  await setup.renew()
  const passwords = await createPasswords()

  const server = createServer({ requestTimeout: 60_000, headersTimeout: 15_000, keepAliveTimeout: 65_000, maxHeaderSize: 16_384 })
  const port = await listen(server, settings.http)
  const gate = createGate(settings.http, port)
  const version = readVersion()
  const listeners = createListeners(pbx, clock)
  const world: World = {
    settings,
    logger,
    database,
    pbx,
    clock,
    version,
    startedAt: new Date(clock.now()),
    gate,
    identity: createIdentity({ database, clock }),
    passwords,
    secrets: options.secrets,
    identityChanges: createIdentityChanges(),
    setup,
    webhooks: await startWebhooks({ database, secrets: options.secrets, pbx, settings, clock, logger, ...(options.webhookTimes && { times: options.webhookTimes }) }),
    dialPages: await openDialPages({ database, logger }),
    crm: await startCrm({ database, secrets: options.secrets, pbx, settings, clock, logger, origin: gate.publicOrigin, ...(options.webhookTimes && { times: options.webhookTimes }) }),
    backups: await startBackups({ settings, database, secrets: options.secrets, pbx, clock, logger, version }),
    openId: createOpenId({ secrets: options.secrets, networks: settings.signIn.networks, clock, origin: gate.publicOrigin }),
    live: listeners,
    limits: {
      // For one account from one address, for one account from anywhere, and for one address over all accounts.
      login: createLimiter({ clock, allowed: 10, windowMs: 15 * MINUTE, lockMs: 30_000, lockMaxMs: 60 * MINUTE, what: 'attempts' }),
      loginAccount: createLimiter({ clock, allowed: 100, windowMs: 15 * MINUTE, lockMs: MINUTE, lockMaxMs: 15 * MINUTE, what: 'attempts' }),
      loginAddress: createLimiter({ clock, allowed: 50, windowMs: 15 * MINUTE, lockMs: MINUTE, lockMaxMs: 60 * MINUTE, what: 'attempts from your address' }),
      requests: createLimiter({ clock, allowed: 6_000, windowMs: MINUTE, lockMs: 10_000, lockMaxMs: MINUTE, what: 'requests' }),
    },
  }
  const app = createApp(world, {
    routes,
    document: openApiDocument(),
    panel: options.panel ?? fileURLToPath(new URL('../admin/dist', import.meta.url)),
    checkResponses: options.checkResponses ?? false,
  })
  server.on('request', app)
  const tunnel = createTunnel(world, options.secrets.key('sip-routes'))
  const live = startLive(server, world, listeners, (request) => addressBehindProxy(app, request), options.liveTimes, tunnel)
  logger.info({ url: gate.publicOrigin, port }, 'panel and API are up')

  let closing: Promise<void> | undefined
  return {
    url: gate.publicOrigin,
    port,
    async setupLink() {
      const token = await setup.current()
      return token === undefined ? undefined : `${gate.publicOrigin}/admin/setup#token=${token}`
    },
    close() {
      closing ??= closeServer(server, () => {
        live.close()
        tunnel.close()
      }).then(() => Promise.all([world.webhooks.close(), world.crm.close(), world.dialPages.close(), world.backups.close()])).then(() => {})
      return closing
    },
  }
}

function listen(server: Server, { host, port }: Settings['http']): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE'
          ? 'something else listens there. Set HTTP_PORT to a free port'
          : error.code === 'EADDRNOTAVAIL'
            ? 'this machine does not have that address. Set HTTP_HOST to one of its own'
            : error.code === 'EACCES'
              ? 'ports below 1024 are for root. Set HTTP_PORT to a higher one'
              : messageOf(error)
      reject(new Refusal('unavailable', `The panel cannot be served at ${host}:${port}: ${why}.`, { cause: error }))
    })
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })
}

/** The address express would give the request: a WebSocket upgrade does not pass through it. */
function addressBehindProxy(app: ReturnType<typeof createApp>, request: IncomingMessage): string {
  const trust = app.get('trust proxy fn') as (address: string, hop: number) => boolean
  const peer = request.socket.remoteAddress ?? 'unknown'
  const forwarded = request.headers['x-forwarded-for']
  const hops = typeof forwarded === 'string' ? forwarded.split(',').map((hop) => hop.trim()).reverse() : []
  return [peer, ...hops].find((address, hop) => !trust(address, hop)) ?? hops.at(-1) ?? peer
}

async function closeServer(server: Server, closeLive: () => void): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  closeLive()
  server.closeIdleConnections()
  const forced = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS)
  await closed
  clearTimeout(forced)
}
