/** Many resources by one subscription (RFC 4662): what is told of a list, and who it is told to. */
import { newId } from '../../config/ids.ts'
import { escapeXml } from '../sip/xml.ts'
import type { Subscription } from '../sip/types.ts'

/** One of a list. */
export interface Member {
  /** Tells it apart from the others: the number. */
  id: string
  uri: string
  name: string | undefined
  /** How it is now; undefined: there is no such thing. */
  document: string | undefined
}

/** @returns the value of Content-Type, and the body; only those members that are told of have a part */
export function listDocument(list: { uri: string; version: number; full: boolean; contentType: string }, members: readonly Member[], boundary = newId()): { contentType: string; body: string } {
  const { uri, version, full, contentType } = list
  const parts: string[] = []
  const part = (id: string, type: string, body: string): void => void parts.push(`--${boundary}\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <${id}>\r\nContent-Type: ${type}\r\n\r\n${body}\r\n`)
  const root = `list@${boundary}`
  const resources = members.map(({ id, uri: of, name, document }, at) => {
    const instance = document === undefined ? 'state="terminated" reason="noresource"' : `state="active" cid="${at}@${boundary}"`
    return `  <resource uri="${escapeXml(of)}">${name === undefined ? '' : `<name>${escapeXml(name)}</name>`}<instance id="${escapeXml(id)}" ${instance}/></resource>`
  })
  part(root, 'application/rlmi+xml;charset="UTF-8"', ['<?xml version="1.0" encoding="UTF-8"?>', `<list xmlns="urn:ietf:params:xml:ns:rlmi" uri="${escapeXml(uri)}" version="${version}" fullState="${full}">`, ...resources, '</list>', ''].join('\r\n'))
  members.forEach(({ document }, at) => {
    if (document !== undefined) part(`${at}@${boundary}`, contentType, document)
  })
  return { contentType: `multipart/related;type="application/rlmi+xml";start="<${root}>";boundary="${boundary}"`, body: `${parts.join('')}--${boundary}--\r\n` }
}

/** Tells a subscription of a list: all of it at first and when the list is another, then what has changed (RFC 4662 §5.2). */
export function createListTeller(subscription: Subscription, list: { uri: string; contentType: string }, members: () => readonly Member[], versioned: (document: string, version: number) => string) {
  let version = 0
  let told = new Map<string, string | undefined>()
  const versions = new Map<string, number>()

  const write = (some: readonly Member[], full: boolean): { contentType: string; body: string } => listDocument({ ...list, version: version++, full }, some.map((one) => {
    const count = versions.get(one.id) ?? 0
    versions.set(one.id, count + 1)
    return { ...one, document: one.document === undefined ? undefined : versioned(one.document, count) }
  }))
  return {
    tell(force: boolean): void {
      const now = members()
      const others = now.length !== told.size || now.some(({ id }) => !told.has(id))
      const full = force || others
      const changed = full ? now : now.filter(({ id, document }) => told.get(id) !== document)
      if (changed.length === 0 && !full) return
      told = new Map(now.map(({ id, document }) => [id, document]))
      const { contentType, body } = write(changed, full)
      subscription.notify(contentType, body)
    },
    end(reason: string): void {
      const { contentType, body } = write(members(), true)
      subscription.end(reason, contentType, body)
    },
  }
}
