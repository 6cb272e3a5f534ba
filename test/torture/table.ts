/**
 * What every torture message gets, and why. One row a message, none left out (`table.test.ts` sees to it).
 * Where an RFC leaves a choice, the row says which was taken.
 */

export interface Row {
  /** File of `rfc4475/` or `rfc5118/`, without its ending. */
  name: string
  section: string
  about: string
  /** Status over UDP; 0: no answer, which an application never hears of. */
  udp: number
  /** `app`: the application gave that answer, so it was handed the message. */
  by: 'engine' | 'app'
  /** Status over TCP where it differs. */
  tcp?: number
  /** The connection is closed after it: nobody knows where the next message would begin. */
  tcpEnds?: true
  /** Status of the whole house, without credentials. */
  house: number
  /** RFC and section that ask for this answer, or what was chosen. */
  why: string
}

/** Answers of the stock application: to INVITE, and to all else. They are taken as they are. */
export const APP_INVITE = 480
export const APP_OTHER = 200

const INVITE = { udp: APP_INVITE, by: 'app', house: 407 } as const
const REGISTER = { udp: APP_OTHER, by: 'app', house: 401 } as const
const OPTIONS = { udp: APP_OTHER, by: 'app', house: 200 } as const
const refused = (status: number) => ({ udp: status, by: 'engine', house: status }) as const
const IGNORED = refused(0)
const UNFRAMED = { ...refused(400), tcpEnds: true } as const

export const rfc4475: readonly Row[] = [
  { name: 'wsinv', section: '3.1.1.1', about: 'folding, blanks and escapes everywhere', ...refused(481), why: 'well formed; its To tag is of no dialog (3261 §12.2.2)' },
  { name: 'intmeth', section: '3.1.1.2', about: 'every character that may be, unknown method', ...refused(501), why: 'unknown method (3261 §21.5.2)' },
  { name: 'esc01', section: '3.1.1.3', about: '%-escapes in URIs', ...INVITE, why: 'well formed' },
  { name: 'escnull', section: '3.1.1.4', about: 'escaped NULs in URIs', ...REGISTER, why: 'well formed' },
  { name: 'esc02', section: '3.1.1.5', about: '% that escapes nothing, unknown method', ...refused(501), why: 'RE%47IST%45R is not REGISTER' },
  { name: 'lwsdisp', section: '3.1.1.6', about: 'no blank between name and <', ...OPTIONS, why: 'to be taken as well formed' },
  { name: 'longreq', section: '3.1.1.7', about: 'very long values, 34 Vias', ...INVITE, why: 'well formed' },
  { name: 'dblreq', section: '3.1.1.8', about: 'octets after the body', ...REGISTER, tcp: 0, tcpEnds: true, why: 'ignored over UDP (3261 §18.3); over TCP they are messages of their own, and the last is no SIP' },
  { name: 'semiuri', section: '3.1.1.9', about: 'semicolons in the user part', ...OPTIONS, why: 'well formed' },
  { name: 'transports', section: '3.1.1.10', about: 'Vias of unknown transports', ...OPTIONS, why: 'well formed' },
  { name: 'mpart01', section: '3.1.1.11', about: 'binary multipart MESSAGE', udp: APP_OTHER, by: 'app', house: 407, why: 'well formed; a text message, and its sender is asked who he is' },
  { name: 'unreason', section: '3.1.1.12', about: 'UTF-8 reason phrase', ...IGNORED, why: 'well formed; a response to nothing (3261 §18.1.2)' },
  { name: 'noreason', section: '3.1.1.13', about: 'empty reason phrase', ...IGNORED, why: 'well formed; a response to nothing (3261 §18.1.2)' },
  { name: 'badinv01', section: '3.1.2.1', about: 'separators with nothing between', ...refused(400), why: 'should be 400' },
  { name: 'clerr', section: '3.1.2.2', about: 'Content-Length beyond the datagram', ...UNFRAMED, tcp: 0, why: 'should be 400; over TCP the rest is waited for, then the connection closed' },
  { name: 'ncl', section: '3.1.2.3', about: 'negative Content-Length', ...UNFRAMED, why: 'should be an error; the connection is closed' },
  { name: 'scalar02', section: '3.1.2.4', about: 'numbers beyond their range', ...refused(400), why: 'should be 400, for the CSeq' },
  { name: 'scalarlg', section: '3.1.2.5', about: 'the same in a response', ...IGNORED, why: 'to be discarded' },
  { name: 'quotbal', section: '3.1.2.6', about: 'quote without end in To', ...refused(400), why: 'should be 400' },
  { name: 'ltgtruri', section: '3.1.2.7', about: 'Request-URI in <>', ...refused(400), why: 'reasonable always; chosen' },
  { name: 'lwsruri', section: '3.1.2.8', about: 'blank in the Request-URI', ...refused(400), why: 'should be 400' },
  { name: 'lwsstart', section: '3.1.2.9', about: 'two blanks in the request line', ...refused(400), why: 'acceptable; chosen' },
  { name: 'trws', section: '3.1.2.10', about: 'blanks after the version', ...refused(400), why: 'acceptable; chosen' },
  { name: 'escruri', section: '3.1.2.11', about: 'header fields in the Request-URI', ...refused(400), why: 'acceptable; chosen, they must go nowhere' },
  { name: 'baddate', section: '3.1.2.12', about: 'Date with another time zone', ...INVITE, why: 'Date means nothing here, so it is not looked at' },
  { name: 'regbadct', section: '3.1.2.13', about: 'Contact with ? but without <>', ...REGISTER, why: 'the registrar answers 400 once it is known who asks' },
  { name: 'badaspec', section: '3.1.2.14', about: 'blanks inside <>', ...OPTIONS, why: 'the blanks may be ignored; chosen' },
  { name: 'baddn', section: '3.1.2.15', about: 'unquoted comma in a name; no blank line', ...UNFRAMED, tcp: 0, why: 'as archived its head has no end (3261 §7); over TCP the rest is waited for' },
  { name: 'badvers', section: '3.1.2.16', about: 'SIP/7.0', ...refused(505), why: 'should be 505' },
  { name: 'mismatch01', section: '3.1.2.17', about: 'CSeq of another method', ...refused(400), why: 'will be 400' },
  { name: 'mismatch02', section: '3.1.2.18', about: 'the same, unknown method', ...refused(400), why: '400 is acceptable; chosen' },
  { name: 'bigcode', section: '3.1.2.19', about: 'status 4294967301', ...IGNORED, why: 'should be dropped' },
  { name: 'badbranch', section: '3.2.1', about: 'branch that is the cookie alone', ...OPTIONS, why: 'told apart as of RFC 2543' },
  { name: 'insuf', section: '3.3.1', about: 'no From, To, Call-ID', ...refused(400), why: 'ideally 400: the Via leads back' },
  { name: 'unkscm', section: '3.3.2', about: 'Request-URI of no known scheme', ...refused(416), why: 'should be 416' },
  { name: 'novelsc', section: '3.3.3', about: 'Request-URI of a scheme for other things', ...refused(416), why: 'should be 416' },
  { name: 'unksm2', section: '3.3.4', about: 'odd schemes in To, From, Contact', udp: APP_OTHER, by: 'app', house: 400, why: 'well formed; the registrar wants a SIP address of record' },
  { name: 'bext01', section: '3.3.5', about: 'Require of unknown extensions', udp: APP_OTHER, by: 'app', house: 420, why: 'an application knows its extensions; the house has none of these (3261 §8.2.2.3)' },
  { name: 'invut', section: '3.3.6', about: 'body of an unknown type', udp: APP_INVITE, by: 'app', house: 415, why: 'the house takes SDP (3261 §8.2.3)' },
  { name: 'regaut01', section: '3.3.7', about: 'unknown Authorization scheme', ...REGISTER, why: 'to be challenged as if there were none' },
  { name: 'multi01', section: '3.3.8', about: 'fields twice that may be once', ...refused(400), why: 'should be 400' },
  { name: 'mcl01', section: '3.3.9', about: 'two Content-Lengths', ...UNFRAMED, why: 'should be 400; the connection is closed' },
  { name: 'bcast', section: '3.3.10', about: '200 with a broadcast Via', ...IGNORED, why: 'a response to nothing is sent on to nobody' },
  { name: 'zeromf', section: '3.3.11', about: 'OPTIONS with Max-Forwards 0', ...OPTIONS, why: 'who is meant answers as ever; INVITE would be 483' },
  { name: 'cparam01', section: '3.3.12', about: 'Contact with a header parameter', ...REGISTER, why: 'well formed; no part of the URI' },
  { name: 'cparam02', section: '3.3.13', about: 'Contact with a URI parameter', ...REGISTER, why: 'well formed; part of the URI' },
  { name: 'regescrt', section: '3.3.14', about: 'Contact with an escaped header field', ...REGISTER, why: 'well formed; a Request-URI made of it goes without' },
  { name: 'sdp01', section: '3.3.15', about: 'Accept without SDP', udp: APP_INVITE, by: 'app', house: 406, why: 'the house could answer with nothing but SDP (3261 §21.4.7)' },
  { name: 'inv2543', section: '3.4.1', about: 'INVITE of RFC 2543', ...INVITE, tcpEnds: true, why: 'should be accepted; over TCP its body has no length, so what follows is no SIP' },
  { name: 'test', section: 'archive', about: 'in no section of the RFC', ...IGNORED, tcpEnds: true, why: 'neither SIP/2.0 nor a way back' },
]

export const rfc5118: readonly Row[] = [
  { name: 'ipv6-good', section: '4.1', about: 'IPv6 references', ...REGISTER, why: 'well formed' },
  { name: 'ipv6-bad', section: '4.2', about: 'IPv6 address without brackets', ...refused(400), why: 'should be 400' },
  { name: 'port-ambiguous', section: '4.3', about: 'port inside the brackets', ...REGISTER, why: 'well formed, though it means another address' },
  { name: 'port-unambiguous', section: '4.4', about: 'port after the brackets', ...REGISTER, why: 'well formed' },
  { name: 'via-received-param-with-delim', section: '4.5', about: 'received in brackets', ...refused(481), why: 'must parse; BYE of no dialog' },
  { name: 'via-received-param-no-delim', section: '4.5', about: 'received without brackets', ...OPTIONS, why: 'must parse' },
  { name: 'ipv6-in-sdp', section: '4.6', about: 'IPv6 in SDP', ...INVITE, why: 'well formed' },
  { name: 'mult-ip-in-header', section: '4.7', about: 'both families in Vias', ...refused(481), why: 'well formed; BYE of no dialog' },
  { name: 'mult-ip-in-sdp', section: '4.8', about: 'both families in SDP', ...INVITE, why: 'well formed' },
  { name: 'ipv4-mapped-ipv6', section: '4.9', about: 'IPv4-mapped addresses', ...INVITE, why: 'must parse' },
  { name: 'ipv6-bug-abnf-3-colons', section: '4.10', about: 'three colons, as an old grammar had it', ...OPTIONS, why: 'must be tolerated' },
  { name: 'ipv6-correct-abnf-2-colons', section: '4.10', about: 'two colons', ...OPTIONS, why: 'well formed' },
]
