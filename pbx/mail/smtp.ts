import { createTransport } from 'nodemailer'
import { messageOf } from '../../config/errors.ts'
import type { MailSecurity } from '../door.ts'

export interface MailServer {
  host: string
  port: number
  security: MailSecurity
  username: string | null
  password: string | null
}

export interface Letter {
  /** Of this one letter for ever, so that a second delivery is recognised. */
  id: string
  from: { name: string; address: string }
  to: readonly string[]
  title: string
  body: string
  urgent: boolean
  attachment?: { name: string; type: string; content: Buffer }
}

/** Why a letter was not taken, in words for the administrator. `lasting`: no further try will change it. */
export class NotTaken extends Error {
  readonly lasting: boolean

  constructor(message: string, lasting: boolean, cause: unknown) {
    super(message, { cause })
    this.name = 'NotTaken'
    this.lasting = lasting
  }
}

const CONNECT_MS = 15_000
const IDLE_MS = 30_000

function transportTo(server: MailServer): ReturnType<typeof createTransport> {
  return createTransport({
    host: server.host, port: server.port, secure: server.security === 'tls', requireTLS: server.security === 'starttls', ignoreTLS: server.security === 'none',
    ...(server.username !== null && { auth: { user: server.username, pass: server.password ?? '' } }),
    connectionTimeout: CONNECT_MS, greetingTimeout: CONNECT_MS, socketTimeout: IDLE_MS, disableFileAccess: true, disableUrlAccess: true,
  })
}

/** Connects, signs in and goes. Rejects with `NotTaken`. */
export async function greetServer(server: MailServer): Promise<void> {
  const transport = transportTo(server)
  try {
    await transport.verify()
  } catch (error) {
    throw explain(server, error)
  } finally {
    transport.close()
  }
}

/** Hands one letter to an SMTP server (RFC 5321). Resolves with its answer when it took it for every recipient; rejects with `NotTaken`. */
export async function deliver(server: MailServer, letter: Letter): Promise<string> {
  const transport = transportTo(server)
  try {
    const { response, rejected } = await transport.sendMail({
      messageId: `<${letter.id}@${letter.from.address.split('@')[1] ?? 'localhost'}>`, from: letter.from, to: [...letter.to], subject: letter.title, text: letter.body,
      // Nobody is to answer a machine with another machine (RFC 3834).
      headers: { 'Auto-Submitted': 'auto-generated' }, ...(letter.urgent && { priority: 'high' as const }),
      ...(letter.attachment && { attachments: [{ filename: letter.attachment.name, contentType: letter.attachment.type, content: letter.attachment.content }] }),
    })
    // Some were accepted: sending it again would reach those twice.
    if (rejected.length > 0) throw new NotTaken(`${server.host} took it, but not for ${rejected.map(String).join(', ')}.`, true, undefined)
    return response
  } catch (error) {
    throw error instanceof NotTaken ? error : explain(server, error)
  } finally {
    transport.close()
  }
}

type SmtpError = Error & { code?: string; responseCode?: number; response?: string; command?: string }

/** Cause and cure. Signing in and TLS can be put right in the settings, so only a refused letter lasts. */
function explain({ host, port, security }: MailServer, thrown: unknown): NotTaken {
  const error = thrown as SmtpError
  const { code, responseCode, command } = error
  // Of OpenSSL's `…:SSL routines:function:reason:file:line:` a person needs the reason.
  const said = error.response?.slice(0, 300) ?? (/SSL routines:[^:]*:([^:]+):/.exec(messageOf(error))?.[1] ?? messageOf(error)).trim()
  const where = `${host}:${port}`
  if (code === 'EAUTH' || responseCode === 535) return new NotTaken(`${host} refused the user name or password: ${said}. Many providers want a password made for one program.`, false, error)
  if (code === 'EDNS' || code === 'ENOTFOUND') return new NotTaken(`The name ${host} is not known. Check the server's name.`, false, error)
  if (code === 'ETLS' || /certificate|SSL|TLS/i.test(messageOf(error))) {
    const hint = security === 'tls' ? 'Is it STARTTLS that this port speaks?' : 'Does the server offer STARTTLS on this port, with a certificate for its name?'
    return new NotTaken(`No encrypted connection to ${where}: ${said}. ${hint}`, false, error)
  }
  if (responseCode !== undefined) {
    const refused = responseCode >= 500 && command !== undefined && /^(RCPT|MAIL|DATA)/.test(command)
    return new NotTaken(`${host} answered: ${said}`, refused, error)
  }
  if (code === 'ETIMEDOUT' || code === 'ECONNECTION' || code === 'ESOCKET' || code === 'ECONNREFUSED') {
    return new NotTaken(`${where} does not answer: ${said}. Check name and port, and whether a firewall keeps mail in.`, false, error)
  }
  return new NotTaken(`${where}: ${said}`, false, error)
}
