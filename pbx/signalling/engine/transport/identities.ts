/** TLS as SIP uses it (RFC 5922): which certificate we show to whom, whom we believe, and who a peer has proved to be. */
import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { checkServerIdentity, createSecureContext, getCACertificates } from 'node:tls'
import type { ConnectionOptions, PeerCertificate, SecureContext, TLSSocket, TlsOptions as ServerOptions } from 'node:tls'
import type { TlsOptions } from '../options.ts'

export interface Identities {
  /** For a TLS server: the first certificate, or the one made for the name that the peer asks for (SNI). */
  readonly server: ServerOptions
  /** Takes other certificates for connections made from now on. Throws when one of them cannot be used; then nothing has changed. */
  replace(options: TlsOptions): void
  /** Told the options a server's context is to be made of anew. */
  onReplace(listener: (options: ServerOptions) => void): void
  /** For a connection to `host`, a name or an address, whose certificate must be for it. */
  client(host: string): ConnectionOptions
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
      loaded.client ??= createSecureContext({ ...server, ca: [...getCACertificates('default'), ...(options.ca === undefined ? [] : [options.ca])] })
      return {
        secureContext: loaded.client,
        ...(isIP(host) === 0 ? { servername: host } : {}),
        rejectUnauthorized: options.verifyServers,
        checkServerIdentity: (_name: string, certificate: PeerCertificate) => check(host, certificate),
      }
    },
    proves: (socket, host) => !loaded.options.verifyServers || check(host, socket.getPeerCertificate()) === undefined,
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
  return { options, contexts, client: undefined, server: { ...common, cert: main.certificate, key: main.key } }
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
