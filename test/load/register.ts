/** One registration: REGISTER, 401, REGISTER with the digest, 200. A Call-ID of its own, as after a restart of the phone. */
import type { Line } from './line.ts'
import { digestFor, requestText, tagOf, unique, type Algorithm, type Phone } from './sip-text.ts'

export interface Registered {
  /** Why not; undefined when it worked. */
  failure: string | undefined
  /** Milliseconds from the first REGISTER to its 401. */
  challengeMs: number
  /** From the second REGISTER to its 200. */
  answerMs: number
  wholeMs: number
}

/** What a phone registers over. */
export type Way = Pick<Line, 'local' | 'request'> & { transport?: string }

/** @param contact the user of its Contact: another one is another phone */
export function register(line: Way, phone: Phone, algorithm: Algorithm, done: (result: Registered) => void, contact = phone.user): void {
  const id = unique()
  const { local: { host, port }, transport = 'UDP' } = line
  const uri = `sip:${host}`
  const address = `<sip:${phone.user}@${host}>`
  const more = [`Contact: <sip:${contact}@${host}:${port}${transport === 'UDP' ? '' : `;transport=${transport.toLowerCase()}`}>`, 'Expires: 3600', 'User-Agent: bench']
  const from = `${address};tag=${id}`
  const text = (count: number, branch: string, headers: readonly string[]): string =>
    requestText({ method: 'REGISTER', uri, local: line.local, transport, branch, from, to: address, callId: `${id}@bench`, count, more: headers })
  const began = performance.now()
  const fail = (failure: string): void => done({ failure, challengeMs: NaN, answerMs: NaN, wholeMs: NaN })

  const first = `z9hG4bK${id}a`
  line.request(first, text(1, first, more), (challenge) => {
    if (challenge && challenge.status < 200) return
    const challengeMs = performance.now() - began
    if (challenge?.status !== 401) return fail(challenge ? `${challenge.verdict} to REGISTER` : 'no answer to REGISTER')
    const digest = digestFor(challenge, algorithm, phone, 'REGISTER', uri, id)
    if (digest === undefined || tagOf(challenge.text) === '') return fail(`no challenge for ${algorithm}`)
    const second = `z9hG4bK${id}b`
    const asked = performance.now()
    line.request(second, text(2, second, [...more, `Authorization: ${digest}`]), (answer) => {
      if (answer && answer.status < 200) return
      const now = performance.now()
      if (answer?.status !== 200) return fail(answer ? `${answer.verdict} to REGISTER with credentials` : 'no answer to REGISTER with credentials')
      done({ failure: undefined, challengeMs, answerMs: now - asked, wholeMs: now - began })
    })
  })
}
