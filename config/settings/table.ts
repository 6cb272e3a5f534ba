/**
 * Every setting, once: name, kind, default, meaning. Read from the environment, then from the
 * settings file, then the default. `npm run settings` prints this table.
 */
import { availableParallelism } from 'node:os'

export interface SettingRow {
  name: string
  /** Default as text; empty means unset. */
  default: string
  /** How the value is read and what is allowed. */
  kind: 'text' | 'path' | 'port' | 'port-or-off' | 'number' | 'range' | 'choice' | 'choices' | 'address' | 'addresses' | 'name-servers' | 'endpoint' | 'weighted-endpoints' | 'networks' | 'url' | 'handlers' | 'trusted-networks' | 'domains'
  /** For `number`. */
  min?: number
  max?: number
  /** For `url`: the schemes allowed, without colon. */
  schemes?: readonly string[]
  /** For `url`: what it leads to is at a path. */
  withPath?: true
  /** For `choice` and `choices` (a list of some of them, in an order that matters). */
  choices?: readonly string[]
  /** Printed as `[set]`, never shown. */
  secret?: boolean
  meaning: string
}

export const settingRows = [
  { name: 'DIALPLANE_HOME', kind: 'path', default: '', meaning: 'Folder for all data: database, recordings, logs, keys. Default: /var/lib/dialplane for root, else dialplane in the user\'s data directory ($XDG_DATA_HOME or ~/.local/share).' },
  { name: 'DIALPLANE_CONFIG', kind: 'path', default: '', meaning: 'File with NAME=value lines for any setting below. Default: dialplane.env in DIALPLANE_HOME. The environment wins over the file.' },

  { name: 'HTTP_HOST', kind: 'address', default: '127.0.0.1', meaning: 'Address the panel and the API listen on. Loopback unless you say otherwise; put a TLS proxy in front before opening it.' },
  { name: 'HTTP_PORT', kind: 'port', default: '8080', meaning: 'Port of the panel (/admin) and the API (/api/v1); 0 takes any free one.' },
  { name: 'PUBLIC_URL', kind: 'url', schemes: ['http', 'https'], default: '', meaning: 'How browsers reach the panel, e.g. https://pbx.example.com; decides Secure cookies and the allowed origin. Default: http://HTTP_HOST:HTTP_PORT.' },

  { name: 'SIP_HOST', kind: 'addresses', default: '0.0.0.0,::', meaning: 'Addresses phones reach SIP on: one IPv4 address, one IPv6 address, or one of each separated by a comma. 0.0.0.0 is every IPv4 address of this machine, :: every IPv6 address.' },
  { name: 'SIP_PORT', kind: 'port', default: '5060', meaning: 'SIP port, UDP and TCP; 0 takes any free one.' },
  { name: 'SIP_TLS_PORT', kind: 'port-or-off', default: '5061', meaning: 'Port of SIP over TLS; 0 takes any free one, off serves none.' },
  { name: 'SIP_WS_PORT', kind: 'port-or-off', default: '5066', meaning: 'Port of SIP over plain WebSocket, for a TLS proxy in front; 0 takes any free one, off serves none. Browsers refuse 5060 and 5061.' },
  { name: 'SIP_WSS_PORT', kind: 'port-or-off', default: '7443', meaning: 'Port of SIP over secure WebSocket, for browsers; 0 takes any free one, off serves none.' },
  { name: 'SIP_TLS_FOLDER', kind: 'path', default: '', meaning: 'Folder with the certificates shown to phones: NAME.crt or NAME.pem with NAME.key, or a folder with fullchain.pem and privkey.pem; the one whose names fit is chosen, default.crt else. Read again when they change. Default: tls in DIALPLANE_HOME. Without any, one is made.' },
  { name: 'SIP_TLS_CA', kind: 'path', default: '', meaning: 'PEM file with the authorities that certificates of phones and trunks are checked against.' },
  { name: 'SIP_TLS_CLIENTS', kind: 'choice', choices: ['off', 'ask', 'require'], default: 'off', meaning: 'Whether who connects over TLS is asked for a certificate (ask: may have none; require: must have one). A bad one is refused.' },
  { name: 'SIP_TLS_SERVERS', kind: 'choice', choices: ['verify', 'any'], default: 'verify', meaning: 'Whether a server we connect to over TLS must have a certificate for its name, from SIP_TLS_CA or an authority of the system.' },
  { name: 'ACME_DOMAINS', kind: 'domains', default: 'none', meaning: 'Names for which an authority makes the TLS certificate and renews it by itself (ACME, RFC 8555), e.g. pbx.example.com,sip.example.com; they must lead to this machine from outside. Naming them accepts its terms of service. It is kept in the folder acme of SIP_TLS_FOLDER.' },
  { name: 'ACME_EMAIL', kind: 'text', default: '', meaning: 'Where the authority writes when something is wrong.' },
  { name: 'ACME_DIRECTORY', kind: 'url', schemes: ['https'], withPath: true, default: 'https://acme-v02.api.letsencrypt.org/directory', meaning: 'Where the authority is asked.' },
  { name: 'ACME_AUTHORITY', kind: 'path', default: '', meaning: 'File in PEM with the certificate of who vouches for an ACME_DIRECTORY of one\'s own.' },
  { name: 'ACME_HTTP_PORT', kind: 'port', default: '80', meaning: 'Where it is shown that the names are ours, while the authority looks (http-01). It looks at port 80; when that is another program\'s, have that lead /.well-known/acme-challenge/ here.' },
  { name: 'SIP_TLS_MIN', kind: 'choice', choices: ['TLSv1.2', 'TLSv1.3'], default: 'TLSv1.2', meaning: 'Oldest version of TLS that is spoken.' },
  { name: 'SIP_CONNECTIONS', kind: 'number', min: 1, max: 1_000_000, default: '20000', meaning: 'Connections of phones over TCP, TLS and WebSocket at most; the system must allow as many open files.' },
  { name: 'SIP_CONNECTIONS_PER_ADDRESS', kind: 'number', min: 1, max: 1_000_000, default: '4096', meaning: 'Of these, from one address: an office behind a NAT, or a proxy in front, has one for each of its phones.' },
  { name: 'EXTERNAL_ADDRESS', kind: 'address', default: '', meaning: 'Public address told to phones outside the local networks when this machine is behind NAT.' },
  { name: 'SIP_EDGES', kind: 'trusted-networks', default: '127.0.0.0/8,::1/128', meaning: 'Addresses of proxies of your own between phones and Dialplane, e.g. 192.0.2.7,10.1.0.0/16: only through these does Dialplane take a Path (RFC 3327), along which calls go to the phones behind them; a REGISTER with a Path from anywhere else gets 420, because whoever writes one decides where calls are sent. none: from nobody. Not with DRACHTIO.' },
  { name: 'DNS_SERVERS', kind: 'name-servers', default: '', meaning: 'Name servers that are asked where SIP trunks are, e.g. 192.0.2.53,[2001:db8::53]:5353; at most four. Default: those of this machine.' },
  { name: 'SIP_HANDLERS', kind: 'handlers', default: '', meaning: 'For operators who run other drachtio applications beside the PBX: who gets requests outside dialogs, as METHOD=address in a list with commas, * for any method, e.g. INVITE=https://router.example.com/sip,MESSAGE=tcp://10.0.0.5:9021. http and https: asked for each request as drachtio-server does (POST before the address sends the message too); tcp and tls: that application is dialled. The PBX itself is reached by the answer {"action":"route","data":{"tag":"dialplane"}}. Empty: every request goes to the PBX. Not with DRACHTIO.' },
  { name: 'SIP_HANDLERS_SECRET', kind: 'text', default: '', secret: true, meaning: 'What an application that is dialled by SIP_HANDLERS must tell before it gets a request.' },
  { name: 'DRACHTIO', kind: 'endpoint', default: '', meaning: 'host:port of a signalling engine in another process to use instead of the embedded one: ours (`npm start -- --roles=signalling`, which opens its control port here, on loopback), or a drachtio-server, whose affair SIP_HOST and SIP_PORT are then. Default: the embedded engine; 127.0.0.1:9022 for --roles=signalling.' },
  { name: 'DRACHTIO_SECRET', kind: 'text', default: '', secret: true, meaning: 'What the PBX must tell that engine. There is no default.' },
  { name: 'SIGNALLING_GRACE_SECONDS', kind: 'number', min: 0, max: 86400, default: '60', meaning: 'How long an engine in a process of its own keeps calls while the PBX is stopped or started again; it gets them back and they go on. When it does not come back in this time they end. 0: they end at once.' },

  { name: 'SCANNER_AGENTS', kind: 'text', default: 'friendly-scanner, sipvicious, sundayddr, sipcli, sip-scan, sipscan, VaxSIPUserAgent, VaxIPUserAgent, sivus, siparmyknife, iWar, pplsip', meaning: 'Parts of User-Agent and From, separated by commas, that tell scanning tools, in any letter case. Such a request gets no answer, and its address is banned. `none` turns this off.' },
  { name: 'REQUEST_RATE', kind: 'number', min: 1, max: 100000, default: '30', meaning: 'SIP requests outside calls that an address (IPv6: a /64) without a registered phone may send each second; where a phone is registered, 20 times as many, and 2 more for each where ten or more are. What is beyond gets no answer, and the address is banned.' },
  { name: 'REQUEST_BURST', kind: 'number', min: 1, max: 1000000, default: '300', meaning: 'How many of them it may send at once.' },
  { name: 'OVERLOAD_MS', kind: 'number', min: 0, max: 10000, default: '500', meaning: 'When Dialplane is later than this many milliseconds for some seconds, part of the new calls and registrations are refused with 503 and a time to come back, so that the others and the calls that go on are served; 0 turns this off. Calls for help are never refused.' },

  { name: 'RTP_HOST', kind: 'addresses', default: '', meaning: 'Addresses audio is received on: one IPv4 address, one IPv6 address, or one of each separated by a comma. Default: those of SIP_HOST.' },
  { name: 'RTP_PORTS', kind: 'range', default: '20000-29999', meaning: 'UDP ports for audio; each leg takes two (RTP and RTCP).' },
  { name: 'MEDIA_WORKERS', kind: 'number', min: 1, max: 64, default: String(Math.max(1, Math.min(8, availableParallelism() - 1))), meaning: 'Threads that carry audio.' },
  { name: 'MEDIA_CODECS', kind: 'choices', choices: ['opus', 'G722', 'PCMU', 'PCMA'], default: 'opus,G722,PCMU,PCMA', meaning: 'Audio encodings phones may use, the most wanted first. A called phone is offered the caller\'s encoding before all others.' },
  { name: 'FREESWITCH', kind: 'weighted-endpoints', default: '', meaning: 'host:port of the event socket of a FreeSWITCH that carries the audio instead of the embedded engine; several separated by commas, each with *weight when they are not alike (10.0.0.5:8021*3). RTP_HOST, RTP_PORTS and MEDIA_WORKERS are then of no use. It must see DIALPLANE_HOME under the same path: it plays and records files there.' },
  { name: 'FREESWITCH_SECRET', kind: 'text', default: '', secret: true, meaning: 'Password of its event socket; one for all of them, or one each separated by commas.' },
  { name: 'FREESWITCH_PROFILE', kind: 'text', default: 'drachtio_mrf', meaning: 'Its SIP profile for calls from Dialplane.' },
  { name: 'MEDIA_ENCRYPTION', kind: 'choice', choices: ['off', 'offer', 'require'], default: 'offer', meaning: 'Whether audio is encrypted (SRTP) where an extension does not say otherwise. off: never. offer: with phones that can. require: a phone that will not is refused. Browsers always encrypt, unless their extension says off: then they cannot call.' },
  { name: 'SDES_KEYS', kind: 'choice', choices: ['secret', 'clear'], default: 'secret', meaning: 'Whether keys for encrypted audio (SDES) go only over signalling that nobody else can read (secret: TLS, WSS) or over any (clear): then whoever reads it hears the call.' },
  { name: 'TONES_COUNTRY', kind: 'choice', choices: ['us', 'gb', 'at', 'au', 'be', 'br', 'ch', 'de', 'es', 'fr', 'it', 'jp', 'nl', 'se'], default: 'us', meaning: 'Country whose ringing, busy and congestion tones callers hear from us.' },
  { name: 'RINGBACK', kind: 'choice', choices: ['phone', 'tone', 'music'], default: 'phone', meaning: 'What a caller hears while another phone rings. phone: whatever the own phone makes of 180 Ringing. tone: the ringing tone of TONES_COUNTRY, sent by us. music: music on hold.' },
  { name: 'RELIABLE_PROGRESS', kind: 'choice', choices: ['required', 'media', 'all'], default: 'media', meaning: 'Which answers before the answer a calling phone must confirm (RFC 3262 PRACK), so that none is lost. required: only for phones that insist. media: also early sound, for phones that can. all: all of them, for phones that can.' },
  { name: 'PICKUP', kind: 'choice', choices: ['everybody', 'group', 'extension'], default: 'group', meaning: 'Who may pick up a call that rings at a phone, by a feature code or by naming it exactly (RFC 3891 Replaces): any phone of the tenant, those of the same pickup group (extensions without one are a group, too), or only those of the extension that rings. A call that is answered is taken over by phones of its own extension only.' },
  { name: 'MUSIC_ON_HOLD', kind: 'text', default: 'default', meaning: 'Music that held callers hear: the name of a folder with WAV files below music in DIALPLANE_HOME, or default for the WAV files in music itself (a tune of our own when there are none). off: what the holding phone sends, or silence.' },
  { name: 'DIRECT_MEDIA_NETWORKS', kind: 'networks', default: '', meaning: 'IPv4 networks in which phones may send their sound straight to each other while nobody records or listens, e.g. 192.168.0.0/16,10.0.0.0/8; 0.0.0.0/0 for all that are not behind NAT. Default: all sound goes through us.' },

  { name: 'PROVISION_PLAIN_NETWORKS', kind: 'trusted-networks', default: 'none', meaning: 'Networks whose phones may fetch their settings, passwords included, without TLS, e.g. 127.0.0.1 for trying it out, or 10.20.0.0/16 for a network of phones alone. none: over https only.' },
  { name: 'SIGN_IN_NETWORKS', kind: 'trusted-networks', default: 'none', meaning: 'Private networks in which providers of OpenID Connect may be, e.g. 10.1.0.0/16; at public addresses they always may. Loopback that is named here may be reached without TLS.' },
  { name: 'WEBHOOK_NETWORKS', kind: 'trusted-networks', default: 'none', meaning: 'Private networks that webhooks, programs and messages to browsers may reach, e.g. 10.1.0.0/16,fd00::/8; public addresses they always may. none: whoever may add a webhook reaches nothing through Dialplane that is not on the Internet.' },
  { name: 'STIR_NETWORKS', kind: 'trusted-networks', default: 'none', meaning: 'Private networks from which certificates of signed calls (STIR/SHAKEN) may be fetched, e.g. 10.1.0.0/16; from public addresses they always may, over https only. An address in these networks that is written as numbers may also be reached without TLS, for trying it out.' },

  { name: 'DATABASE_URL', kind: 'url', schemes: ['postgres', 'postgresql'], default: '', secret: true, meaning: 'postgres://user:password@host/database to use instead of the embedded PostgreSQL. The user must own the database and may create roles (CREATEROLE).' },
  { name: 'DATABASE_POOL', kind: 'number', min: 2, max: 200, default: '10', meaning: 'Connections kept to PostgreSQL.' },

  { name: 'REGISTER_EXPIRES_MIN', kind: 'number', min: 10, max: 86400, default: '60', meaning: 'Shortest registration in seconds; a phone asking for less gets 423.' },
  { name: 'REGISTER_EXPIRES_DEFAULT', kind: 'number', min: 10, max: 86400, default: '600', meaning: 'Registration time in seconds when the phone names none.' },
  { name: 'REGISTER_EXPIRES_MAX', kind: 'number', min: 10, max: 86400, default: '3600', meaning: 'Longest registration in seconds; longer wishes are shortened to it.' },
  { name: 'REGISTER_FULL', kind: 'choice', choices: ['replace', 'reject'], default: 'replace', meaning: 'What becomes of a phone that registers when its extension has as many as it may (Phones at once), unless the extension says otherwise. replace: the one that registered longest ago gives way. reject: it gets 403. One that does not answer gives way either way.' },
  { name: 'NONCE_SECONDS', kind: 'number', min: 10, max: 3600, default: '300', meaning: 'How long a digest challenge stays usable.' },
  { name: 'DIGEST_ALGORITHMS', kind: 'choice', choices: ['SHA-256,MD5', 'MD5,SHA-256', 'SHA-256', 'MD5'], default: 'SHA-256,MD5', meaning: 'Digest algorithms offered to phones, in this order. Put MD5 first for phones that fail on a challenge they do not know; leave it out to refuse it.' },
  { name: 'QUALIFY_SECONDS', kind: 'number', min: 0, max: 3600, default: '30', meaning: 'Seconds between OPTIONS keep-alives to each registered contact; 0 turns them off.' },

  { name: 'RING_SECONDS', kind: 'number', min: 5, max: 300, default: '30', meaning: 'How long an extension rings unless it says otherwise.' },
  { name: 'BLOCKED_HOLD_SECONDS', kind: 'number', min: 5, max: 3600, default: '600', meaning: 'How long a blocked caller waits with music, where the rule says that it is held, before the call is ended.' },
  { name: 'CALL_HOURS_MAX', kind: 'number', min: 1, max: 168, default: '12', meaning: 'A call longer than this is ended by the watchdog.' },
  { name: 'MEDIA_TIMEOUT_SECONDS', kind: 'number', min: 0, max: 3600, default: '60', meaning: 'An answered call in which neither phone sends any audio for this long is ended as vanished; 0 turns this off.' },
  { name: 'SESSION_EXPIRES_SECONDS', kind: 'number', min: 0, max: 86400, default: '1800', meaning: 'Session timer asked for in every call (RFC 4028): a call that is not refreshed in this time is ended. 0 asks for none; a phone that asks for one still gets it.' },
  { name: 'SESSION_EXPIRES_MIN_SECONDS', kind: 'number', min: 90, max: 86400, default: '90', meaning: 'Shortest session timer a phone may ask for; a shorter one is answered 422.' },
  { name: 'SESSION_REFRESH_SECONDS', kind: 'number', min: 0, max: 7200, default: '120', meaning: 'How often a phone in a call that sends no audio is asked whether it is still there; 0 turns this off.' },
  { name: 'HISTORY_DAYS', kind: 'number', min: 1, max: 3650, default: '365', meaning: 'Days call history is kept, and recordings where neither the tenant nor the extension says otherwise.' },
  { name: 'TRACE_DAYS', kind: 'number', min: 1, max: 365, default: '30', meaning: 'Days the SIP trace of a call is kept.' },

  { name: 'HEP_COLLECTOR', kind: 'endpoint', default: '', meaning: 'host:port of a Homer collector that gets every SIP message as HEP version 3, registrations included, secrets masked. Off when unset.' },
  { name: 'HEP_TRANSPORT', kind: 'choice', choices: ['udp', 'tcp'], default: 'udp', meaning: 'How it gets them.' },
  { name: 'HEP_ID', kind: 'number', min: 1, max: 4294967295, default: '2001', meaning: 'Which capture agent this is to it.' },
  { name: 'HEP_PASSWORD', kind: 'text', default: '', secret: true, meaning: 'What it wants to hear from its agents, when it does.' },

  { name: 'BACKUP_FOLDER', kind: 'path', default: '', meaning: 'Folder in which backups are kept; best on another disk, or a share that is mounted. Default: backups in DIALPLANE_HOME.' },
  { name: 'BACKUP_PASSPHRASE', kind: 'text', default: '', secret: true, meaning: 'Passphrase or recovery key for --backup, --restore and --verify-backup; asked for when it is not set. Backups that Dialplane makes by itself do not use it.' },

  { name: 'CONFIGURATION_TOKEN', kind: 'text', default: '', secret: true, meaning: 'API token for --export-configuration, --plan-configuration and --apply-configuration.' },
  { name: 'CONFIGURATION_URL', kind: 'url', schemes: ['http', 'https'], default: '', meaning: 'Address of the Dialplane that they are for, when it is not this one: https://pbx.example.com. http:// only for this machine and addresses of private networks.' },

  { name: 'LOG_LEVEL', kind: 'choice', choices: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], default: 'info', meaning: 'Least severe log line written.' },
  { name: 'LOG_TO', kind: 'choice', choices: ['file', 'stdout'], default: 'file', meaning: 'file: logs/dialplane.log in DIALPLANE_HOME. stdout: JSON lines for a container.' },
] as const satisfies readonly SettingRow[]

export type SettingName = (typeof settingRows)[number]['name']
