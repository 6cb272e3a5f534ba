/** A program of a tenant's that decides calls: an HTTP server that answers what the test says, and keeps what it was asked. */
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Journal } from './phone/journal.ts'

export interface Asked {
  headers: IncomingHttpHeaders
  raw: string
  body: { event: string; application: { number: string }; call: { id: string; rootId: string; from: { number: string; extensionId: string | null }; dialled: string; answered: boolean }; result: Record<string, unknown> | null }
}

/** A body and its status, or no answer at all. */
export type Answer = { verbs: readonly object[] } | { status: number; text: string } | 'silence'

export interface Program {
  url: string
  asked: Journal<Asked>
  /** What it answers from now on, by what it was asked. */
  decide(decide: (asked: Asked['body']) => Answer): void
  close(): Promise<void>
}

export async function startProgram(): Promise<Program> {
  const asked = new Journal<Asked>(({ body }) => `${body.event} ${JSON.stringify(body.result)}`)
  let decide: (body: Asked['body']) => Answer = () => ({ verbs: [{ verb: 'hangup' }] })
  const server = createServer((request, response) => {
    let raw = ''
    request.on('data', (part: Buffer) => (raw += part.toString()))
    request.on('end', () => {
      const body = JSON.parse(raw) as Asked['body']
      asked.add({ headers: request.headers, raw, body })
      const answer = decide(body)
      if (answer === 'silence') return
      const { status, text } = 'verbs' in answer ? { status: 200, text: JSON.stringify(answer) } : answer
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(text)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/calls`,
    asked,
    decide: (next) => void (decide = next),
    close: () => new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    }),
  }
}
