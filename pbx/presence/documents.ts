/** What phones are told of others: calls (RFC 4235), messages (RFC 3842), presence (RFC 3863, RFC 4480). */
import { escapeXml } from '../sip/xml.ts'

export type PackageName = 'dialog' | 'message-summary' | 'presence'

export const TYPES: Readonly<Record<PackageName, string>> = {
  dialog: 'application/dialog-info+xml', 'message-summary': 'application/simple-message-summary', presence: 'application/pidf+xml',
}

/** A call of somebody who is watched. */
export interface WatchedDialog {
  id: string
  /** Of the watched one. */
  direction: 'initiator' | 'recipient'
  state: 'trying' | 'early' | 'confirmed'
  /** Who is at the other end. */
  number: string
  name: string | null
}

/** Stands for the version of a document until it is sent: every subscription counts its own. */
const VERSION = '\u0000'

/** All calls of a resource; one that has none is shown as a call that is over, which is what phones clear their lamp by. */
export function dialogInfo(user: string, host: string, dialogs: readonly WatchedDialog[]): string {
  const entity = escapeXml(`sip:${user}@${host}`)
  const one = ({ id, direction, state, number, name }: WatchedDialog): string => {
    const identity = `<identity${name === null ? '' : ` display="${escapeXml(name)}"`}>sip:${escapeXml(number)}@${escapeXml(host)}</identity>`
    return `<dialog id="${escapeXml(id)}" direction="${direction}"><state>${state}</state><local><identity>${entity}</identity><target uri="${entity}"/></local><remote>${identity}<target uri="sip:${escapeXml(number)}@${escapeXml(host)}"/></remote></dialog>`
  }
  const shown = dialogs.length > 0 ? dialogs.map(one) : [`<dialog id="${escapeXml(user)}"><state>terminated</state></dialog>`]
  return ['<?xml version="1.0"?>', `<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="${VERSION}" state="full" entity="${entity}">`, ...shown, '</dialog-info>', ''].join('\n')
}

/** With the version of this subscription. */
export const versioned = (document: string, version: number): string => document.replace(VERSION, String(version))

/** @param account where the messages are heard; undefined: not said */
export function messageSummary(account: string | undefined, counts: { unheard: number; heard: number; unheardUrgent: number; heardUrgent: number }): string {
  const { unheard, heard, unheardUrgent, heardUrgent } = counts
  return `Messages-Waiting: ${unheard > 0 ? 'yes' : 'no'}\r\n${account === undefined ? '' : `Message-Account: ${account}\r\n`}Voice-Message: ${unheard}/${heard} (${unheardUrgent}/${heardUrgent})\r\n`
}

export interface PresenceState {
  open: boolean
  /** Words of RPID. */
  activities: readonly string[]
  /** Of the house. */
  note: string
  /** Of the user. */
  said: string | undefined
}

/** Whether somebody can be called, and what he does. */
export function pidf(user: string, host: string, state: PresenceState): string {
  const entity = escapeXml(`sip:${user}@${host}`)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model" xmlns:rpid="urn:ietf:params:xml:ns:pidf:rpid" entity="${entity}">`,
    `<tuple id="t${escapeXml(user)}"><status><basic>${state.open ? 'open' : 'closed'}</basic></status><contact>${entity}</contact><note>${escapeXml(state.note)}</note></tuple>`,
    `<dm:person id="p${escapeXml(user)}">${state.activities.length === 0 ? '' : `<rpid:activities>${state.activities.map((one) => `<rpid:${one}/>`).join('')}</rpid:activities>`}<dm:note>${escapeXml(state.said ?? state.note)}</dm:note></dm:person>`,
    '</presence>', '',
  ].join('\n')
}
