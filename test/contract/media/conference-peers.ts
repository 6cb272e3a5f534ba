// Phones in a conference: who says what tone in which codec, and how loud each hears which.
import type { Conference, Endpoint } from '../../../media/contract.ts'
import { say, sound, tone, type Sound } from './codec-peer.ts'
import type { Engine } from './engine.ts'
import { strength, type RtpPeer } from './rtp-peer.ts'

export interface Guest {
  peer: RtpPeer
  endpoint: Endpoint
  payloadType: number
  frequency: number
}

/** A phone of this payload type in the room, that will say a tone. */
export async function guest(engine: Engine, conference: Conference, payloadType: number, frequency: number, options: { muted?: boolean; callId?: string } = {}): Promise<Guest> {
  const { peer, endpoint } = await engine.phone({ codecs: String(payloadType) }, options.callId ?? `call ${frequency}`)
  await conference.join(endpoint, { muted: options.muted ?? false })
  return { peer, endpoint, payloadType, frequency }
}

/** Everybody says a tone for so many packets of 20 ms; what was heard before is forgotten. */
export async function sayAll(guests: readonly Guest[], packets: number): Promise<void> {
  const speeches = guests.map(({ payloadType, frequency }) => tone(payloadType, frequency, packets))
  for (const { peer } of guests) peer.heard.length = 0
  await Promise.all(guests.map(({ peer }, i) => say(peer, speeches[i]!)))
}

/** How loud this guest heard a frequency between these milliseconds of what it was sent, as the amplitude of a sine. */
export function heardAt({ peer, payloadType }: Guest, frequency: number, fromMs: number, toMs: number): number {
  const { samples, rate } = heardBy({ peer, payloadType })
  return strength(samples.slice((fromMs * rate) / 1000, (toMs * rate) / 1000), frequency, rate)
}

/** How loud this guest heard a frequency when it was loudest, over 200 ms. */
export function loudest(guest: Guest, frequency: number): number {
  const { samples, rate } = heardBy(guest)
  return loudestIn(samples, frequency, rate)
}

export function loudestIn(samples: Int16Array, frequency: number, rate: number): number {
  const window = rate / 5
  let most = 0
  for (let at = 0; at + window <= samples.length; at += window / 2) most = Math.max(most, strength(samples.subarray(at, at + window), frequency, rate))
  return most
}

export function heardBy({ peer, payloadType }: Pick<Guest, 'peer' | 'payloadType'>): Sound {
  return sound(peer.heard, payloadType)
}

