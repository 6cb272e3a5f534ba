/** Encryption of one leg: none, or a key for each direction. */
import type { SrtpKey } from '../../../sdp/types.ts'
import { SrtpReceiver, SrtpSender } from './streams.ts'

function same(one: SrtpKey | undefined, other: SrtpKey): boolean {
  return one?.suite === other.suite && Buffer.compare(one.key, other.key) === 0 && Buffer.compare(one.salt, other.salt) === 0
}

export class Protection {
  /** Nothing passes unencrypted, in either direction. */
  on = false
  #sendKey: SrtpKey | undefined
  #receiveKey: SrtpKey | undefined
  #sender: SrtpSender | undefined
  #receiver: SrtpReceiver | undefined
  /** The peer goes on with its old key until it knows of our answer to the new one. */
  #before: SrtpReceiver | undefined

  /** A stream whose key stays goes on as it is: its indices must not begin anew. */
  key(send: SrtpKey, receive: SrtpKey): void {
    this.on = true
    if (!same(this.#sendKey, send)) this.#sender = new SrtpSender(send)
    if (!same(this.#receiveKey, receive)) {
      this.#before = this.#receiver
      this.#receiver = new SrtpReceiver(receive)
    }
    this.#sendKey = send
    this.#receiveKey = receive
  }

  /** Plain; or, with `waiting`, nothing at all until there are keys. */
  clear(waiting: boolean): void {
    this.on = waiting
    this.#sendKey = this.#receiveKey = this.#sender = this.#receiver = this.#before = undefined
  }

  openRtp(packet: Buffer): Buffer | undefined {
    const opened = this.#receiver?.openRtp(packet)
    if (opened === undefined) return this.#before?.openRtp(packet)
    this.#before = undefined
    return opened
  }

  openRtcp(packet: Buffer): Buffer | undefined {
    return this.#receiver?.openRtcp(packet) ?? this.#before?.openRtcp(packet)
  }

  sealRtp(packet: Uint8Array): Buffer | undefined {
    return this.#sender?.sealRtp(packet)
  }

  sealRtcp(packet: Uint8Array): Buffer | undefined {
    return this.#sender?.sealRtcp(packet)
  }
}
