import type { PhoneKey, PhoneTransport } from '../door-phones.ts'
import type { Zone } from './zone.ts'

/** One account of a phone. */
export interface LineFacts {
  number: string
  /** Shown to others, and beside the key. */
  name: string
  username: string
  password: string
  /** RFC 3711 by keys in SDP: never, with those who can, always. */
  srtp: 'off' | 'optional' | 'required'
  /** Dialled by the message key; empty: there is no mailbox. */
  voicemail: string
}

/** All that goes into the settings of one phone, whoever made it. */
export interface PhoneFacts {
  name: string
  model: string
  mac: string
  lines: readonly LineFacts[]
  /** One for each key, empty ones at the end left out. */
  keys: readonly PhoneKey[]
  /** Where it registers. */
  server: string
  port: number
  transport: PhoneTransport
  expires: number
  /** The most wanted first: of `opus`, `G722`, `PCMU`, `PCMA`. */
  codecs: readonly string[]
  ntp: string
  zone: Zone
  language: string
  adminPassword: string
  /** Where it fetches its settings again, with a slash at the end. */
  url: string
  phoneBook: string
  /** What is dialled to pick up a call that rings at somebody; empty: there is no code. */
  pickUp: string
}

export interface PhoneFile {
  name: string
  type: string
  text: string
  /** It holds the settings, rather than names or where they are. */
  settings: boolean
}

/** The number of seconds between two looks for new settings, when nothing tells a phone to. */
export const LOOK_SECONDS = 86_400

/** `<tag>text</tag>` a line, in the order given; what is undefined is left out. */
export function xmlTags(entries: readonly (readonly [tag: string, value: string | number | undefined])[], indent = '  '): string {
  return entries.map(([tag, value]) => (value === undefined ? '' : `${indent}<${tag}>${xmlText(String(value))}</${tag}>\n`)).join('')
}

/** What XML 1.0 has no way to write is left out (§2.2). */
export function xmlText(text: string): string {
  return text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '').replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
}

/** A value that ends with its line. */
export const oneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')

/** Of a table of what a vendor calls things, with what stands for all others. */
export const called = (names: Readonly<Record<string, string>>, key: string, otherwise: string): string => names[key] ?? otherwise
