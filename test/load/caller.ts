/** The calling side of one call: INVITE, 407, ACK, INVITE, 100, 180, 200, ACK; later BYE, 200. */
import type { Line } from './line.ts'
import { audioPortOf, digestFor, headerOf, requestText, sdpText, unique, uriOf, type Algorithm, type Message, type Phone, type Place } from './sip-text.ts'

export interface Times {
  /** Milliseconds from the first INVITE to its 407. */
  challengeMs: number
  /** From the first INVITE to its 100. */
  tryingMs: number
  /** From the first INVITE: what a person waits. */
  ringMs: number
  answerMs: number
  byeMs: number
}

export interface PlacedCall {
  callId: string
  times: Times
  /** Where the house wants this side's audio. */
  audioPort: number
  /** `done` gets why it failed, or undefined. */
  hangUp(done: (failure: string | undefined) => void): void
}

/** @param audioPort where this side wants its audio */
export function placeCall(line: Line, house: Place, phone: Phone, number: string, audioPort: number, algorithm: Algorithm, done: (outcome: PlacedCall | string) => void): string {
  const id = unique()
  const callId = `${id}@bench`
  const { host, port } = line.local
  const uri = `sip:${number}@${host}:${house.port}`
  const from = `<sip:${phone.user}@${host}>;tag=${id}`
  const to = `<sip:${number}@${host}>`
  const more = [`Contact: <sip:${phone.user}@${host}:${port}>`, 'User-Agent: bench', 'Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE']
  const times: Times = { challengeMs: NaN, tryingMs: NaN, ringMs: NaN, answerMs: NaN, byeMs: NaN }
  const began = performance.now()
  const text = (method: string, target: string, toHeader: string, count: number, branch: string, headers: readonly string[], body?: string): string =>
    requestText({ method, uri: target, local: line.local, branch, from, to: toHeader, callId, count, more: headers, body })
  /** The ACK of a refusal belongs to the INVITE's transaction (RFC 3261 §17.1.1.3). */
  const acknowledge = (refusal: Message, count: number, branch: string): void => line.send(text('ACK', uri, headerOf(refusal, 'To'), count, branch, []))

  const answered = (answer: Message, count: number): void => {
    times.answerMs = performance.now() - began
    const [target, theirs] = [uriOf(headerOf(answer, 'Contact')), headerOf(answer, 'To')]
    line.send(text('ACK', target, theirs, count, `z9hG4bK${id}k`, []))
    done({
      callId,
      times,
      audioPort: audioPortOf(answer),
      hangUp(ended) {
        const branch = `z9hG4bK${id}e`
        const asked = performance.now()
        line.request(branch, text('BYE', target, theirs, count + 1, branch, []), (gone) => {
          if (gone && gone.status < 200) return
          times.byeMs = performance.now() - asked
          ended(gone?.status === 200 ? undefined : gone ? `${gone.verdict} to BYE` : 'no answer to BYE')
        })
      },
    })
  }

  const first = `z9hG4bK${id}a`
  line.request(first, text('INVITE', uri, to, 1, first, more, sdpText(audioPort)), (challenge) => {
    if (challenge && challenge.status < 200) {
      if (challenge.status === 100 && Number.isNaN(times.tryingMs)) times.tryingMs = performance.now() - began
      if (challenge.status === 180 && Number.isNaN(times.ringMs)) times.ringMs = performance.now() - began
      return
    }
    if (!challenge) return done('no answer to INVITE')
    // Nobody asks for a password.
    if (challenge.status < 300) return answered(challenge, 1)
    acknowledge(challenge, 1, first)
    times.challengeMs = performance.now() - began
    const digest = challenge.status === 407 ? digestFor(challenge, algorithm, phone, 'INVITE', uri, id) : undefined
    if (digest === undefined) return done(`${challenge.verdict} to INVITE`)
    const second = `z9hG4bK${id}b`
    line.request(second, text('INVITE', uri, to, 2, second, [...more, `Proxy-Authorization: ${digest}`], sdpText(audioPort)), (answer) => {
      if (!answer) return done('no final answer to INVITE')
      if (answer.status === 180 && Number.isNaN(times.ringMs)) times.ringMs = performance.now() - began
      if (answer.status < 200) return
      if (answer.status < 300) return answered(answer, 2)
      acknowledge(answer, 2, second)
      done(`${answer.verdict} to INVITE with credentials`)
    })
  })
  return callId
}
