/** Digest algorithms of RFC 8760 that phones are offered. */
export type DigestAlgorithm = 'SHA-256' | 'MD5'

/** The FreeSWITCHes that carry the audio. */
export interface FreeswitchSettings {
  /** Their event sockets; one of weight 3 takes three times the calls of one of weight 1. */
  servers: readonly { host: string; port: number; secret: string; weight: number }[]
  /** The SIP profile that calls are sent to. */
  profile: string
}

/** An authority that makes certificates by itself (ACME, RFC 8555). */
export interface AcmeSettings {
  /** In lower case, one at least. */
  domains: readonly string[]
  /** Empty: none. */
  email: string
  directory: string
  /** File in PEM with who vouches for the directory. */
  authority: string | undefined
  httpPort: number
}

/** The settings as the rest of the house sees them: typed, checked, defaults filled in. */
export interface Settings {
  /** Folder for all data, absolute. */
  home: string
  http: { host: string; port: number; publicUrl: string }
  sip: {
    /** One address of each family at most; `0.0.0.0` and `::` stand for all of theirs. */
    hosts: readonly string[]
    /** UDP and TCP. */
    port: number
    /** Undefined: not served. */
    tlsPort: number | undefined
    wsPort: number | undefined
    wssPort: number | undefined
    tls: {
      /** Where certificates are, absolute. */
      folder: string
      /** File with the authorities for certificates of peers. */
      ca: string | undefined
      clients: 'off' | 'ask' | 'require'
      verifyServers: boolean
      minVersion: 'TLSv1.2' | 'TLSv1.3'
    }
    /** Undefined: no authority makes certificates for us. */
    acme: AcmeSettings | undefined
    connections: { all: number; perAddress: number }
    externalAddress: string | undefined
    /** Networks of proxies whose Path is taken (RFC 3327). */
    edges: readonly string[]
    /** `192.0.2.53` or `192.0.2.53:5353`; empty: those of the machine. */
    dnsServers: readonly string[]
    /** Who decides on requests outside dialogs instead of the PBX, and what an application that is dialled must tell. */
    handlers: readonly { method: string; url: string; post: boolean }[]
    handlersSecret: string
    drachtio: { host: string; port: number; secret: string } | undefined
    /** What applications must tell a signalling engine of ours in a process of its own; empty when not set. */
    secret: string
    /** How long calls are kept while the PBX is away from that engine, in seconds; 0: not at all. */
    graceSeconds: number
  }
  shield: { scanners: readonly string[]; perSecond: number; burst: number; overloadMs: number }
  media: { hosts: readonly string[]; ports: { first: number; last: number }; workers: number; codecs: readonly string[]; tones: string; encryption: 'off' | 'offer' | 'require'; sdesInClear: boolean; freeswitch: FreeswitchSettings | undefined }
  database: { url: string | undefined; pool: number }
  /** For the commands: who asks, and which Dialplane when not this one. */
  configuration: { token: string | undefined; url: string | undefined }
  backup: {
    /** Where backups are kept, absolute. */
    folder: string
    /** For the commands; undefined: asked for. */
    passphrase: string | undefined
  }
  registrar: { expiresMin: number; expiresDefault: number; expiresMax: number; nonceSeconds: number; digest: readonly DigestAlgorithm[]; qualifySeconds: number; contactsFull: 'replace' | 'reject' }
  calls: { ringback: 'phone' | 'tone' | 'music'; reliable: 'required' | 'media' | 'all'; pickup: 'everybody' | 'group' | 'extension'; music: string | undefined; ringSeconds: number; blockedHoldSeconds: number; hoursMax: number; mediaTimeoutSeconds: number; sessionRefreshSeconds: number; directNetworks: readonly string[] }
  /** Session timers of RFC 4028, in seconds; 0: none is asked for. */
  session: { expires: number; min: number }
  /** Networks whose phones may fetch their settings without TLS. */
  provisioning: { plainNetworks: readonly string[] }
  /** Private networks in which providers of OpenID Connect may be. */
  signIn: { networks: readonly string[] }
  /** Private networks that webhooks may reach. */
  webhooks: { networks: readonly string[] }
  /** Private networks that certificates of callers may be fetched from. */
  stir: { networks: readonly string[] }
  keep: { historyDays: number; traceDays: number }
  /** Undefined: no collector. */
  hep: { host: string; port: number; transport: 'udp' | 'tcp'; id: number; password: string } | undefined
  log: { level: string; to: 'file' | 'stdout' }
}
