/** Who speaks on a leg instead of the bridged party: digits before a sound, a sound before what is heard on hold. */
import type { PlayOutcome } from '../protocol.ts'
import type { Clock, Ticking } from './clock.ts'
import { createDialing, createPlayback, type Dialing, type Speaker, type Voice } from './player.ts'
import { silence, type Sound } from './sounds.ts'

/** How long digits of the other party are made to sound, and the pause behind each. */
export const PASSED_ON_MS = 100
const PASSED_ON_GAP_MS = 60

export class Voices implements Ticking {
  held = false
  readonly #clock: Clock
  readonly #speaker: Speaker
  #holdTurn = 0
  #holding: Voice | undefined
  #playing: Voice | undefined
  #dialing: Voice | undefined
  /** Digits of the other party on their way to this peer. */
  #passedOn: Dialing | undefined

  constructor(clock: Clock, speaker: Speaker) {
    this.#clock = clock
    this.#speaker = speaker
  }

  get speaking(): Voice | undefined {
    return this.#dialing ?? this.#playing ?? this.#holding
  }

  /** Speaks this instead of the bridged party; an earlier one of the same kind is cut short. */
  speak(kind: 'play' | 'dial', voice: Voice): void {
    const before = kind === 'play' ? this.#playing : this.#dialing
    if (kind === 'play') this.#playing = voice
    else this.#dialing = voice
    before?.end('aborted')
    this.#clock.add(this)
  }

  /** Says a digit of the other party, behind those that are still to be said. */
  passOn(digit: string): void {
    if (this.#passedOn !== undefined) return this.#passedOn.append(digit)
    this.#passedOn = createDialing(digit, PASSED_ON_MS, PASSED_ON_GAP_MS, () => { this.#passedOn = undefined })
    this.speak('dial', this.#passedOn)
  }

  /** Cuts `voice` short if it is still the one. */
  hush(voice: Voice, ended: PlayOutcome['ended']): void {
    if (this.#playing === voice) this.#playing = undefined
    if (this.#dialing === voice) this.#dialing = undefined
    this.#rest()
    voice.end(ended)
  }

  /** Silence is sent while held: phones and NAT bindings give up on a stream that stops. Returns the turn, for `holdWith`. */
  hold(on: boolean): number {
    this.held = on
    this.#holdTurn += 1
    this.#holding = on ? createPlayback(silence(), Infinity, () => undefined) : undefined
    if (on) this.#clock.add(this)
    else this.#rest()
    return this.#holdTurn
  }

  /** Sound instead of the silence of that turn of `hold`, unless it is over. */
  holdWith(turn: number, sound: Sound): void {
    if (turn === this.#holdTurn && this.held) this.#holding = createPlayback(sound, Infinity, () => undefined)
  }

  tick(now: number): void {
    const voice = this.speaking
    if (voice === undefined || voice.tick(now, this.#speaker)) return
    if (this.#playing === voice) this.#playing = undefined
    if (this.#dialing === voice) this.#dialing = undefined
    this.#rest()
  }

  #rest(): void {
    if (this.speaking === undefined) this.#clock.remove(this)
  }

  /** Ends what is spoken. */
  close(): void {
    const voices = [this.#dialing, this.#playing]
    this.#dialing = this.#playing = this.#holding = undefined
    for (const voice of voices) voice?.end('closed')
    this.#clock.remove(this)
  }
}
