/** What header rules make of a message that somebody pasted, without a call. */
import { wrongField } from '../../config/errors.ts'
import type { HeaderPreview, HeaderRule } from '../door.ts'
import { parseAddressList } from './address.ts'
import { applyHeaderRules, ruleTrouble, type HeaderLines, type RuleVariables } from './header-rules.ts'
import { parseUri } from './uri.ts'

/**
 * @param message an INVITE, as a trace shows it; what follows the headers is left as it is
 * @throws Refusal `unprocessable` when it is no request, or a rule is wrong
 */
export function previewHeaders(rules: readonly HeaderRule[], direction: HeaderRule['direction'], message: string, tenant: string): HeaderPreview {
  for (const [at, rule] of rules.entries()) {
    const trouble = ruleTrouble(rule)
    if (trouble !== undefined) throw wrongField(`rules.${at}`, trouble)
  }
  const { start, lines, rest } = read(message)
  const variables = variablesOf(start, lines, tenant)
  let now = lines
  const steps = rules.flatMap((rule, at) => {
    if (rule.direction !== direction) return []
    const before = now
    now = applyHeaderRules([rule], direction, now, variables)
    const of = (all: HeaderLines): string[] => all.flatMap(([name, value]) => (name.toLowerCase() === rule.header.toLowerCase() ? [value] : []))
    const [was, is] = [of(before), of(now)]
    return [{ rule: at, header: rule.header, before: was, after: is, changed: JSON.stringify(was) !== JSON.stringify(is) }]
  })
  return { message: [start, ...now.map(([name, value]) => `${name}: ${value}`), '', rest].join('\r\n'), steps, variables }
}

/** RFC 3261 §7: a request line, headers of which some are folded, an empty line, a body. */
function read(message: string): { start: string; lines: HeaderLines; rest: string } {
  const text = message.replace(/\r\n?/g, '\n').replace(/^\n+/, '')
  const end = text.indexOf('\n\n')
  const head = (end === -1 ? text : text.slice(0, end)).replace(/\n[ \t]+/g, ' ').trimEnd()
  const [start = '', ...rows] = head.split('\n')
  if (!/^INVITE \S+ SIP\/2\.0\s*$/.test(start)) throw wrongField('message', 'The first line must be that of an INVITE, such as INVITE sip:+12025550123@example.com SIP/2.0.')
  const lines = rows.map((row): [string, string] => {
    const colon = row.indexOf(':')
    if (colon < 1) throw wrongField('message', `“${row.slice(0, 60)}” is no header: there is no colon.`)
    return [row.slice(0, colon).trim(), row.slice(colon + 1).trim()]
  })
  return { start: start.trim(), lines: lines.map(([name, value]) => [COMPACT[name.toLowerCase()] ?? name, value]), rest: end === -1 ? '' : text.slice(end + 2).replaceAll('\n', '\r\n') }
}

/** RFC 3261 §7.3.3, of what rules may name. */
const COMPACT: Readonly<Record<string, string>> = { f: 'From', t: 'To', v: 'Via', i: 'Call-ID', m: 'Contact', l: 'Content-Length', c: 'Content-Type', k: 'Supported', s: 'Subject' }

function variablesOf(start: string, lines: HeaderLines, tenant: string): RuleVariables {
  const userOf = (name: string): string | undefined => {
    const value = lines.find(([one]) => one.toLowerCase() === name)?.[1]
    return value === undefined ? undefined : parseAddressList(value)?.[0]?.uri.user
  }
  return { caller: userOf('p-asserted-identity') ?? userOf('from') ?? 'anonymous', called: parseUri(start.split(' ')[1] ?? '')?.user ?? '', tenant }
}
