/** Who hears whom: legs and conferences of this worker, and links to those of others. */
import type { MessagePort } from 'node:worker_threads'
import type { LinkedDigit, LinkedPacket } from '../protocol.ts'
import type { Clock } from './clock.ts'
import type { EncodingNumber } from './codecs/index.ts'
import { Echo } from './echo.ts'
import { Leg } from './leg.ts'
import { createRtpView, readRtp, type RtpView } from './rtp.ts'
import { UNKNOWN, type EVENT, type Target } from './target.ts'

export class Graph {
  readonly legs = new Map<number, Leg>()
  /** Who else takes packets by a number: parties of conferences. */
  readonly #others = new Map<number, Target>()
  readonly #links = new Map<number, MessagePort>()
  readonly #view = createRtpView()
  /** Legs by whom they send to. */
  readonly #senders = new Map<Target, Set<Leg>>()
  // Stands for the far leg as a source; its SSRC tells one from another.
  readonly #far = new WeakMap<Target, object>()

  /** What comes in on `from` goes out on `to`, here or in another worker. False when either is gone. */
  attach(from: number, to: number, worker: number | undefined): boolean {
    const leg = this.legs.get(from)
    if (leg === undefined) return false
    const target = this.target(from, to, worker)
    if (target === undefined) return false
    this.#aim(leg, target)
    leg.expectMedia()
    return true
  }

  /** Takes packets from `from`: a leg or another here, or one in another worker; undefined when it is gone. */
  target(from: number, to: number, worker: number | undefined): Target | undefined {
    return worker === undefined ? this.#taker(to) : this.#farTarget(from, to, worker)
  }

  #taker(number: number): Target | undefined {
    return this.legs.get(number) ?? this.#others.get(number)
  }

  /** From here on packets for this number are taken by this one. */
  add(number: number, other: Target): void {
    this.#others.set(number, other)
  }

  /** What comes in on this leg goes out on it, `delayMs` later. */
  echo(leg: Leg, delayMs: number, clock: Clock): void {
    this.#aim(leg, delayMs === 0 ? leg : new Echo(leg, delayMs, clock))
    leg.expectMedia()
  }

  detach(from: number): void {
    const leg = this.legs.get(from)
    if (leg !== undefined) this.#aim(leg, undefined)
  }

  /** Takes one out; nobody sends to it any more. */
  remove(number: number): void {
    const gone = this.#taker(number)
    if (gone === undefined) return
    this.legs.delete(number)
    this.#others.delete(number)
    if (gone instanceof Leg) this.#aim(gone, undefined)
    for (const sender of this.#senders.get(gone) ?? []) sender.target = undefined
    this.#senders.delete(gone)
  }

  #aim(leg: Leg, target: Target | undefined): void {
    const before = leg.target
    const others = before && this.#senders.get(before)
    others?.delete(leg)
    if (before && others?.size === 0) this.#senders.delete(before)
    leg.target = target
    if (target === undefined) return
    const senders = this.#senders.get(target)
    if (senders === undefined) this.#senders.set(target, new Set([leg]))
    else senders.add(leg)
  }

  /** A channel to another worker. It replaces an older one: that worker was replaced. */
  link(worker: number, port: MessagePort): void {
    this.#links.get(worker)?.close()
    this.#links.set(worker, port)
    port.on('message', (linked: LinkedPacket | LinkedDigit) => {
      if ('digit' in linked) this.#taker(linked.to)?.digit(linked.digit, linked.way)
      else this.#fromFar(linked)
    })
  }

  close(): void {
    for (const port of this.#links.values()) port.close()
    this.#links.clear()
  }

  #farTarget(from: number, to: number, worker: number): Target | undefined {
    const port = this.#links.get(worker)
    if (port === undefined) return undefined
    // Bridges across workers are rare (a transfer between calls); here a packet is copied.
    const post = (encoding: number, packet: Uint8Array, view: RtpView): void => {
      const linked: LinkedPacket = { to, from, encoding, clock: view.clock, packet: new Uint8Array(packet) }
      port.postMessage(linked, [linked.packet.buffer as ArrayBuffer])
    }
    return {
      take: (_from, encoding, packet, view) => post(encoding, packet, view),
      skip: (_from, packet, view) => post(UNKNOWN, packet, view),
      digit: (digit, way) => {
        const linked: LinkedDigit = { to, digit, way }
        port.postMessage(linked)
      },
    }
  }

  #fromFar(linked: LinkedPacket): void {
    const taker = this.#taker(linked.to)
    if (taker === undefined || !readRtp(linked.packet, this.#view)) return
    let far = this.#far.get(taker)
    if (far === undefined) this.#far.set(taker, far = {})
    this.#view.clock = linked.clock
    if (linked.encoding === UNKNOWN) taker.skip(far, linked.packet, this.#view, performance.now())
    else taker.take(far, linked.encoding as EncodingNumber | typeof EVENT, linked.packet, this.#view, performance.now())
  }
}
