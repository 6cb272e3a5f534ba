/** Who decides about requests outside dialogs instead of the applications that asked for them: a web service, or an application that is dialled. */
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { splitAddress, parseSipUri } from '../message/uri.ts'
import { header, type SipMessage } from '../message/message.ts'
import type { Flow } from '../transport/flow.ts'

export interface RequestHandler {
  /** Upper case; `*` for every method without a handler of its own. */
  method: string
  /** `http:` or `https:`: asked for each request. `tcp:` or `tls:` with host and port: that application is dialled. */
  url: string
  /** POST with the SIP message as body, else GET. */
  post: boolean
  /** Whether the certificate of a `https:` or `tls:` server must be valid. */
  verify: boolean
}

/** An application to dial. */
export interface DialTarget {
  host: string
  port: number
  tls: boolean
  verify: boolean
}

const TOTAL_MS = 3000
const CONNECT_MS = 2000
const ANSWER_MAX = 65_536

/** `host:port`, with `;transport=tcp` or `;transport=tls`; undefined for anything else. */
export function readDialTarget(uri: string, verify: boolean): DialTarget | undefined {
  const found = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})(?:;transport=(tcp|tls))?$/.exec(uri)
  const port = Number(found?.[2])
  if (!found || port < 1 || port > 65_535) return undefined
  return { host: (found[1] as string).replace(/^\[(.*)\]$/, '$1'), port, tls: found[3] === 'tls', verify }
}

/** The target of a handler that is an application itself; undefined when it is a web service. */
export function dialTargetOf(handler: RequestHandler): DialTarget | undefined {
  const found = /^(tcp|tls):\/\/(.*?)\/?$/.exec(handler.url)
  return found ? readDialTarget(`${found[2]};transport=${found[1]}`, handler.verify) : undefined
}

function userOf(value: string): string {
  const address = splitAddress(value)
  return (address && parseSipUri(address.uri)?.user) ?? ''
}

/** What is told of a request in the query, in drachtio's names, with the parameters of the Request-URI. */
export function queryFor(request: SipMessage, from: Flow): string {
  const uri = parseSipUri(request.uri)
  const told: [string, string][] = [
    ['method', request.method], ['domain', uri?.host ?? ''], ['protocol', from.transport], ['source_address', from.address], ['fromUser', userOf(request.from)], ['toUser', userOf(request.to)],
    ['uriUser', uri?.user ?? ''], ['contentType', (header(request, 'content-type') ?? '').split(';')[0] ?? ''], ['uri', request.uri],
  ]
  for (const part of (uri?.params ?? '').split(';').filter((one) => one !== '')) {
    const equals = part.indexOf('=')
    told.push(equals === -1 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)])
  }
  return told.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')
}

/** Asks the web service. Rejects when it cannot be reached, is too slow, or answers anything but 2xx. */
export function ask(handler: RequestHandler, request: SipMessage, from: Flow): Promise<string> {
  const url = new URL(`${handler.url.replace(/\/$/, '')}/?${queryFor(request, from)}`)
  const body = handler.post ? Buffer.from(request.raw, 'latin1') : undefined
  const headers: Record<string, string | number> = { Accept: 'application/json', 'User-Agent': 'dialplane' }
  if (body) Object.assign(headers, { 'Content-Type': 'text/plain; charset=UTF-8', 'Content-Length': body.length })
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    const asked = send(url, { method: handler.post ? 'POST' : 'GET', headers, rejectUnauthorized: handler.verify, signal: AbortSignal.timeout(TOTAL_MS) }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => {
        text += chunk
        if (text.length > ANSWER_MAX) asked.destroy(new Error('the answer is too long'))
      })
      answer.on('error', reject)
      answer.on('end', () => ((answer.statusCode ?? 0) >= 200 && (answer.statusCode ?? 0) < 300 ? resolve(text) : reject(new Error(`answered ${answer.statusCode}`))))
    })
    asked.on('socket', (socket) => {
      if (!socket.connecting) return
      const slow = setTimeout(() => asked.destroy(new Error('no connection in time')), CONNECT_MS)
      for (const event of ['connect', 'close'] as const) socket.once(event, () => clearTimeout(slow))
    })
    asked.on('error', reject)
    asked.end(body)
  })
}
