import type { Extension } from '../app/types.ts'
import { plural, t } from './translate.ts'

/** What becomes of calls to an extension, in sentences; empty when they simply ring. */
export function handlingSentences(extension: Extension): string[] {
  const { forwardAlways, forwardBusy, forwardNoAnswer, forwardUnreachable, doNotDisturb, vipNumbers, callLimit, voicemail, pageable, listed, screening, supervises, followMe, followMeOwnPhones, followMeTo, missedCallMail } = extension
  return [
    ...(forwardAlways === null ? [] : [t('All calls go on to {{forwardAlways}}.', { forwardAlways })]),
    ...(doNotDisturb ? [`Do not disturb is on${vipNumbers.length > 0 ? `, except for ${vipNumbers.join(', ')}` : ''}${forwardBusy === null ? '' : `; other callers go on to ${forwardBusy}`}.`] : []),
    ...(followMe ? [`Calls ${followMeOwnPhones ? t('also ring') : t('ring only')} at ${followMeTo.map(({ target, delaySeconds }) => `${target}${delaySeconds > 0 ? ` after ${delaySeconds} s` : ''}`).join(', ')}.`] : []),
    ...(screening === 'off' ? [] : [screening === 'unknown' ? t('Callers from outside whom no contact has say their name before it rings.') : t('All callers from outside say their name before it rings.')]),
    ...(forwardBusy === null ? [] : [t('When busy, calls go on to {{forwardBusy}}.', { forwardBusy })]),
    ...(forwardNoAnswer === null ? [] : [t('When nobody answers, they go on to {{forwardNoAnswer}}.', { forwardNoAnswer })]),
    ...(forwardUnreachable === null ? [] : [t('While no phone is reachable, they go on to {{forwardUnreachable}}.', { forwardUnreachable })]),
    ...(voicemail ? [`Callers who reach nobody may leave a message${[forwardBusy, forwardNoAnswer, forwardUnreachable].some((target) => target !== null) ? ', where no forward says otherwise' : ''}.`] : []),
    ...(pageable ? [] : [t('Neither called by intercom nor paged.')]),
    ...(missedCallMail.length === 0 ? [] : [t('Missed calls are told by e-mail to {{missedCallMail}}.', { missedCallMail: missedCallMail.join(', ') })]),
    ...(supervises.length === 0 ? [] : [`Its phones may listen to the calls of ${supervises.map((number) => (number === '.' ? 'everybody' : number)).join(', ')}.`]),
    ...(listed ? [] : [t('Not found by name in the company directory.')]),
    ...(callLimit === null ? [] : [plural(callLimit, 'Busy during a call.', 'Busy from {{count}} calls at once on.')]),
  ]
}
