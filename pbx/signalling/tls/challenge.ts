/** Answers an authority that asks whether a name is ours (RFC 8555 §8.3), on the port it asks at, while it may ask. */
import { createServer, type Server } from 'node:http'
import { Refusal } from '../../../config/errors.ts'

const PATH = '/.well-known/acme-challenge/'

export interface Challenges {
  set(token: string, authorization: string): void
  close(): Promise<void>
}

/** Rejects with a Refusal `unavailable` when the port cannot be listened on. */
export async function openChallenges(port: number): Promise<Challenges> {
  const answers = new Map<string, string>()
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const answer = request.method === 'GET' && pathname.startsWith(PATH) ? answers.get(pathname.slice(PATH.length)) : undefined
    if (answer === undefined) response.writeHead(404, { 'Content-Type': 'text/plain' }).end('Nothing is here.\n')
    else response.writeHead(200, { 'Content-Type': 'application/octet-stream' }).end(answer)
  })
  server.requestTimeout = 10_000
  await listen(server, port)
  return {
    set: (token, authorization) => void answers.set(token, authorization),
    close: () => new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    }),
  }
}

function listen(server: Server, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', (error: NodeJS.ErrnoException) => {
    const cure = error.code === 'EACCES' ? 'Ports below 1024 are for root, or for a program with CAP_NET_BIND_SERVICE; or set ACME_HTTP_PORT to another port and lead port 80 there.'
      : error.code === 'EADDRINUSE' ? 'Another program has it: have that pass /.well-known/acme-challenge/ on to another port, and set ACME_HTTP_PORT to that.' : error.message
    reject(new Refusal('unavailable', `Port ${port}, at which the authority looks whether the name is ours, cannot be listened on (${error.code ?? 'failed'}). ${cure}`, { cause: error }))
  })
  server.listen(port, () => resolve())
  return promise
}
