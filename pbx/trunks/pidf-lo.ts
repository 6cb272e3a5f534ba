/** The place of a caller on its way to the dispatcher: a civic address (RFC 5139) in PIDF-LO (RFC 4119, RFC 5491), by value (RFC 6442). */
import { randomUUID } from 'node:crypto'
import { randomToken } from '../../config/ids.ts'
import type { SnapshotTrunk } from '../directory/types.ts'
import type { Located } from '../door.ts'
import type { BodyPart } from '../sip/types.ts'
import { escapeXml } from '../sip/xml.ts'

export const PIDF_LO = 'application/pidf+xml'

export interface LocationBody {
  headers: Readonly<Record<string, string>>
  /** Undefined: the place itself does not go along. */
  part: BodyPart | undefined
}

/**
 * @param entity the caller as the carrier sees it, `12025550100@carrier.example`: nothing of the house
 * @param at when the call was made, in milliseconds since the epoch
 * @param by the place itself, where to ask for it, or both (RFC 6442 §4.1)
 * @param reference where to ask for it
 */
export function locationBody(located: Located, entity: string, at: number, by: SnapshotTrunk['locationBy'] = 'value', reference: string | null = null): LocationBody {
  const contentId = `location-${randomToken(9)}@dialplane.invalid`
  const asked = by === 'value' || reference === null ? [] : [`<${reference}>`]
  // Without anywhere to ask, the place itself goes along whatever was chosen.
  const whole = by !== 'reference' || reference === null
  return {
    headers: { Geolocation: [...(whole ? [`<cid:${contentId}>`] : []), ...asked].join(', '), 'Geolocation-Routing': 'yes' },
    part: whole ? { contentType: PIDF_LO, contentId, body: pidfLo(located, entity, at) } : undefined,
  }
}

/** The elements of a civic address in the order of the schema (RFC 5139 §4). */
export function pidfLo({ site, name, floor, room, details, source, since }: Located, entity: string, at: number): string {
  const elements: [string, string][] = [
    ['country', site.country], ['A1', site.state], ['A3', site.city], ['RD', site.street], ['HNO', site.houseNumber], ['LOC', details || name], ['FLR', floor], ['NAM', site.name], ['PC', site.postalCode], ['ROOM', room],
  ]
  const civic = elements.filter(([, value]) => value !== '').map(([tag, value]) => `<ca:${tag}>${escapeXml(value)}</ca:${tag}>`).join('')
  const method = source === 'bssid' ? '802.11' : source === 'switch-port' || source === 'network' ? 'Derived' : 'Manual'
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model" xmlns:gp="urn:ietf:params:xml:ns:pidf:geopriv10" xmlns:gbp="urn:ietf:params:xml:ns:pidf:geopriv10:basicPolicy" xmlns:ca="urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr"',
    `  entity="pres:${escapeXml(entity)}">`,
    '<dm:device id="phone">',
    `<gp:geopriv><gp:location-info><ca:civicAddress xml:lang="en">${civic}</ca:civicAddress></gp:location-info>`,
    // RFC 4119 §2.2.5: the rules have a namespace of their own, and the permission is an xs:boolean, whatever the examples there write.
    `<gp:usage-rules><gbp:retransmission-allowed>true</gbp:retransmission-allowed><gbp:retention-expiry>${new Date(at + 86_400_000).toISOString()}</gbp:retention-expiry></gp:usage-rules>`,
    `<gp:method>${method}</gp:method></gp:geopriv>`,
    // RFC 4479 has one device here and wants its name; one for this call alone tells nothing of the house.
    `<dm:deviceID>urn:uuid:${randomUUID()}</dm:deviceID>`,
    `<dm:timestamp>${new Date(since ?? at).toISOString()}</dm:timestamp>`,
    '</dm:device>',
    '</presence>',
    '',
  ].join('\r\n')
}
