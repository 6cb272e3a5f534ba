/** A conference: every 20 ms a frame of each party is read, added up, and each hears the sum without itself. */
import type { PartyFormat, PlayoutFigures } from '../../protocol.ts'
import type { Clock, Ticking } from '../clock.ts'
import { codecNamed, type EncodingNumber } from '../codecs/index.ts'
import type { Voice as Playback } from '../player.ts'
import type { RtpView } from '../rtp.ts'
import type { Target } from '../target.ts'
import { Announcer } from './announcer.ts'
import { Ear, Outlet } from './ear.ts'
import { limited } from './limit.ts'
import { Voice } from './voice.ts'

/** Up to so many who are not muted hear each other's silence too; in a larger room a gate keeps the noise out. */
const OPEN_ROOM = 4
/** Heard at once in a larger room: more are a babble that nobody follows. */
const MOST_HEARD = 8
/** So much louder than the softest who is heard, a newcomer takes its place (6 dB). */
const LOUDER = 2

/** A party as its leg sees it: packets go in as into another leg. */
export class Party implements Target {
  readonly voice: Voice
  ear: Ear
  /** The gate would let it in, it is let in, and this frame has something of it. */
  knocks = false
  admitted = false
  sounding = false

  constructor(voice: Voice, ear: Ear) {
    this.voice = voice
    this.ear = ear
  }

  take(_from: object, encoding: EncodingNumber | -1, packet: Uint8Array, view: RtpView, now: number): void {
    this.voice.take(encoding, packet, view, now)
  }

  skip(_from: object, packet: Uint8Array, view: RtpView, now: number): void {
    this.voice.take(-1, packet, view, now)
  }

  /** Digits are for whoever listens to them on the leg, and no sound of the room. */
  digit(): void {}
}

export class Room implements Ticking {
  readonly #clock: Clock
  readonly #tellTalkers: (parties: readonly number[]) => void
  readonly #parties = new Map<number, Party>()
  readonly #listeners = new Map<object, Ear>()
  readonly #outlets: Outlet[] = []
  readonly #announcer: Announcer
  /** In the order they began. */
  readonly #talkers: number[] = []
  #talkersChanged = false
  #rate = 8000
  #sum = new Int32Array(0)
  #mix = new Int16Array(0)
  #tick = 0

  /** @param tellTalkers who speaks, in the order they began; at most once a tick */
  constructor(clock: Clock, tellTalkers: (parties: readonly number[]) => void) {
    this.#clock = clock
    this.#tellTalkers = tellTalkers
    this.#announcer = new Announcer(this.#rate)
    this.#size()
  }

  /** A party joins; what it says is given to what is returned. */
  join(number: number, format: PartyFormat, muted: boolean, out: Target): Party {
    this.#widenFor(format)
    const voice: Voice = new Voice(this.#rate, muted, () => this.#turn(number, voice))
    const party = new Party(voice, new Ear(this.#outlet(format), out))
    this.#parties.set(number, party)
    this.#clock.add(this)
    return party
  }

  /** Its leg has agreed on another codec. */
  reformat(number: number, format: PartyFormat, out: Target): void {
    const party = this.#parties.get(number)
    if (party === undefined) return
    const { outlet } = party.ear
    if (outlet.packetMs === format.packetMs && outlet.codec === codecNamed(format.encoding)) return
    this.#widenFor(format)
    this.#dropEar(party.ear)
    party.ear = new Ear(this.#outlet(format), out)
  }

  leave(number: number): void {
    const party = this.#parties.get(number)
    if (party === undefined) return
    this.#parties.delete(number)
    party.voice.close()
    this.#dropEar(party.ear)
    this.#silence(number)
    if (this.#parties.size > 0) return
    this.#announcer.close()
    this.#clock.remove(this)
    this.#flushTalkers()
  }

  mute(number: number, muted: boolean): void {
    const party = this.#parties.get(number)
    if (party !== undefined) party.voice.muted = muted
  }

  figures(number: number): PlayoutFigures | undefined {
    return this.#parties.get(number)?.voice.figures
  }

  /** What all say together, for somebody who says nothing himself (a recorder). */
  listen(who: object, format: PartyFormat, out: Target): void {
    this.#widenFor(format)
    this.#listeners.set(who, new Ear(this.#outlet(format), out))
  }

  unlisten(who: object): void {
    const ear = this.#listeners.get(who)
    if (ear !== undefined) this.#dropEar(ear)
    this.#listeners.delete(who)
  }

  /** False when nobody is there to hear it. */
  play(playback: Playback): boolean {
    if (this.#parties.size === 0) return false
    this.#announcer.add(playback)
    return true
  }

  hush(playback: Playback): void {
    this.#announcer.hush(playback)
  }

  close(): void {
    for (const who of [...this.#listeners.keys()]) this.unlisten(who)
    for (const number of [...this.#parties.keys()]) this.leave(number)
  }

  tick(now: number): void {
    this.#tick += 1
    const sum = this.#sum.fill(0)
    this.#hear(now)
    for (const party of this.#parties.values()) {
      party.sounding = party.voice.apply(party.admitted)
      if (party.sounding) add(sum, party.voice.frame)
    }
    if (this.#announcer.read(now)) add(sum, this.#announcer.frame)
    this.#speak(now)
    this.#flushTalkers()
  }

  /** Reads everybody's frame and decides who is let in. */
  #hear(now: number): void {
    let open = 0
    let admitted = 0
    for (const party of this.#parties.values()) {
      party.knocks = party.voice.read(now)
      if (!party.voice.muted) open += 1
      if (!party.knocks) party.admitted = false
      else if (party.admitted) admitted += 1
    }
    const gated = open > OPEN_ROOM
    for (const party of this.#parties.values()) {
      if (!gated) party.admitted = party.voice.sounds
      else if (party.knocks && !party.admitted) {
        if (admitted < MOST_HEARD) admitted += 1
        else if (!this.#displace(party.voice.loudness)) continue
        party.admitted = true
      }
    }
  }

  #displace(loudness: number): boolean {
    let softest: Party | undefined
    for (const party of this.#parties.values()) {
      if (party.admitted && (softest === undefined || party.voice.loudness < softest.voice.loudness)) softest = party
    }
    if (softest === undefined || loudness < softest.voice.loudness * LOUDER) return false
    softest.admitted = false
    return true
  }

  #speak(now: number): void {
    for (const party of this.#parties.values()) {
      const { ear, voice, sounding } = party
      if (ear.outlet.begins(this.#tick)) ear.shares = !sounding
      if (ear.shares !== false) continue
      this.#mixWithout(sounding ? voice.frame : undefined)
      ear.say(this.#mix, this.#rate, now)
    }
    for (const ear of this.#listeners.values()) if (ear.outlet.begins(this.#tick)) ear.shares = true
    this.#mixWithout(undefined)
    for (const outlet of this.#outlets) if (outlet.shared) outlet.say(this.#mix, this.#rate, now)
  }

  #mixWithout(own: Int16Array | undefined): void {
    const [sum, mix] = [this.#sum, this.#mix]
    if (own === undefined) for (let i = 0; i < mix.length; i += 1) mix[i] = limited(sum[i]!)
    else for (let i = 0; i < mix.length; i += 1) mix[i] = limited(sum[i]! - own[i]!)
  }

  #outlet(format: PartyFormat): Outlet {
    const found = this.#outlets.find(({ codec, packetMs }) => packetMs === format.packetMs && codec === codecNamed(format.encoding))
    if (found !== undefined) return found
    const made = new Outlet(format)
    this.#outlets.push(made)
    return made
  }

  #dropEar(ear: Ear): void {
    ear.close()
    if (ear.outlet.ears.size > 0) return
    this.#outlets.splice(this.#outlets.indexOf(ear.outlet), 1)
    ear.outlet.close()
  }

  /** The first wideband party makes the room wideband, and it stays that. */
  #widenFor({ encoding }: PartyFormat): void {
    const { rate } = codecNamed(encoding)
    if (rate <= this.#rate) return
    this.#rate = rate
    this.#size()
    this.#announcer.tune(rate)
    for (const { voice } of this.#parties.values()) voice.tune(rate)
  }

  #size(): void {
    this.#sum = new Int32Array(this.#rate / 50)
    this.#mix = new Int16Array(this.#rate / 50)
  }

  #turn(number: number, voice: Voice): void {
    if (!voice.speaking) return this.#silence(number)
    if (this.#talkers.includes(number)) return
    this.#talkers.push(number)
    this.#talkersChanged = true
  }

  #silence(number: number): void {
    const at = this.#talkers.indexOf(number)
    if (at < 0) return
    this.#talkers.splice(at, 1)
    this.#talkersChanged = true
  }

  #flushTalkers(): void {
    if (!this.#talkersChanged) return
    this.#talkersChanged = false
    this.#tellTalkers([...this.#talkers])
  }
}

function add(sum: Int32Array, frame: Int16Array): void {
  for (let i = 0; i < frame.length; i += 1) sum[i]! += frame[i]!
}
