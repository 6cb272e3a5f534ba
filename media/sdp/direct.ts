import sdp from 'sdp-transform'
import { Refusal } from '../../config/errors.ts'
import { encodingOf, eventsOf } from './codecs.ts'
import { parseDescription } from './parse.ts'
import type { RemoteAudio, RemoteCodec } from './types.ts'

/** Where a phone is really heard from, and what it said in its last description. */
export interface DirectSide {
  /** The last description this phone gave. */
  remoteSdp: string
  /** Our last description to it. */
  localSdp: string
  /** Where its packets come from. */
  source: { address: string; port: number } | undefined
  /** The encoding it is in. */
  codec: string | undefined
}

/** What each of two phones is told, so that each sends to the other and no longer to us. */
export interface DirectOffers {
  toCaller: string
  toCallee: string
}

/**
 * Offers that connect two phones with each other. Each gets our last description with the other's address and port, and
 * nothing but the one encoding that both are in.
 *
 * @throws Refusal `unprocessable` that says in words why their sound must go through us
 */
export function connectDirectly(caller: DirectSide, callee: DirectSide): DirectOffers {
  const [one, other] = [readSide(caller), readSide(callee)]
  if (caller.codec !== callee.codec) throw stays(`the phones speak different encodings, ${caller.codec ?? 'none'} and ${callee.codec ?? 'none'}`)
  if (one.codec.payloadType !== other.codec.payloadType) throw stays(`the phones have different numbers for ${caller.codec ?? 'their encoding'}`)
  if (one.events !== undefined && other.events !== undefined && one.events !== other.events) throw stays('the phones have different numbers for digits')
  if ((one.events === undefined) !== (other.events === undefined)) throw stays('only one of the phones sends digits as events')
  return { toCaller: redirect(caller.localSdp, other), toCallee: redirect(callee.localSdp, one) }
}

/** Whether the answer to such an offer leaves its phone where it was: at the same address, in the same encoding, ready to talk. */
export function staysInPlace(before: string, answer: string): boolean {
  const [was, is] = [parseDescription(before).audio, parseDescription(answer).audio]
  const now = is.codecs.find((each) => encodingOf(each) !== undefined)
  const known = was.codecs.some((each) => each.payloadType === now?.payloadType && each.name === now.name)
  return known && was.address === is.address && was.port === is.port && is.direction === 'sendrecv'
}

interface Side {
  audio: RemoteAudio
  codec: RemoteCodec
  events: number | undefined
}

function readSide({ remoteSdp, source, codec }: DirectSide): Side {
  const { sections, audio } = parseDescription(remoteSdp)
  if (!/^RTP\/AVPF?$/i.test(sections[audio.index]!.protocol) || /^a=crypto:/m.test(remoteSdp)) throw stays('the sound of a phone is encrypted')
  if (audio.direction !== 'sendrecv') throw stays('a phone is on hold')
  if (source === undefined || source.address !== audio.address || source.port !== audio.port) throw stays('a phone is behind NAT, or has not been heard yet')
  const used = audio.codecs.find((each) => encodingOf(each) === codec)
  if (used === undefined) throw stays('a phone has no encoding yet')
  return { audio, codec: used, events: eventsOf(audio.codecs).find((event) => event.clockRate === used.clockRate)?.payloadType }
}

/** Our description with the address of somebody else. */
function redirect(ours: string, { audio, codec, events }: Side): string {
  const session = sdp.parse(ours)
  const media = session.media.find((each) => each.type === 'audio' && each.port !== 0)
  if (media === undefined || audio.address === undefined) throw stays('there is no audio')
  const kept = [codec.payloadType, ...(events === undefined ? [] : [events])]
  delete media.connection
  session.connection = { version: 4, ip: audio.address }
  media.port = audio.port
  media.payloads = kept.join(' ')
  media.rtp = media.rtp.filter(({ payload }) => kept.includes(Number(payload)))
  media.fmtp = media.fmtp.filter(({ payload }) => kept.includes(Number(payload)))
  media.direction = 'sendrecv'
  delete session.direction
  // Whether the other takes both on one port is known of its own exchange with us only.
  delete media.rtcpMux
  delete media.rtcp
  // Our keys, which it did not take: it must not come back to them with somebody else.
  delete media.crypto
  if (audio.rtcp !== undefined) media.rtcp = { port: audio.rtcp.port, netType: 'IN', ipVer: 4, address: audio.rtcp.address }
  if (audio.ptime !== undefined) media.ptime = audio.ptime
  return sdp.write(session)
}

function stays(why: string): Refusal {
  return new Refusal('unprocessable', why)
}
