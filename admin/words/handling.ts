import type { Extension } from '../app/types.ts'
import { plural, t } from './translate.ts'

/** @param except numbers that come through all the same, in one line */
function undisturbedWords(except: string, others: string | null): string {
  if (others === null) return except === '' ? t('Do not disturb is on.') : t('Do not disturb is on, except for {{except}}.', { except })
  return except === '' ? t('Do not disturb is on; other callers go on to {{others}}.', { others }) : t('Do not disturb is on, except for {{except}}; other callers go on to {{others}}.', { except, others })
}

const placesOf = (places: Extension['followMeTo']): string => places.map(({ target, delaySeconds: seconds }) => (seconds > 0 ? t('{{target}} after {{seconds}} s', { target, seconds }) : target)).join(', ')

/** What becomes of calls to an extension, in sentences; empty when they simply ring. */
export function handlingSentences(extension: Extension): string[] {
  const { forwardAlways, forwardBusy, forwardNoAnswer, forwardUnreachable, doNotDisturb, vipNumbers, callLimit, voicemail, pageable, listed, screening, supervises, followMe, followMeOwnPhones, followMeTo, missedCallMail, outsideAtOnce, outsidePerMinute } = extension
  return [
    ...(forwardAlways === null ? [] : [t('All calls go on to {{forwardAlways}}.', { forwardAlways })]),
    ...(doNotDisturb ? [undisturbedWords(vipNumbers.join(', '), forwardBusy)] : []),
    ...(followMe ? [followMeOwnPhones ? t('Calls also ring at {{places}}.', { places: placesOf(followMeTo) }) : t('Calls ring only at {{places}}.', { places: placesOf(followMeTo) })] : []),
    ...(screening === 'off' ? [] : [screening === 'unknown' ? t('Callers from outside whom no contact has say their name before it rings.') : t('All callers from outside say their name before it rings.')]),
    ...(forwardBusy === null ? [] : [t('When busy, calls go on to {{forwardBusy}}.', { forwardBusy })]),
    ...(forwardNoAnswer === null ? [] : [t('When nobody answers, they go on to {{forwardNoAnswer}}.', { forwardNoAnswer })]),
    ...(forwardUnreachable === null ? [] : [t('While no phone is reachable, they go on to {{forwardUnreachable}}.', { forwardUnreachable })]),
    ...(voicemail ? [[forwardBusy, forwardNoAnswer, forwardUnreachable].some((target) => target !== null) ? t('Callers who reach nobody may leave a message, where no forward says otherwise.') : t('Callers who reach nobody may leave a message.')] : []),
    ...(pageable ? [] : [t('Neither called by intercom nor paged.')]),
    ...(missedCallMail.length === 0 ? [] : [t('Missed calls are told by e-mail to {{missedCallMail}}.', { missedCallMail: missedCallMail.join(', ') })]),
    ...(supervises.length === 0 ? [] : [t('Its phones may listen to the calls of {{whom}}.', { whom: supervises.map((number) => (number === '.' ? t('everybody') : number)).join(', ') })]),
    ...(listed ? [] : [t('Not found by name in the company directory.')]),
    ...(outsideAtOnce === null ? [] : [plural(outsideAtOnce, 'One call outside at once.', 'Up to {{count}} calls outside at once.')]),
    ...(outsidePerMinute === null ? [] : [plural(outsidePerMinute, 'One new call outside a minute.', 'Up to {{count}} new calls outside a minute.')]),
    ...(callLimit === null ? [] : [plural(callLimit, 'Busy during a call.', 'Busy from {{count}} calls at once on.')]),
  ]
}
