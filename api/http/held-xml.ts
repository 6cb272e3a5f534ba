/** Requests and answers of HELD (RFC 5985 §6, RFC 6155 §3). */
import { SaxesParser } from 'saxes'
import type { HeldIdentity, HeldPlace } from '../../pbx/index.ts'

const HELD = 'urn:ietf:params:xml:ns:geopriv:held'
const IDENTITY = 'urn:ietf:params:xml:ns:geopriv:held:id'

export interface LocationRequest {
  /** What is wanted: `any`, `civic`, `geodetic`, `locationURI`. */
  types: string[]
  /** Nothing else will do. */
  exact: boolean
  identity: HeldIdentity | undefined
}

export type HeldErrorCode = 'requestError' | 'xmlError' | 'unsupportedMessage' | 'locationUnknown' | 'cannotProvideLiType' | 'badIdentifier'

/** Why a request cannot be answered, as the answer says it. */
export class HeldError extends Error {
  readonly code: HeldErrorCode
  constructor(code: HeldErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/** @throws HeldError for what is no request */
export function readRequest(xml: string): LocationRequest {
  const request: LocationRequest = { types: [], exact: false, identity: undefined }
  const path: string[] = []
  const identities: HeldIdentity[] = []
  let text = ''
  let root: string | undefined
  const parser = new SaxesParser({ xmlns: true })
  parser.on('doctype', () => { throw new HeldError('xmlError', 'A request has no document type.') })
  parser.on('opentag', ({ uri, local, attributes }) => {
    root ??= `${uri} ${local}`
    path.push(uri === HELD || uri === IDENTITY ? local : '')
    text = ''
    if (local === 'locationType') request.exact = ['true', '1'].includes(attributes['exact']?.value ?? '')
  })
  parser.on('text', (part) => { text += part })
  parser.on('closetag', () => {
    const at = path.join('/')
    path.pop()
    const value = text.trim()
    text = ''
    if (at === 'locationRequest/locationType') request.types = value.split(/\s+/).filter((one) => one !== '')
    const kind = /^locationRequest\/device\/(.*)$/.exec(at)?.[1]
    if (kind === undefined || value === '') return
    if (kind === 'mac' || kind === 'ip' || kind === 'uri') identities.push({ kind, value })
    else throw new HeldError('badIdentifier', `A device is known here by mac, ip or uri, not by ${kind || 'that'}.`)
  })
  try {
    parser.write(xml).close()
  } catch (error) {
    if (error instanceof HeldError) throw error
    throw new HeldError('xmlError', 'This is no well-formed XML.')
  }
  if (root !== `${HELD} locationRequest`) throw new HeldError('unsupportedMessage', 'Only locationRequest is answered.')
  const unknown = request.types.find((type) => !['any', 'civic', 'geodetic', 'locationURI'].includes(type))
  if (unknown !== undefined) throw new HeldError('requestError', `locationType has no ${unknown}.`)
  if (request.exact && request.types.length > 0 && request.types.every((type) => type === 'geodetic')) throw new HeldError('cannotProvideLiType', 'Places are known by their addresses, not by coordinates.')
  if (identities.length > 1) throw new HeldError('badIdentifier', 'Name a device in one way.')
  request.identity = identities[0]
  return request
}

/** @param uri where the place may be asked for; undefined: it was asked for there */
export function writeResponse({ types, exact }: Pick<LocationRequest, 'types' | 'exact'>, pidf: string, uri: string | undefined, until: HeldPlace['until'] | undefined): string {
  const wants = (type: string): boolean => types.length === 0 || types.includes('any') || types.includes(type) || (!exact && !types.includes('locationURI'))
  const set = uri !== undefined && until && (types.length === 0 || types.includes('any') || types.includes('locationURI')) ? `<locationUriSet expires="${until.toISOString()}"><locationURI>${escapeText(uri)}</locationURI></locationUriSet>` : ''
  const value = wants('civic') || set === '' ? pidf.replace(/^<\?xml[^>]*\?>\s*/, '') : ''
  return `<?xml version="1.0" encoding="UTF-8"?>\n<locationResponse xmlns="${HELD}">${set}${value}</locationResponse>\n`
}

export function writeError({ code, message }: HeldError): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<error xmlns="${HELD}" code="${code}"><message xml:lang="en">${escapeText(message)}</message></error>\n`
}

const escapeText = (text: string): string => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
