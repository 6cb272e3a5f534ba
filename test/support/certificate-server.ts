/** Where certificates of callers are published, on loopback: what it answers is up to the test, and so is whether it answers. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'

export type CertificateAnswer = string | Buffer | ((request: IncomingMessage, response: ServerResponse) => void)

export interface CertificateServer {
  readonly url: string
  /** Paths asked for, in order. */
  readonly asked: string[]
  /** The address of what is answered there. */
  publish(name: string, answer: CertificateAnswer, headers?: Record<string, string>): string
  close(): Promise<void>
}

/** @param tls PEM; without it plain HTTP */
export async function startCertificateServer(tls?: { certificate: string; key: string; name: string }): Promise<CertificateServer> {
  const answers = new Map<string, { answer: CertificateAnswer; headers: Record<string, string> }>()
  const asked: string[] = []
  const take: RequestListener = (request, response) => {
    asked.push(request.url ?? '')
    const found = answers.get(request.url ?? '')
    if (!found) response.writeHead(404).end()
    else if (typeof found.answer === 'string' || Buffer.isBuffer(found.answer)) response.writeHead(200, { 'Content-Type': 'application/pem-certificate-chain', ...found.headers }).end(found.answer)
    else found.answer(request, response)
  }
  const server: Server = tls ? createSecureServer({ cert: tls.certificate, key: tls.key }, take) : createServer(take)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `${tls ? 'https' : 'http'}://${tls?.name ?? '127.0.0.1'}:${(server.address() as AddressInfo).port}`
  return {
    url, asked,
    publish(name, answer, headers = {}) {
      answers.set(`/${name}`, { answer, headers })
      return `${url}/${name}`
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
