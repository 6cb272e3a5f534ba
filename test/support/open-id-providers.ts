/** Providers of OpenID Connect on loopback: a real one, and one that tells what the test wants. */
import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const closed = (server: Server): Promise<void> => new Promise((resolve) => {
  server.close(() => resolve())
  server.closeAllConnections()
})

export interface Account { email: string; email_verified: boolean; name: string; groups: string[] }

export interface RealProvider {
  issuer: string
  clientId: string
  clientSecret: string
  /** By what they type at the provider. */
  accounts: Map<string, Account>
  /** A browser without a screen: signs `login` in at the provider and agrees. The parameters of the way back. */
  visit(url: string, login: string): Promise<Record<string, string>>
  close(): Promise<void>
}

/** The certified `oidc-provider`. @param origin of the panel */
export async function openRealProvider(origin: string): Promise<RealProvider> {
  const server = createServer()
  const issuer = await listening(server)
  const accounts = new Map<string, Account>()
  const client = { client_id: 'dialplane', client_secret: 'not to be told', redirect_uris: [`${origin}/admin/sign-in/provider`], post_logout_redirect_uris: [`${origin}/admin/sign-in`] }
  const provider = new Provider(issuer, {
    clients: [client],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
    cookies: { keys: ['test'] },
    features: { devInteractions: { enabled: true } },
    findAccount: (_context: unknown, id: string) => (accounts.has(id) ? { accountId: id, claims: () => ({ sub: id, ...accounts.get(id) }) } : undefined),
  })
  server.on('request', provider.callback())
  return {
    issuer, accounts, clientId: client.client_id, clientSecret: client.client_secret,
    close: () => closed(server),
    async visit(url, login) {
      const jar = new Map<string, string>()
      let next: { url: string; form?: URLSearchParams } = { url }
      for (let step = 0; step < 20; step += 1) {
        const answer: Response = await fetch(next.url, { redirect: 'manual', headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') }, ...(next.form && { method: 'POST', body: next.form }) })
        for (const cookie of answer.headers.getSetCookie()) {
          const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
          jar.set(name, value)
        }
        const to = answer.headers.get('location')
        const page = await answer.text()
        if (to?.startsWith(origin) === true) return Object.fromEntries(new URL(to).searchParams)
        if (to !== null) next = { url: new URL(to, issuer).href }
        else {
          const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1]
          const action = /action="([^"]+)"/.exec(page)?.[1]
          if (prompt === undefined || action === undefined) throw new Error(`the provider shows ${answer.status}: ${page.slice(0, 2000)}`)
          next = { url: new URL(action, issuer).href, form: new URLSearchParams({ prompt, login, password: 'any' }) }
        }
      }
      throw new Error('the provider leads nowhere')
    },
  }
}

const encode = (data: unknown): string => Buffer.from(typeof data === 'string' ? data : JSON.stringify(data)).toString('base64url')

/** What is otherwise than it should be. */
export interface Crooked {
  claims?: Record<string, unknown>
  header?: Record<string, unknown>
  /** Signed with a key that is not published, by HMAC with the client secret, or not at all. */
  signed?: 'other' | 'hmac' | 'none'
  /** The token is of another sign-in. */
  nonce?: string
  idToken?: string | null
  userinfo?: Record<string, unknown>
  /** Instead of tokens. */
  error?: { status: number; body: object }
}

export interface CrookedProvider {
  issuer: string
  clientSecret: string
  /** For the next sign-in. */
  next: Crooked
  /** Other metadata. */
  metadata: Record<string, unknown>
  /** Answers its metadata with a redirection there. */
  redirect: string | undefined
  /** What the token endpoint was sent. */
  asked: { body: URLSearchParams; authorization: string | undefined }[]
  /** Paths that were fetched. */
  fetched: string[]
  close(): Promise<void>
}

/** Signs what it is told to. */
export async function openCrookedProvider(): Promise<CrookedProvider> {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const crooked: CrookedProvider = { issuer: '', clientSecret: 'a client secret of some length', next: {}, metadata: {}, redirect: undefined, asked: [], fetched: [], close: () => closed(server) }
  const tokenOf = (claims: Record<string, unknown>): string => {
    const { signed, header } = crooked.next
    const head = { alg: signed === 'hmac' ? 'HS256' : signed === 'none' ? 'none' : 'RS256', kid: 'one', ...header }
    const content = `${encode(head)}.${encode(claims)}`
    const bySecret = (): string => createHmac('sha256', crooked.clientSecret).update(content).digest('base64url')
    const byKey = (key: KeyObject): string => sign('sha256', Buffer.from(content), key).toString('base64url')
    return `${content}.${signed === 'none' ? '' : signed === 'hmac' ? bySecret() : byKey((signed === 'other' ? other : keys).privateKey)}`
  }
  const answers: Record<string, (body: URLSearchParams, request: IncomingMessage) => [number, object]> = {
    '/.well-known/openid-configuration': () => [200, {
      issuer: crooked.issuer, authorization_endpoint: `${crooked.issuer}/authorize`, token_endpoint: `${crooked.issuer}/token`, jwks_uri: `${crooked.issuer}/jwks`, userinfo_endpoint: `${crooked.issuer}/userinfo`,
      id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'], response_types_supported: ['code'], subject_types_supported: ['public'], ...crooked.metadata,
    }],
    '/jwks': () => [200, { keys: [{ ...keys.publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }] }],
    '/userinfo': () => [200, crooked.next.userinfo ?? { sub: crooked.next.claims?.['sub'] ?? 'sub-1' }],
    '/token': (body, request) => {
      crooked.asked.push({ body, authorization: request.headers.authorization })
      if (crooked.next.error) return [crooked.next.error.status, crooked.next.error.body]
      const now = Math.floor(Date.now() / 1000)
      const claims = { iss: crooked.issuer, sub: 'sub-1', aud: 'dialplane', iat: now, exp: now + 300, nonce: crooked.next.nonce, ...crooked.next.claims }
      const { idToken } = crooked.next
      return [200, { access_token: 'access', token_type: 'Bearer', ...(idToken !== null && { id_token: idToken ?? tokenOf(claims) }) }]
    },
  }
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://provider').pathname
    crooked.fetched.push(path)
    if (crooked.redirect !== undefined && path.startsWith('/.well-known')) return void response.writeHead(302, { location: crooked.redirect }).end()
    let text = ''
    request.setEncoding('utf8').on('data', (part: string) => void (text += part)).on('end', () => {
      const [status, body] = answers[path]?.(new URLSearchParams(text), request) ?? [404, {}]
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
  })
  crooked.issuer = await listening(server)
  return crooked
}
