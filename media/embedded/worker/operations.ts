/** What the main thread may ask of this worker, an entry an operation. */
import type { Handlers, IpFamily, Notice, WorkerSetup, WorkerSource } from '../protocol.ts'
import { Clock } from './clock.ts'
import { eventOf } from './digits.ts'
import { Faulty } from './fault.ts'
import { Graph } from './graph.ts'
import { Leg, type LegSurroundings } from './leg.ts'
import { createRoomOperations } from './mixer/operations.ts'
import { createSupervisionOperations } from './mixer/supervise.ts'
import { createDialing } from './player.ts'
import { playOn, type Plays } from './plays.ts'
import { closePair, NoPorts, Ports } from './ports.ts'
import { Recorder } from './recorder.ts'
import { SoundFiles } from './sound-files.ts'
import { fileSound, musicSound, toneSound, type Sound } from './sounds.ts'
import { Tap } from './tap.ts'

/** As many as calls of some seconds at a busy hour bring back while they drain. */
const SPARE_PAIRS = 64

export function createOperations(setup: WorkerSetup, tell: (notice: Notice) => void): Handlers {
  const clock = new Clock()
  const ports = setup.hosts.map((host) => new Ports(host, setup.ports, setup.timing, SPARE_PAIRS))
  const portsOf = (family: IpFamily): Ports => {
    const found = ports.find((one) => one.family === family)
    if (found === undefined) throw new NoPorts(`no address of IPv${family} is in RTP_HOST`)
    return found
  }
  const graph = new Graph()
  const sounds = new SoundFiles()
  const figures = { packetsIn: 0, packetsOut: 0 }
  const around: LegSurroundings = { clock, timing: setup.timing, identity: setup.identity, figures, tell }
  const plays: Plays = new Map()
  const recordings = new Map<number, Recorder>()
  const taps = new Map<number, { leg: Leg; tap: Tap }>()
  const endings = new Set<Promise<void>>()
  let stopping = false

  const sweeper = setInterval(() => {
    const now = performance.now()
    for (const one of ports) one.sweep(now)
    for (const leg of graph.legs.values()) leg.sweep(now)
  }, setup.timing.sweepMs)

  function leg(handle: number): Leg {
    const found = graph.legs.get(handle)
    if (found === undefined) throw new Faulty('not-found', 'the media endpoint is closed')
    return found
  }

  async function openSound(source: WorkerSource): Promise<Sound> {
    if (source.kind === 'tone') return toneSound(source.frequencies, source.cadenceMs, source.levelDbm0)
    if (source.kind === 'file') return fileSound(await sounds.load(source.path))
    return musicSound(await Promise.all(source.paths.map((path) => sounds.load(path))))
  }

  const supervisions = createSupervisionOperations({ clock, graph, leg })
  const rooms = createRoomOperations({ clock, graph, plays, recordings, openSound, tell })

  return {
    ...rooms.operations,
    ...supervisions,
    async open({ endpoint, family, urgent }) {
      const pair = await portsOf(family).open(urgent)
      if (stopping) {
        await closePair(pair)
        throw new NoPorts('the media worker is stopping')
      }
      graph.legs.set(endpoint, new Leg(endpoint, pair, around))
      return { port: pair.port }
    },
    configure({ endpoint, stream, rule }) {
      leg(endpoint).configure(stream, rule)
      return null
    },
    attach({ endpoint, to, worker }) {
      if (!graph.attach(endpoint, to, worker)) throw new Faulty('not-found', 'one of the media endpoints to bridge is closed')
      return null
    },
    detach({ endpoint }) {
      graph.detach(endpoint)
      return null
    },
    echo({ endpoint, delayMs }) {
      graph.echo(leg(endpoint), delayMs, clock)
      return null
    },
    async hold({ endpoint, on, music }) {
      const held = leg(endpoint)
      const turn = held.voices.hold(on)
      if (on && music !== undefined) held.voices.holdWith(turn, await openSound(music))
      return null
    },
    async play({ endpoint, play, source, repeat }) {
      const on = leg(endpoint)
      return playOn(plays, play, openSound(source), repeat, (voice) => {
        if (graph.legs.get(endpoint) !== on) return undefined
        on.voices.speak('play', voice)
        return () => on.voices.hush(voice, 'aborted')
      })
    },
    stopPlay({ play }) {
      const entry = plays.get(play)
      if (entry !== undefined) entry.stopped = true
      entry?.hush?.()
      return null
    },
    async sendDigits({ endpoint, digits, durationMs, gapMs }) {
      const on = leg(endpoint)
      if ([...digits].some((digit) => eventOf(digit) === undefined)) {
        throw new Faulty('unprocessable', 'only the digits 0-9, *, # and A-D can be sent')
      }
      const sent = await new Promise<boolean>((resolve) => { on.voices.speak('dial', createDialing(digits, durationMs, gapMs, resolve)) })
      return { sent }
    },
    hearDigit({ endpoint, digit, durationMs }) {
      if (eventOf(digit) === undefined) throw new Faulty('unprocessable', 'only the digits 0-9, *, # and A-D can be pressed')
      leg(endpoint).hearDigit(digit.toUpperCase(), durationMs)
      return null
    },
    tap({ endpoint, tap, rate }) {
      const on = leg(endpoint)
      const made = new Tap(rate, {
        audio: (pcm, dropped) => tell({ notice: 'tap-audio', endpoint, tap, pcm, dropped }),
        voice: (speaking) => tell({ notice: 'tap-voice', endpoint, tap, speaking }),
      })
      taps.set(tap, { leg: on, tap: made })
      on.taps.add(made)
      return null
    },
    tapDone({ tap }) {
      taps.get(tap)?.tap.done()
      return null
    },
    closeTap({ tap }) {
      const found = taps.get(tap)
      taps.delete(tap)
      if (found?.leg.taps.delete(found.tap) === true) found.tap.close()
      return null
    },
    async record({ endpoint, recording, path, rate }) {
      const on = leg(endpoint)
      const recorder = new Recorder(path, rate, clock, (outcome) => {
        recordings.delete(recording)
        on.recorders.delete(recorder)
        tell({ notice: 'recording-ended', recording, outcome })
      })
      recordings.set(recording, recorder)
      on.recorders.add(recorder)
      await recorder.start()
      return null
    },
    pauseRecording({ recording, on }) {
      const recorder = recordings.get(recording)
      if (recorder !== undefined) recorder.paused = on
      return null
    },
    async stopRecording({ recording }) {
      await recordings.get(recording)?.stop('stopped')
      return null
    },
    stats({ endpoint }) {
      return leg(endpoint).stats()
    },
    close({ endpoint }) {
      const closing = leg(endpoint)
      graph.remove(endpoint)
      const stats = closing.close()
      portsOf(closing.pair.family).release(closing.pair)
      return stats
    },
    load() {
      return {
        endpoints: graph.legs.size, drainingPorts: ports.reduce((sum, one) => sum + one.draining, 0), packetsIn: figures.packetsIn, packetsOut: figures.packetsOut,
        lateTicks: clock.lateTicks, worstLatenessMs: Math.round(clock.worstLatenessMs * 10) / 10,
      }
    },
    alive() {
      return null
    },
    link({ worker, port }) {
      graph.link(worker, port)
      return null
    },
    async shutdown() {
      stopping = true
      clearInterval(sweeper)
      rooms.close()
      for (const recorder of recordings.values()) endings.add(recorder.stop('closed'))
      const legs = [...graph.legs.values()]
      graph.legs.clear()
      for (const one of legs) one.close()
      await Promise.all([...endings, ...legs.map((one) => closePair(one.pair)), ...ports.map((one) => one.close())])
      clock.close()
      graph.close()
      return null
    },
  }
}
