import type { Extension } from '../app/types.ts'

/** What becomes of calls to an extension, in sentences; empty when they simply ring. */
export function handlingSentences(extension: Extension): string[] {
  const { forwardAlways, forwardBusy, forwardNoAnswer, forwardUnreachable, doNotDisturb, vipNumbers, callLimit, voicemail, pageable, listed, supervises, followMe, followMeOwnPhones, followMeTo, missedCallMail } = extension
  return [
    ...(forwardAlways === null ? [] : [`All calls go on to ${forwardAlways}.`]),
    ...(doNotDisturb ? [`Do not disturb is on${vipNumbers.length > 0 ? `, except for ${vipNumbers.join(', ')}` : ''}${forwardBusy === null ? '' : `; other callers go on to ${forwardBusy}`}.`] : []),
    ...(followMe ? [`Calls ${followMeOwnPhones ? 'also ring' : 'ring only'} at ${followMeTo.map(({ target, delaySeconds }) => `${target}${delaySeconds > 0 ? ` after ${delaySeconds} s` : ''}`).join(', ')}.`] : []),
    ...(forwardBusy === null ? [] : [`When busy, calls go on to ${forwardBusy}.`]),
    ...(forwardNoAnswer === null ? [] : [`When nobody answers, they go on to ${forwardNoAnswer}.`]),
    ...(forwardUnreachable === null ? [] : [`While no phone is reachable, they go on to ${forwardUnreachable}.`]),
    ...(voicemail ? [`Callers who reach nobody may leave a message${[forwardBusy, forwardNoAnswer, forwardUnreachable].some((target) => target !== null) ? ', where no forward says otherwise' : ''}.`] : []),
    ...(pageable ? [] : ['Neither called by intercom nor paged.']),
    ...(missedCallMail.length === 0 ? [] : [`Missed calls are told by e-mail to ${missedCallMail.join(', ')}.`]),
    ...(supervises.length === 0 ? [] : [`Its phones may listen to the calls of ${supervises.map((number) => (number === '.' ? 'everybody' : number)).join(', ')}.`]),
    ...(listed ? [] : ['Not found by name in the company directory.']),
    ...(callLimit === null ? [] : [callLimit === 1 ? 'Busy during a call.' : `Busy from ${callLimit} calls at once on.`]),
  ]
}
