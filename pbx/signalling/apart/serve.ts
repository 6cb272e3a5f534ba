/** The engine's end: what the PBX in another process asks and orders is done, and what the engine sees is told. */
import { messageOf, Refusal } from '../../../config/errors.ts'
import type { EmbeddedSignalling } from '../embedded.ts'
import type { CertificateStore } from '../tls/store.ts'
import { decode, encode, VERSION, type CertificateNews, type FromApart, type Question, type ToApart } from './messages.ts'

/** How often it is looked whether other certificates are in use. */
const LOOK_MS = 5_000

/** Serves applications that say hello until it is told to stop. */
export function serveApart(engine: EmbeddedSignalling, certificates: CertificateStore | undefined): () => void {
  const lines = new Set<number>()
  const toAll = (message: FromApart): void => {
    if (lines.size === 0) return
    const text = encode(message)
    for (const line of lines) engine.aside(line, text)
  }
  let told = ''
  const look = setInterval(() => {
    if (!certificates) return
    const news = newsOf(certificates)
    if (JSON.stringify(news) === told) return
    told = JSON.stringify(news)
    toAll({ say: 'certificates', certificates: news })
  }, LOOK_MS)
  const stops = [
    engine.trace?.((records) => toAll({ say: 'trace', records })),
    engine.gate.onReport((report) => toAll({ say: 'gate', report })),
    engine.onGone((peer) => toAll({ say: 'gone', peer })),
    engine.onAside((line, text) => {
      if (text === undefined) {
        lines.delete(line)
        // Nobody is there to be late; new calls find no application.
        if (lines.size === 0) engine.pulse(true)
        return
      }
      const message = decode<ToApart>(text)
      if (message) hear(line, message)
    }),
  ]

  const hear = (line: number, message: ToApart): void => {
    switch (message.say) {
      case 'hello':
        lines.add(line)
        engine.pulse(false)
        return engine.aside(line, encode({ say: 'hello', version: VERSION, certificates: certificates ? newsOf(certificates) : null }))
      case 'gate':
        // Told in memory of both threads, not by message.
        return message.order.do === 'pulse' ? engine.late(message.order.lateMs) : engine.gate.obey(message.order)
      case 'ask':
        return void answer(message.question).then(
          (found) => engine.aside(line, encode({ say: 'answer', id: message.id, answer: found })),
          (error: unknown) => engine.aside(line, encode({ say: 'refused', id: message.id, code: error instanceof Refusal ? error.code : 'unavailable', message: messageOf(error) })),
        )
    }
  }

  const answer = async (question: Question): Promise<Extract<FromApart, { say: 'answer' }>['answer']> => {
    switch (question.what) {
      case 'status':
        return engine.status()
      case 'names':
        return engine.names.report(question.name, question.again)
      case 'read':
        await certificates?.read()
        break
      case 'domains':
        await certificates?.setDomains(question.domains)
        break
    }
    // Before the answer, so that whoever asked finds the news.
    if (certificates) toAll({ say: 'certificates', certificates: newsOf(certificates) })
    return null
  }

  return () => {
    clearInterval(look)
    for (const stop of stops) stop?.()
  }
}

/** No key leaves the process. */
function newsOf({ certificates, problems, authority, renewal }: CertificateStore): CertificateNews {
  return {
    certificates: certificates.map(({ source, own, names, issuer, notBefore, notAfter }) => ({ source, own, names, issuer, notBefore: notBefore.toISOString(), notAfter: notAfter.toISOString() })),
    problems,
    authority: authority ?? null,
    renewal: renewal ? { domains: renewal.domains, next: renewal.next.toISOString(), problem: renewal.problem ?? null } : null,
  }
}
