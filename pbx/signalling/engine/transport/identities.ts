/** TLS as SIP uses it (RFC 5922): which certificate we show to whom, whom we believe, and who a peer has proved to be. */
import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { checkServerIdentity, createSecureContext, getCACertificates } from 'node:tls'
import type { ConnectionOptions, PeerCertificate, SecureContext, TLSSocket, TlsOptions as ServerOptions } from 'node:tls'
import type { TlsOptions, TlsPeer } from '../options.ts'

export interface Identities {
  /** For a TLS server: the first certificate, or the one made for the name that the peer asks for (SNI). */
  readonly server: ServerOptions
  /** Takes other certificates for connections made from now on. Throws when one of them cannot be used; then nothing has changed. */
  replace(options: TlsOptions): void
  /** Told the options a server's context is to be made of anew. */
  onReplace(listener: (options: ServerOptions) => void): void
  /** For a connection to `host`, a name or an address, whose certificate must be for it. */
  client(host: string): ConnectionOptions
  /** What holds for connections to that host beyond what holds for all; the same text while it is the same. */
  termsWith(host: string): string
  /** Whether the server at the other end of a connection of ours has a certificate for that host, too. */
  proves(socket: TLSSocket, host: string): boolean
  /** Who a peer that connected to us has proved to be, or why it is not let in. */
  judge(socket: TLSSocket): { identity: string } | { refusal: string }
}

interface Loaded {
  options: TlsOptions
  server: ServerOptions
  /** For connections that we make; made when first needed, as the authorities of the system are many. */
  client: SecureContext | undefined
  contexts: { certificate: X509Certificate; context: SecureContext }[]
  /** By host; their contexts are made when first needed. */
  peers: ReadonlyMap<string, TlsPeer & { context?: SecureContext }>
  terms: ReadonlyMap<string, string>
}

/** Throws when a certificate cannot be used. */
export function createIdentities(first: TlsOptions, handshakeMs: number): Identities {
  let loaded = load(first)
  const listeners: ((options: ServerOptions) => void)[] = []
  return {
    server: {
      ...loaded.server,
      requestCert: first.clients !== 'off',
      // Refused by `judge`, which can say why.
      rejectUnauthorized: false,
      handshakeTimeout: handshakeMs,
      SNICallback: (name, answer) => answer(null, loaded.contexts.find(({ certificate }) => certificate.checkHost(name) !== undefined)?.context),
    },
    replace(options) {
      loaded = load(options)
      for (const listener of listeners) listener(loaded.server)
    },
    onReplace: (listener) => void listeners.push(listener),
    client(host) {
      const { server, options } = loaded
      const peer = loaded.peers.get(host.toLowerCase())
      if (!peer) loaded.client ??= createSecureContext({ ...server, ca: authorities(options) })
      return {
        secureContext: peer ? contextOf(peer, loaded) : loaded.client,
        ...(isIP(host) === 0 ? { servername: host } : {}),
        rejectUnauthorized: options.verifyServers || peer?.authority !== undefined || peer?.name !== undefined,
        checkServerIdentity: (_name: string, certificate: PeerCertificate) => check(peer?.name ?? host, certificate),
      }
    },
    termsWith: (host) => loaded.terms.get(host.toLowerCase()) ?? '',
    // Whom we know by more than the name gets a connection of its own.
    proves: (socket, host) => !loaded.peers.has(host.toLowerCase()) && (!loaded.options.verifyServers || check(host, socket.getPeerCertificate()) === undefined),
    judge(socket) {
      if (loaded.options.clients === 'off') return { identity: '' }
      const certificate = socket.getPeerX509Certificate()
      if (certificate === undefined) return loaded.options.clients === 'require' ? { refusal: 'no certificate' } : { identity: '' }
      return socket.authorized ? { identity: identityOf(certificate) } : { refusal: String(socket.authorizationError) }
    },
  }
}

function load(options: TlsOptions): Loaded {
  const common = { minVersion: options.minVersion, ...(options.ca === undefined ? {} : { ca: options.ca }) }
  const contexts = options.certificates.map(({ certificate, key }) => ({
    certificate: new X509Certificate(certificate),
    context: createSecureContext({ ...common, cert: certificate, key }),
  }))
  const [main] = options.certificates
  if (main === undefined) throw new Error('TLS needs a certificate')
  const peers = new Map((options.peers ?? []).map((peer) => [peer.host, { ...peer }]))
  return { options, contexts, peers, terms: new Map((options.peers ?? []).map((peer) => [peer.host, JSON.stringify(peer)])), client: undefined, server: { ...common, cert: main.certificate, key: main.key } }
}

const authorities = ({ ca }: TlsOptions): string[] => [...getCACertificates('default'), ...(ca === undefined ? [] : [ca])]

function contextOf(peer: TlsPeer & { context?: SecureContext }, { options, server }: Loaded): SecureContext {
  const { certificate: cert, key, authority } = peer
  peer.context ??= createSecureContext({
    ...server, ...(cert !== undefined && key !== undefined && { cert, key }),
    // The very certificate of a server may be given, too, without whoever issued it.
    ...(authority === undefined ? { ca: authorities(options) } : { ca: [authority], allowPartialTrustChain: true }),
  })
  return peer.context
}

/** RFC 5922 §7.1: the domains of a certificate: its sip URIs without a user, else its DNS names, else its common name. */
function identityOf(certificate: X509Certificate): string {
  const names = alternativeNames(certificate.subjectAltName ?? '')
  const uris = names.flatMap((name) => (/^URI:sip:[^@"]+$/i.test(name) ? [name.slice(8)] : []))
  const found = uris.length > 0 ? uris : names.flatMap((name) => (/^DNS:[^"]+$/.test(name) ? [name.slice(4)] : []))
  if (found.length === 0 && names.length === 0) found.push(/^CN=(.+)$/m.exec(certificate.subject)?.[1] ?? '')
  return found.map((name) => name.toLowerCase()).join(',')
}

/** Node writes a value that holds anything odd in quotes; what has quotes is no name of ours to trust. */
function alternativeNames(text: string): string[] {
  return text === '' ? [] : text.split(', ')
}

/** Node's own check does not know a sip URI that names the host (RFC 5922 §7.2). */
function check(host: string, certificate: PeerCertificate): Error | undefined {
  const named = alternativeNames(certificate.subjectaltname ?? '').some((name) => name.toLowerCase() === `uri:sip:${host.toLowerCase()}`)
  return named ? undefined : checkServerIdentity(host, certificate)
}
