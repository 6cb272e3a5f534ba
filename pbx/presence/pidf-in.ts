/** What a phone publishes of its user (RFC 3863, RFC 4479, RFC 4480), as far as others are told of it. */

export interface Published {
  /** Whether it can be reached, as it says; undefined: it does not. */
  open: boolean | undefined
  /** What its user does, in RPID's words. */
  activities: readonly string[]
  /** What its user has written. */
  note: string | undefined
}

/** RFC 4480 §3.2; `other` and `unknown` say nothing. */
const ACTIVITIES: ReadonlySet<string> = new Set([
  'appointment', 'away', 'breakfast', 'busy', 'dinner', 'holiday', 'in-transit', 'looking-for-work', 'lunch', 'meal', 'meeting', 'on-the-phone', 'performance', 'permanent-absence', 'playing', 'presentation',
  'shopping', 'sleeping', 'spectator', 'steering', 'travel', 'tv', 'vacation', 'working', 'worship',
])
const DEEPEST = 12
const LONGEST_NOTE = 200
const TAG = /<(?:\?[^>]*\?|!--[^]*?--|!\[CDATA\[[^]*?\]\]|\/?[A-Za-z_][\w.:-]*(?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*\/?)>/y
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

/**
 * Reads no more than is told of, and tells nothing as it was written: what watchers get is made anew. Elements count by their
 * local names, so prefixes may be any. There is no DTD, so nothing expands.
 *
 * @returns undefined for what is no presence document
 */
export function readPidf(text: string): Published | undefined {
  const path: string[] = []
  const activities = new Set<string>()
  let state: boolean | undefined
  let note: string | undefined
  let personal: string | undefined
  let rooted = false
  let at = 0
  const words = (raw: string): void => {
    const content = unescape(raw).trim()
    const inside = path.at(-1)
    if (content === '') return
    if (inside === 'basic' && path.includes('tuple')) state = state === true || content === 'open'
    if (inside === 'note' && path.includes('person')) personal ??= content
    else if (inside === 'note') note ??= content
  }
  while (at < text.length) {
    const next = text.indexOf('<', at)
    if (path.length === 0 && text.slice(at, next === -1 ? undefined : next).trim().replace(/^\ufeff/, '') !== '') return undefined
    if (next === -1) break
    words(text.slice(at, next))
    TAG.lastIndex = next
    const tag = TAG.exec(text)?.[0]
    if (tag === undefined) return undefined
    at = next + tag.length
    if (tag.startsWith('<?') || tag.startsWith('<!--')) continue
    if (tag.startsWith('<![')) {
      words(tag.slice(9, -3).replaceAll('&', '&amp;'))
      continue
    }
    const name = /[\w.:-]+/.exec(tag)?.[0].split(':').at(-1) ?? ''
    if (tag.startsWith('</')) {
      if (path.pop() !== name) return undefined
      continue
    }
    if (path.length === 0 && (rooted || name !== 'presence')) return undefined
    rooted = true
    if (path.at(-1) === 'activities' && ACTIVITIES.has(name)) activities.add(name)
    if (tag.endsWith('/>')) continue
    if (path.push(name) > DEEPEST) return undefined
  }
  if (!rooted || path.length > 0) return undefined
  return { open: state, activities: [...activities], note: (personal ?? note)?.replace(/[\p{Cc}\s]+/gu, ' ').slice(0, LONGEST_NOTE) }
}

const unescape = (raw: string): string => raw.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w+));/gi, (all, decimal?: string, hex?: string, name = '') => {
  if (decimal === undefined && hex === undefined) return ENTITIES[name] ?? all
  const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)
  return code <= 0x10ffff ? String.fromCodePoint(code) : ''
})
