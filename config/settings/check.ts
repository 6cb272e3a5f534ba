/** Checks every setting by itself, then against the others, and builds the typed settings. */
import { isIPv6 } from 'node:net'
import { join } from 'node:path'
import type { RefusalDetail } from '../errors.ts'
import { BadValue, readers } from './kinds.ts'
import type { AcmeSettings, DigestAlgorithm, FreeswitchSettings, Settings } from './settings.ts'
import type { Found } from './source.ts'
import { settingRows, type SettingName, type SettingRow } from './table.ts'

type Kinds = { [N in SettingName]: Extract<(typeof settingRows)[number], { name: N }>['kind'] }
type Value<N extends SettingName> = ReturnType<(typeof readers)[Kinds[N]]>
type Reader = <N extends SettingName>(name: N) => Value<N> | undefined

/** All problems at once, and the settings when there is none. */
export function checkSettings(found: Found): { settings: Settings | undefined; problems: RefusalDetail[] } {
  const problems: RefusalDetail[] = found.problems.map((message) => ({ field: 'DIALPLANE_CONFIG', message }))
  const rows: ReadonlyMap<string, SettingRow> = new Map(settingRows.map((row) => [row.name, row]))

  const read: Reader = (name) => {
    const row = rows.get(name)
    const value = found.values.get(name)
    if (row === undefined || value?.text === undefined) return undefined
    try {
      return readers[row.kind](value.text, row) as Value<typeof name>
    } catch (error) {
      if (!(error instanceof BadValue)) throw error
      const shown = row.secret === true ? 'has a bad value (not shown because it is secret)' : `is '${value.text}'`
      const where = value.from === 'file' ? ` in ${found.file}` : ''
      problems.push({ field: name, message: `${name} ${shown}${where}: ${error.message}.` })
      return undefined
    }
  }
  const settings = build(found.home, read)
  // Settings are compared with each other only once each is good by itself.
  if (problems.length === 0) problems.push(...crossChecks(settings))
  return { settings: problems.length === 0 ? settings : undefined, problems }
}

function build(home: string, read: Reader): Settings {
  const sipHosts = read('SIP_HOST') ?? []
  const httpHost = read('HTTP_HOST') ?? ''
  const httpPort = read('HTTP_PORT') ?? 0
  const drachtio = read('DRACHTIO')
  const hep = read('HEP_COLLECTOR')
  const drachtioSecret = read('DRACHTIO_SECRET')
  return {
    home,
    http: { host: httpHost, port: httpPort, publicUrl: read('PUBLIC_URL') ?? `http://${urlHost(httpHost)}:${httpPort}` },
    sip: {
      hosts: sipHosts,
      port: read('SIP_PORT') ?? 0,
      tlsPort: served(read('SIP_TLS_PORT')),
      wsPort: served(read('SIP_WS_PORT')),
      wssPort: served(read('SIP_WSS_PORT')),
      tls: {
        folder: read('SIP_TLS_FOLDER') ?? join(home, 'tls'),
        ca: read('SIP_TLS_CA'),
        clients: read('SIP_TLS_CLIENTS') as 'off' | 'ask' | 'require',
        verifyServers: read('SIP_TLS_SERVERS') !== 'any',
        minVersion: read('SIP_TLS_MIN') as 'TLSv1.2' | 'TLSv1.3',
      },
      acme: acmeOf(read),
      connections: { all: read('SIP_CONNECTIONS') ?? 0, perAddress: read('SIP_CONNECTIONS_PER_ADDRESS') ?? 0 },
      externalAddress: read('EXTERNAL_ADDRESS'),
      edges: read('SIP_EDGES') ?? [],
      dnsServers: read('DNS_SERVERS') ?? [],
      handlers: read('SIP_HANDLERS') ?? [],
      handlersSecret: read('SIP_HANDLERS_SECRET') ?? '',
      drachtio: drachtio && { ...drachtio, secret: drachtioSecret ?? '' },
      secret: drachtioSecret ?? '',
      graceSeconds: read('SIGNALLING_GRACE_SECONDS') ?? 0,
    },
    shield: { scanners: listOf(read('SCANNER_AGENTS')), perSecond: read('REQUEST_RATE') ?? 0, burst: read('REQUEST_BURST') ?? 0, overloadMs: read('OVERLOAD_MS') ?? 0 },
    media: { hosts: read('RTP_HOST') ?? sipHosts, ports: read('RTP_PORTS') ?? { first: 0, last: 0 }, workers: read('MEDIA_WORKERS') ?? 1, codecs: read('MEDIA_CODECS') ?? [], tones: read('TONES_COUNTRY') ?? '', encryption: read('MEDIA_ENCRYPTION') as Settings['media']['encryption'], sdesInClear: read('SDES_KEYS') === 'clear', freeswitch: freeswitchOf(read) },
    database: { url: read('DATABASE_URL'), pool: read('DATABASE_POOL') ?? 0 },
    configuration: { token: read('CONFIGURATION_TOKEN'), url: read('CONFIGURATION_URL') },
    backup: { folder: read('BACKUP_FOLDER') ?? join(home, 'backups'), passphrase: read('BACKUP_PASSPHRASE') },
    registrar: {
      expiresMin: read('REGISTER_EXPIRES_MIN') ?? 0,
      expiresDefault: read('REGISTER_EXPIRES_DEFAULT') ?? 0,
      expiresMax: read('REGISTER_EXPIRES_MAX') ?? 0,
      nonceSeconds: read('NONCE_SECONDS') ?? 0,
      digest: (read('DIGEST_ALGORITHMS') ?? '').split(',') as DigestAlgorithm[],
      qualifySeconds: read('QUALIFY_SECONDS') ?? 0,
      contactsFull: read('REGISTER_FULL') === 'reject' ? 'reject' : 'replace',
    },
    calls: {
      ringback: (read('RINGBACK') ?? 'phone') as Settings['calls']['ringback'],
      reliable: (read('RELIABLE_PROGRESS') ?? 'media') as Settings['calls']['reliable'],
      directNetworks: read('DIRECT_MEDIA_NETWORKS') ?? [],
      pickup: (read('PICKUP') ?? 'group') as Settings['calls']['pickup'],
      music: read('MUSIC_ON_HOLD') === 'off' ? undefined : read('MUSIC_ON_HOLD'),
      ringSeconds: read('RING_SECONDS') ?? 0,
      blockedHoldSeconds: read('BLOCKED_HOLD_SECONDS') ?? 0,
      hoursMax: read('CALL_HOURS_MAX') ?? 0,
      mediaTimeoutSeconds: read('MEDIA_TIMEOUT_SECONDS') ?? 0,
      sessionRefreshSeconds: read('SESSION_REFRESH_SECONDS') ?? 0,
    },
    provisioning: { plainNetworks: read('PROVISION_PLAIN_NETWORKS') ?? [] },
    signIn: { networks: read('SIGN_IN_NETWORKS') ?? [] },
    webhooks: { networks: read('WEBHOOK_NETWORKS') ?? [] },
    stir: { networks: read('STIR_NETWORKS') ?? [] },
    session: { expires: read('SESSION_EXPIRES_SECONDS') ?? 0, min: read('SESSION_EXPIRES_MIN_SECONDS') ?? 90 },
    keep: { historyDays: read('HISTORY_DAYS') ?? 0, traceDays: read('TRACE_DAYS') ?? 0 },
    hep: hep && { ...hep, transport: read('HEP_TRANSPORT') === 'tcp' ? 'tcp' : 'udp', id: read('HEP_ID') ?? 0, password: read('HEP_PASSWORD') ?? '' },
    log: { level: read('LOG_LEVEL') ?? 'info', to: read('LOG_TO') === 'stdout' ? 'stdout' : 'file' },
  }
}

/** A secret with commas in it is one secret, unless there are as many as servers. */
function freeswitchOf(read: Reader): FreeswitchSettings | undefined {
  const places = read('FREESWITCH')
  const secret = read('FREESWITCH_SECRET') ?? ''
  const profile = read('FREESWITCH_PROFILE') ?? ''
  if (places === undefined) return undefined
  const secrets = secret.split(',')
  const each = secrets.length === places.length
  return { servers: places.map((place, i) => ({ ...place, secret: each ? secrets[i]!.trim() : secret })), profile }
}

function served(port: number | 'off' | undefined): number | undefined {
  return port === 'off' ? undefined : port
}

function acmeOf(read: Reader): AcmeSettings | undefined {
  const domains = read('ACME_DOMAINS') ?? []
  return domains.length === 0 ? undefined : { domains, email: read('ACME_EMAIL') ?? '', directory: read('ACME_DIRECTORY') ?? '', authority: read('ACME_AUTHORITY'), httpPort: read('ACME_HTTP_PORT') ?? 80 }
}

/** The words between commas in lower case; none for `none`. */
function listOf(text: string | undefined): string[] {
  const words = (text ?? '').split(',').map((word) => word.trim().toLowerCase()).filter((word) => word !== '')
  return words.length === 1 && words[0] === 'none' ? [] : words
}

function crossChecks(settings: Settings): RefusalDetail[] {
  const problems: RefusalDetail[] = []
  const wrong = (field: SettingName, message: string): unknown => problems.push({ field, message })
  const { http, sip, media, registrar, session } = settings

  if (registrar.expiresDefault < registrar.expiresMin || registrar.expiresDefault > registrar.expiresMax) {
    wrong('REGISTER_EXPIRES_DEFAULT', `REGISTER_EXPIRES_DEFAULT is ${registrar.expiresDefault}: it must lie between REGISTER_EXPIRES_MIN (${registrar.expiresMin}) and REGISTER_EXPIRES_MAX (${registrar.expiresMax}).`)
  }
  if (sip.drachtio === undefined) {
    const listening: [SettingName, number | undefined][] = [['SIP_PORT', sip.port], ['HTTP_PORT', http.port], ['SIP_TLS_PORT', sip.tlsPort], ['SIP_WS_PORT', sip.wsPort], ['SIP_WSS_PORT', sip.wssPort]]
    for (const [index, [name, port]] of listening.entries()) {
      const other = listening.slice(0, index).find(([, taken]) => taken === port && port !== 0 && port !== undefined)
      if (other) wrong(name, `${name} and ${other[0]} are both ${port}: both listen on TCP, so choose two different ports.`)
    }
    if (sip.handlersSecret === '' && sip.handlers.some((handler) => /^(tcp|tls):/.test(handler.url))) {
      wrong('SIP_HANDLERS_SECRET', 'SIP_HANDLERS names an application to dial but SIP_HANDLERS_SECRET is not set: set it to what that application tells.')
    }
    if (sip.acme && sip.tlsPort === undefined && sip.wssPort === undefined) wrong('ACME_DOMAINS', 'ACME_DOMAINS names domains, but nothing is served over TLS: set SIP_TLS_PORT or SIP_WSS_PORT to a port, or ACME_DOMAINS to none.')
    if (sip.tls.clients !== 'off' && sip.tls.ca === undefined) wrong('SIP_TLS_CLIENTS', `SIP_TLS_CLIENTS is '${sip.tls.clients}' but SIP_TLS_CA is not set: set it to the file with the authorities that certificates are checked against.`)
    if (sip.port >= media.ports.first && sip.port <= media.ports.last) {
      wrong('RTP_PORTS', `RTP_PORTS ${media.ports.first}-${media.ports.last} contains SIP_PORT ${sip.port}: move one of them.`)
    }
  } else if (sip.acme) {
    wrong('ACME_DOMAINS', 'ACME_DOMAINS is set, but the signalling engine of DRACHTIO has the certificates: set it where that runs.')
  } else if (sip.drachtio.secret === '') {
    wrong('DRACHTIO_SECRET', 'DRACHTIO is set but DRACHTIO_SECRET is not: set it to the secret of the signalling engine, or of the drachtio-server, that is there.')
  }
  if (media.freeswitch?.servers.some(({ secret }) => secret === '')) {
    wrong('FREESWITCH_SECRET', 'FREESWITCH is set but FREESWITCH_SECRET is not: set it to the password in event_socket.conf.xml of the FreeSWITCH, or to one each, separated by commas.')
  }
  if (session.expires !== 0 && session.expires < session.min) {
    wrong('SESSION_EXPIRES_SECONDS', `SESSION_EXPIRES_SECONDS is ${session.expires}: it must be 0 or at least SESSION_EXPIRES_MIN_SECONDS (${session.min}).`)
  }
  if (sip.externalAddress !== undefined && isWildcard(sip.externalAddress)) {
    wrong('EXTERNAL_ADDRESS', `EXTERNAL_ADDRESS is '${sip.externalAddress}': it must be the address that phones outside can reach, not a wildcard.`)
  }
  return problems
}

function isWildcard(address: string): boolean {
  return address === '0.0.0.0' || address === '::'
}

/** The host part of an address people can open: a wildcard means this machine, IPv6 gets brackets. */
function urlHost(address: string): string {
  if (isWildcard(address)) return 'localhost'
  return isIPv6(address) ? `[${address}]` : address
}
