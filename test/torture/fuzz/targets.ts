/** What reads hostile text, and what must hold whatever it is given. */
import assert from 'node:assert/strict'
import type { SipMessage } from '../../../pbx/signalling/engine/message/message.ts'
import { messages } from '../messages.ts'
import type { Dice } from './mutate.ts'
import type { Target } from './loop.ts'

const lines = (...all: string[]): string => all.join('\r\n')
const SDP = lines('v=0', 'o=- 1 2 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 't=0 0', 'm=audio 49170 RTP/AVP 0 8 101', 'a=rtpmap:101 telephone-event/8000', 'a=fmtp:101 0-15', 'a=rtcp:49171 IN IP4 192.0.2.1', 'a=rtcp-mux', 'a=sendrecv', '')
const REQUEST = lines(
  'REGISTER sip:pbx.example SIP/2.0', 'Via: SIP/2.0/TCP 192.0.2.7:5060;branch=z9hG4bK7;rport', 'Max-Forwards: 70', 'From: "A, \\"b" <sip:100@pbx.example>;tag=x1', 'To: <sip:100@pbx.example>', 'Call-ID: 8@192.0.2.7',
  'CSeq: 2 REGISTER', 'Contact: <sip:100@192.0.2.7;transport=tcp;ob>;reg-id=1;+sip.instance="<urn:uuid:00000000-0000-1000-8000-000A95A0E128>"', 'Path: <sip:edge.example;lr>', 'Supported: path, outbound, gruu', 'Content-Length: 0', '', '',
)
const torture = messages.map(({ bytes }) => bytes.toString('latin1'))
const whole = [REQUEST, ...torture]
const ADDRESSES = [
  '"Bob \\"x\\"" <sip:bob:pw@[2001:db8::1]:5070;ob;lr?a=b>;tag=1;q=0.5;+sip.instance="<urn:uuid:0>"', '<sip:a@h>;expires=60, <sip:b@h>, "x, y" <sip:c@h>', 'sip:+1%20@example.com:5060;user=phone', 'tel:+1-555;ext=2',
  'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;rport=4;received=192.0.2.2, SIP/2.0/TLS [::1];branch=z9hG4bK2', 'SIP / 2.0 / TCP  host ; branch = a', '*',
]
const DIGESTS = [
  'Digest username="100", realm="r", nonce="n", uri="sip:h", response="6629fae49393a05397450978507c4ef1", qop=auth, nc=00000001, cnonce="c", algorithm=MD5',
  'Digest realm="a", nonce="b", qop="auth,auth-int", stale=TRUE, Digest realm="c", nonce="d", algorithm=SHA-256', 'Basic abc, Digest realm="x\\"y"',
]
const FRAMES = ['5#a|b|c', '12#id|route|abc11#id|ping|xyz', '40#id|sip|t|d|\r\nSIP/2.0 200 OK\r\nX: y\r\n\r\nb', '0#', '99999999#x', '#']

const STUN = '\x00\x01\x00\x08\x21\x12\xa4\x42abcdefghijkl\x80\x22\x00\x04test'

/** Cuts a text into pieces of any size, some of one byte. */
function pieces(text: string, dice: Dice): string[] {
  const parts: string[] = []
  for (let at = 0; at < text.length; ) {
    const size = 1 + dice(dice(3) === 0 ? 3 : 400)
    parts.push(text.slice(at, at + size))
    at += size
  }
  return parts
}

/** Loaded here, so that what is under test gets its counters. */
export async function loadTargets(): Promise<Target[]> {
  const { parseMessage } = await import('../../../pbx/signalling/engine/message/parse.ts')
  const { headerLines, lists, stampSource } = await import('../../../pbx/signalling/engine/message/message.ts')
  const { handOn, writeRefusal, writeResponse } = await import('../../../pbx/signalling/engine/message/write.ts')
  const engineUri = await import('../../../pbx/signalling/engine/message/uri.ts')
  const { completeVia, parseVia } = await import('../../../pbx/signalling/engine/message/via.ts')
  const { createFramer } = await import('../../../pbx/signalling/engine/transport/framing.ts')
  const { answerStun, isStun, stunLength } = await import('../../../pbx/signalling/engine/transport/stun.ts')
  const { createFrameReader } = await import('../../../pbx/signalling/engine/wire/frames.ts')
  const { appLines, readAppMessage } = await import('../../../pbx/signalling/engine/agent/app-message.ts')
  const { contactUri } = await import('../../../pbx/signalling/engine/dialog/dialog.ts')
  const { formatAddress, parseAddress, parseAddressList } = await import('../../../pbx/sip/address.ts')
  const { formatUri, parseUri } = await import('../../../pbx/sip/uri.ts')
  const { parseChallenges, parseCredentials, verifyResponse } = await import('../../../pbx/sip/digest.ts')
  const { maskSecrets } = await import('../../../pbx/sip/mask.ts')
  const { readFrame } = await import('../../../pbx/sip/tap.ts')
  const { parseDescription, SdpSession } = await import('../../../media/sdp/index.ts')
  const { Refusal } = await import('../../../config/errors.ts')

  /** What a stream of `text` gives, whatever pieces it comes in. */
  const framed = (parts: readonly string[]): string[] => {
    const told: string[] = []
    const framer = createFramer(3000, { onMessage: (message) => told.push(`message ${message}`), onPing: () => told.push('ping'), onStun: (bytes) => told.push(`stun ${bytes}`), onBroken: () => told.push('broken') })
    for (const part of parts) framer.push(part)
    return told
  }
  const readFrames = (parts: readonly string[]): string[] => {
    const told: string[] = []
    const reader = createFrameReader(500, { onFrame: (payload) => told.push(payload), onGarbled: (reason) => told.push(`garbled ${reason}`) })
    for (const part of parts) reader.push(part)
    return told
  }

  return [
    {
      name: 'messages',
      seeds: whole,
      run(text) {
        const parsed = parseMessage(text)
        // What is stamped into a Via just below its limit is not read again by anybody here.
        if (parsed.kind === 'noise' || !parsed.message || text.length > 4000) return
        const { message } = parsed
        stampSource(message, '192.0.2.200', 5070)
        if (parsed.kind === 'bad') {
          assert.ok(writeRefusal(message, parsed.status, parsed.reason, 'tag').startsWith('SIP/2.0 '))
          return
        }
        contactUri(message)
        lists(message, 'supported', '100rel')
        for (const line of headerLines(message, 'record-route')) engineUri.splitList(line)
        const again = parseMessage(handOn(message))
        assert.ok(again.kind === 'message', `what was read is refused once written: ${again.kind === 'bad' ? again.reason : again.kind}`)
        assert.equal(meaning(again.message), meaning(message))
        assert.equal(handOn(again.message), handOn(message))
        if (!message.request) return
        const response = parseMessage(writeResponse(message, 480, 'No', 'ours'))
        assert.equal(response.kind, 'message', 'a response to what was read cannot be read')
      },
    },
    {
      name: 'streams',
      seeds: [...whole, STUN, `${STUN}\r\n\r\n${REQUEST}`, `${REQUEST}\r\n\r\n${REQUEST}`, '\r\n\r\n\r\n\r\n'],
      run(text, dice) {
        assert.deepEqual(framed(pieces(text, dice)), framed([text]))
      },
    },
    {
      name: 'addresses',
      seeds: ADDRESSES,
      run(text) {
        const via = parseVia(text)
        // Blanks inside quotes are not kept as they were, and no value of a header holds a line end.
        if (via && !via.flawed && via.length < 4000 && !/["\r\n]/.test(text) && /^[\w.:[\]-]+$/.test(via.host)) {
          const completed = completeVia(text.slice(0, via.length), via, '192.0.2.200', 5070)
          const again = parseVia(completed)
          assert.equal(again?.branch.replace(/\s+/g, ''), via.branch.replace(/\s+/g, ''))
          assert.equal(again?.host, via.host)
        }
        const split = engineUri.splitAddress(text)
        if (split) engineUri.parseSipUri(split.uri)
        engineUri.readTag(text)
        engineUri.splitList(text)
        // Escapes make it longer, and what is too long is no address.
        if (text.length > 600) return
        const uri = parseUri(text)
        if (uri) assert.deepEqual(parseUri(formatUri(uri)), uri)
        const address = parseAddress(text)
        if (address) assert.deepEqual(parseAddress(formatAddress(address.displayName, formatUri(address.uri)))?.uri, address.uri)
        parseAddressList(text)
      },
    },
    {
      name: 'digests',
      seeds: DIGESTS,
      run(text) {
        for (const credentials of parseCredentials(text)) verifyResponse(credentials, '0123456789abcdef0123456789abcdef', 'REGISTER')
        for (const challenge of parseChallenges(text)) assert.ok(challenge.realm !== undefined)
      },
    },
    {
      name: 'frames',
      seeds: FRAMES,
      run(text, dice) {
        const whole = readFrames([text])
        assert.deepEqual(readFrames(pieces(text, dice)), whole)
        for (const payload of whole) {
          const message = readAppMessage(payload.slice(payload.indexOf('\r\n') + 2))
          for (const line of message ? appLines(message, new Set(), '192.0.2.1:5060') : []) assert.ok(!/[\r\n]/.test(line), 'a header line that is two')
        }
        readFrame(text, 0)
      },
    },
    {
      name: 'session descriptions',
      seeds: [SDP, ...torture.flatMap((text) => (text.includes('v=0') ? [text.slice(text.indexOf('v=0'))] : []))],
      run(text) {
        const refusable = (work: () => unknown): void => {
          try {
            work()
          } catch (error) {
            if (!(error instanceof Refusal)) throw error
          }
        }
        refusable(() => parseDescription(text))
        refusable(() => new SdpSession({ address: '192.0.2.9', port: 4000, encodings: ['PCMU', 'PCMA'], peerOrder: false }).answer(text))
      },
    },
    {
      name: 'STUN',
      seeds: [STUN],
      run(text) {
        const data = Buffer.from(text, 'latin1')
        if (!isStun(data)) return
        const answer = answerStun(data, '192.0.2.200', 5070)
        if (answer) assert.equal(stunLength(answer), answer.length)
      },
    },
    { name: 'traces', seeds: [...whole, ...DIGESTS.map((digest) => `Authorization: ${digest}\r\n`)], run: (text) => void maskSecrets(text) },
  ]
}

/** What a message says, in one text. One without Content-Length gets one when it is written. */
function meaning(message: SipMessage): string {
  const { method, uri, status, reason, callId, cseq, cseqMethod, from, to, fromTag, toTag, body } = message
  const fields = message.names.flatMap((name, i) => (name === 'content-length' ? [] : [`${name}: ${message.values[i]}`]))
  return JSON.stringify([method, uri, status, reason, callId, cseq, cseqMethod, from, to, fromTag, toTag, body, fields])
}
