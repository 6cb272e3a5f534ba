/** What an application asks for with `proxy|…`. */

export interface ProxyOrder {
  /** Stay in the way of later requests: Record-Route, or Path in a REGISTER. */
  remainInDialog: boolean
  followRedirects: boolean
  simultaneous: boolean
  /** Milliseconds to wait for any response of a target; undefined: as long as the transaction lasts. */
  provisionalTimeout: number | undefined
  /** Milliseconds to wait for the final response of a target. */
  finalTimeout: number | undefined
  destinations: readonly string[]
}

/** An order may name this many destinations; redirects may add as many again. */
export const DESTINATIONS_MAX = 64

/** `1500ms` or `2s` in milliseconds, at most a day; undefined for anything else. */
export function readDuration(text: string): number | undefined {
  const found = /^(\d{1,8})(ms|s)$/.exec(text)
  return found ? Math.min(Number(found[1]) * (found[2] === 's' ? 1000 : 1), 86_400_000) : undefined
}

/**
 * @param tokens after the transaction id: remainInDialog, fullResponse, followRedirects, simultaneous or serial, two timeouts, destinations
 * @returns a sentence when it cannot be carried out
 */
export function readOrder(tokens: readonly string[]): { order: ProxyOrder; fullResponse: boolean } | string {
  const [remain = '', full = '', follow = '', fork = '', provisional = '', final = '', ...rest] = tokens
  const destinations = rest.filter((destination) => destination !== '')
  if (destinations.length === 0) return 'error proxying request: no destination'
  if (destinations.length > DESTINATIONS_MAX) return `error proxying request: more than ${DESTINATIONS_MAX} destinations`
  const [provisionalTimeout, finalTimeout] = [readDuration(provisional), readDuration(final)]
  if ((provisional !== '' && provisionalTimeout === undefined) || (final !== '' && finalTimeout === undefined)) return 'error proxying request: a timeout must be like 2s or 1500ms'
  return {
    fullResponse: full === 'fullResponse',
    order: { remainInDialog: remain === 'remainInDialog', followRedirects: follow === 'followRedirects', simultaneous: fork === 'simultaneous', provisionalTimeout, finalTimeout, destinations },
  }
}
