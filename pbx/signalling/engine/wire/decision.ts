/** What a web service says is to be done with a request, in drachtio's words: `{"action": …, "data": {…}}`. */
import { readOrder, type ProxyOrder } from '../proxy/order.ts'

export type Decision =
  | { action: 'reject'; status: number; reason: string | undefined }
  | { action: 'redirect'; contacts: string[] }
  | { action: 'proxy'; order: ProxyOrder }
  /** To an application that is dialled. */
  | { action: 'dial'; uri: string }
  /** To a connected application with this tag. */
  | { action: 'tag'; tag: string }

const LINE_END = /[\r\n]/

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && !LINE_END.test(value) ? value : undefined
}

/** One string, or a list of them; undefined for anything else. */
function texts(value: unknown): string[] | undefined {
  const list = Array.isArray(value) ? value.map(text) : [text(value)]
  return list.length > 0 && list.every((one) => one !== undefined) ? list : undefined
}

/** Undefined when it is none. */
export function readDecision(answer: string): Decision | undefined {
  let parsed: unknown
  try {
    parsed = JSON.parse(answer)
  } catch {
    return undefined
  }
  const { action, data } = (parsed ?? {}) as { action?: unknown; data?: unknown }
  if (typeof data !== 'object' || data === null) return undefined
  const told = data as Record<string, unknown>
  switch (action) {
    case 'reject': {
      const { status, reason } = told
      if (typeof status !== 'number' || !Number.isInteger(status) || status < 300 || status > 699) return undefined
      return { action, status, reason: text(reason) }
    }
    case 'redirect': {
      const contacts = texts(told['contact'])
      return contacts && { action, contacts: contacts.map((contact) => (contact.includes('<') ? contact : `<${contact}>`)) }
    }
    case 'proxy': {
      const destinations = texts(told['destination'])
      if (!destinations) return undefined
      const fork = told['simultaneous'] === true ? 'simultaneous' : 'serial'
      const read = readOrder([
        told['recordRoute'] === true ? 'remainInDialog' : '', '', told['followRedirects'] === false ? '' : 'followRedirects', fork,
        text(told['provisionalTimeout']) ?? '5s', text(told['finalTimeout']) ?? '60s', ...destinations,
      ])
      return typeof read === 'string' ? undefined : { action, order: read.order }
    }
    case 'route': {
      const [uri, tag] = [text(told['uri']), text(told['tag'])]
      if (uri !== undefined) return { action: 'dial', uri }
      return tag === undefined ? undefined : { action: 'tag', tag }
    }
    default:
      return undefined
  }
}
