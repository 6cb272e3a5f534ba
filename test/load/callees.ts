/** Every phone that is called: rings and answers at once, answers keep-alives, and hangs up when told. */
import type { Line } from './line.ts'
import { answerText, audioPortOf, headerOf, sdpText, unique, type Message } from './sip-text.ts'

export interface Callees {
  /** Calls answered and not yet hung up. */
  readonly living: number
  /** What went wrong on this side, by kind. */
  readonly failures: Map<string, number>
  /** Where the house wants the audio of the phone that was called last under this user name. */
  readonly audioPorts: ReadonlyMap<string, number>
}

/** @param audioPortFor where a called phone, by user name, wants its audio */
export function answerCalls(line: Line, audioPortFor: (user: string) => number, callerGone: (callId: string) => void): Callees {
  const living = new Map<string, string>()
  const failures = new Map<string, number>()
  const audioPorts = new Map<string, number>()
  const { host, port } = line.local

  const answer = (invite: Message): void => {
    const callId = headerOf(invite, 'Call-ID')
    const user = /^INVITE sips?:([^@;>\s]+)@/.exec(invite.text)?.[1] ?? ''
    const known = living.get(callId)
    const tag = known ?? unique()
    const more = [`Contact: <sip:${user}@${host}:${port}>`, 'Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE']
    audioPorts.set(user, audioPortOf(invite))
    living.set(callId, tag)
    if (known === undefined) line.send(answerText(invite, 180, 'Ringing', tag, more))
    const ok = answerText(invite, 200, 'OK', tag, more, sdpText(audioPortFor(user)))
    line.answer(invite, ok)
    line.insist(`200 ${callId}`, ok, () => failures.set('no ACK', (failures.get('no ACK') ?? 0) + 1))
  }

  line.onRequest = (request) => {
    const callId = headerOf(request, 'Call-ID')
    switch (request.method) {
      case 'INVITE':
        return answer(request)
      case 'ACK':
        return line.settle(`200 ${callId}`)
      case 'BYE':
        if (!living.delete(callId)) callerGone(callId)
        return line.answer(request, answerText(request, 200, 'OK', unique()))
      default:
        return line.answer(request, answerText(request, 200, 'OK', unique()))
    }
  }
  return {
    get living() {
      return living.size
    },
    failures,
    audioPorts,
  }
}
