/** Event packages (RFC 6665 §8.2): what a request subscribes to, or tells of. */

/** Packages that are notified of in a call. */
export const ALLOW_EVENTS = 'refer'
/** And outside one. */
export const PACKAGES = 'refer, reg, dialog, message-summary, presence'

/** The package an Event header names, in lower case; empty when there is none. */
export function packageOf(event: string | undefined): string {
  return (event ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

/** The `id` parameter, which tells subscriptions to one package apart (§4.5.2); empty when absent. */
export function eventId(event: string | undefined): string {
  return /;[ \t]*id[ \t]*=[ \t]*([^;\s]+)/i.exec(event ?? '')?.[1] ?? ''
}

/** Whether an Accept header lets a body of this type through; without one the package's own type is meant (§8.1.2). */
export function accepts(accept: string | undefined, type: string): boolean {
  if (accept === undefined || accept.trim() === '') return true
  const [kind] = type.split('/')
  return accept.split(',').some((range) => [type, `${kind}/*`, '*/*'].includes(range.split(';', 1)[0]?.trim().toLowerCase() ?? ''))
}
