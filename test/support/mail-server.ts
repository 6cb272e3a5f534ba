/** An SMTP server that keeps what it is given, and refuses what it is told to. */
import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { eventually } from './eventually.ts'

export interface ReceivedMail {
  from: string
  to: string[]
  headers: string
  /** The parts of a multipart mail, or the mail itself, decoded. */
  parts: { type: string; name: string | null; content: Buffer }[]
}

export interface TestMailServer {
  port: number
  mails: ReceivedMail[]
  /** The first mail for this address, once it is there. */
  mailFor(to: string): Promise<ReceivedMail>
  close(): Promise<void>
}

/** @param options of smtp-server, e.g. `onRcptTo` to refuse; a port for one that comes back */
export async function startMailServer(options: SMTPServerOptions & { port?: number } = {}): Promise<TestMailServer> {
  const { port = 0, ...rest } = options
  const mails: ReceivedMail[] = []
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'], disableReverseLookup: true,
    onData(stream, session, done) {
      const pieces: Buffer[] = []
      stream.on('data', (piece: Buffer) => pieces.push(piece))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        mails.push({ from: mailFrom === false ? '' : mailFrom.address, to: rcptTo.map(({ address }) => address), ...parse(Buffer.concat(pieces).toString('latin1')) })
        done()
      })
    },
    ...rest,
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    mailFor: (to) => eventually(() => mails.find((mail) => mail.to.includes(to)), `a mail for ${to}`),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

function parse(text: string): Pick<ReceivedMail, 'headers' | 'parts'> {
  const { headers, body } = cut(text)
  const boundary = /boundary="([^"]+)"/.exec(headers)?.[1]
  const pieces = boundary === undefined ? [text] : body.split(`--${boundary}`).slice(1, -1).map((piece) => piece.replace(/^\r\n/, ''))
  return {
    headers,
    parts: pieces.map((piece) => {
      const part = cut(piece)
      const coding = /^content-transfer-encoding: *(\S+)/im.exec(part.headers)?.[1]?.toLowerCase()
      const content = coding === 'base64' ? Buffer.from(part.body, 'base64') : Buffer.from(coding === 'quoted-printable' ? part.body.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))) : part.body, 'latin1')
      return { type: /^content-type: *([^;\s]+)/im.exec(part.headers)?.[1] ?? '', name: /filename="?([^";\r\n]+)/i.exec(part.headers)?.[1] ?? null, content }
    }),
  }
}

function cut(text: string): { headers: string; body: string } {
  const at = text.indexOf('\r\n\r\n')
  return { headers: text.slice(0, at).replace(/\r\n[ \t]+/g, ' '), body: text.slice(at + 4) }
}
