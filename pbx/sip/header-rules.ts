/** Rules of a trunk that add, remove and rewrite headers of an INVITE, carried out and checked. */
import { RE2JS } from 're2js'
import type { HeaderRule } from '../door.ts'
import { escapeUser } from './uri.ts'

/** In order; a header that occurs twice is there twice. */
export type HeaderLines = readonly (readonly [name: string, value: string])[]

/** What `{caller}`, `{called}` and `{tenant}` stand for. */
export interface RuleVariables {
  caller: string
  called: string
  tenant: string
}

/** Longer ones do not fit a packet, and no header that is meant is. */
const MOST = 1_000

/** Inwards a rule changes how the call is read: these are read. */
export const READ_INWARDS: readonly string[] = ['From', 'P-Asserted-Identity', 'Privacy']

/**
 * What carries the message, the dialog, the body or the session, proves who is who, or is the wish of a caller or the need of one who
 * calls for help: no rule touches it.
 */
const NEVER: ReadonlySet<string> = new Set([
  'via', 'from', 'to', 'call-id', 'cseq', 'contact', 'max-forwards', 'route', 'record-route', 'path', 'service-route',
  'require', 'proxy-require', 'supported', 'unsupported', 'allow', 'allow-events', 'event', 'subscription-state', 'expires', 'min-expires',
  'content-type', 'content-length', 'content-encoding', 'content-disposition', 'content-id', 'mime-version', 'accept', 'accept-encoding',
  'authorization', 'proxy-authorization', 'www-authenticate', 'proxy-authenticate', 'authentication-info', 'identity',
  'session-expires', 'min-se', 'rack', 'rseq', 'replaces', 'join', 'refer-to', 'referred-by', 'target-dialog', 'user-agent',
  'privacy', 'priority', 'geolocation', 'geolocation-routing', 'geolocation-error',
])

const VARIABLE = /\{(\w*)\}/g
const NAMES = ['caller', 'called', 'tenant'] as const

/** What is wrong with a rule, as a sentence with the cure; undefined: nothing. */
export function ruleTrouble({ direction, action, header, match, value }: HeaderRule): string | undefined {
  if (!/^[A-Za-z0-9.!%*_+`'~-]{2,60}$/.test(header)) return `${header.slice(0, 60) || 'An empty name'} is no name of a header. Write it in full, such as X-Account.`
  if (direction === 'in' ? !isReadInwards(header) : NEVER.has(header.toLowerCase())) {
    return direction === 'in'
      ? `${header} is not read of calls that come in: a rule can change ${READ_INWARDS.join(', ')}.`
      : `${header} carries the call itself and cannot be changed by a rule.`
  }
  if (/[\p{Cc}]/u.test(value) || /[\p{Cc}]/u.test(match ?? '')) return `${header}: a line break or another control character cannot stand in a header.`
  if (action === 'add' && value.trim() === '') return `${header}: say what the header shall contain.`
  if (action === 'add' && match !== null) return `${header}: only what is removed or replaced is looked for.`
  if (action === 'replace' && !match) return `${header}: say what is replaced, as a regular expression; .+ is all of it.`
  for (const [all, name] of value.matchAll(VARIABLE)) if (!NAMES.some((one) => one === name)) return `${header}: ${all} means nothing. There are ${NAMES.map((one) => `{${one}}`).join(', ')}.`
  return match === null ? undefined : expressionTrouble(header, match, action === 'replace' ? value : '')
}

function expressionTrouble(header: string, match: string, value: string): string | undefined {
  let groups: number
  try {
    groups = RE2JS.compile(match).groupCount()
  } catch (error) {
    return `${header}: ${match.slice(0, 60)} is no regular expression of RE2 (${error instanceof Error ? error.message : String(error)}). It knows no look-around and no back references, which can take forever.`
  }
  for (const [, digits] of value.matchAll(/\$(\d)/g)) if (Number(digits) > groups) return `${header}: $${digits} is asked for, and the expression has ${groups} group${groups === 1 ? '' : 's'} in parentheses.`
  return undefined
}

const isReadInwards = (header: string): boolean => READ_INWARDS.some((one) => one.toLowerCase() === header.toLowerCase())

/**
 * The headers as the rules of one direction make them, one rule after the other. An expression takes time in proportion to the
 * header (RE2), whoever wrote either. A header that would become too long, or empty, stays as it was.
 */
export function applyHeaderRules(rules: readonly HeaderRule[], direction: HeaderRule['direction'], lines: HeaderLines, variables: RuleVariables): HeaderLines {
  return rules.reduce((now, rule) => (rule.direction === direction ? applyRule(rule, now, variables) : now), lines)
}

function applyRule({ action, header, match, value }: HeaderRule, lines: HeaderLines, variables: RuleVariables): HeaderLines {
  const wanted = header.toLowerCase()
  if (action === 'add') {
    const text = filled(value, variables)
    return text.length > MOST ? lines : [...lines, [header, text]]
  }
  const expression = match === null ? undefined : RE2JS.compile(match)
  return lines.flatMap((line): HeaderLines => {
    const [name, old] = line
    if (name.toLowerCase() !== wanted) return [line]
    if (action === 'remove') return expression?.matcher(old).find() === false ? [line] : []
    const text = expression ? replaced(expression, old, value, variables) : old
    return [text === '' || text.length > MOST ? line : [name, text]]
  })
}

/** `$1` is what the first parentheses found; `{caller}` is put in afterwards, so that nothing of a caller is read as either. */
function replaced(expression: RE2JS, old: string, value: string, variables: RuleVariables): string {
  const matcher = expression.matcher(old)
  let out = ''
  let from = 0
  while (matcher.find()) {
    const group = (digits: string): string => (Number(digits) > matcher.groupCount() ? '' : (matcher.group(Number(digits)) ?? ''))
    out += old.slice(from, matcher.start()) + value.replace(/\$(\d)|\{(\w+)\}/g, (all, digits: string | undefined, name: string | undefined) => (digits === undefined ? variable(name ?? '', variables) ?? all : group(digits)))
    from = matcher.end()
    if (out.length > MOST) break
  }
  return oneLine(out + old.slice(from))
}

const filled = (value: string, variables: RuleVariables): string => oneLine(value.replace(VARIABLE, (all, name: string) => variable(name, variables) ?? all))

/** As it may stand in a URI: nothing in it ends a URI or begins a header. */
function variable(name: string, variables: RuleVariables): string | undefined {
  const known = NAMES.find((one) => one === name)
  return known && escapeUser(variables[known])
}

const oneLine = (text: string): string => text.replace(/[\p{Cc}]+/gu, ' ').trim()

/** The headers to send, those that occur twice as a list; names differ by more than their letter case. */
export function linesOf(headers: Readonly<Record<string, string>>): HeaderLines {
  return Object.entries(headers)
}

export function headersOf(lines: HeaderLines): Record<string, string | readonly string[]> {
  const names = new Map<string, { name: string; values: string[] }>()
  for (const [name, value] of lines) {
    const one = names.get(name.toLowerCase())
    if (one) one.values.push(value)
    else names.set(name.toLowerCase(), { name, values: [value] })
  }
  return Object.fromEntries([...names.values()].map(({ name, values }) => [name, values.length === 1 ? values[0]! : values]))
}
