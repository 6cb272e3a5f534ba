/** What `npm run bench` can be told. */
import { parseArgs } from 'node:util'

/** Half of them call the other half. */
export const PHONES = 200

export const help = `npm run bench [-- options]

  --registrations   registrations with a digest, SHA-256 and MD5
  --calls           calls from extension to extension, no audio
  --media           calls with audio both ways
                    without any of these three: all of them
  --ceiling         also raises the rates until it fails or is slow
  --phones <n>      registers so many phones beside, holds them, restarts the house and lets all come back (10,000 at most)
  --phones-tls <n>  registers so many phones beside over TLS, a connection each, and holds them (4,000 at most)
  --beside <name>   kamailio (Debian's package): the same registrations, in turn with ours; freeswitch (FREESWITCH_PROGRAM):
                    registrations and calls; may be said twice
  --b2bua           signalling alone: a plain B2BUA of drachtio-srf on our engine, and on a drachtio-server (DRACHTIO_PROGRAM: its program)
  --flatness        what a REGISTER and the look-up of an INVITE cost with 100 to 100,000 bindings, in this process
  --encryption      what a relayed call costs plain and encrypted, in this process
  --overload        only what is finished at once and at twice the capacity, of registrations and calls, or of one of them
  --runs <n>        measures each n times and shows the spread (1)
  --seconds <n>     measures for n seconds instead of 20 (media: 15)
  --rate <n>        registrations a second (200)
  --call-rate <n>   calls a second (30)
  --media-calls <n> calls with audio, at most ${PHONES / 2} (100)
  --profile         prints where the CPU time went, by thread and function`

const BESIDE = ['kamailio', 'freeswitch'] as const
export type BesideName = (typeof BESIDE)[number]

export interface Options {
  registrations: boolean
  calls: boolean
  media: boolean
  ceiling: boolean
  overload: boolean
  profile: boolean
  runs: number
  seconds: number | undefined
  rate: number
  callRate: number
  mediaCalls: number
  phones: number
  phonesTls: number
  beside: BesideName[]
  flatness: boolean
  b2bua: boolean
  encryption: boolean
}

/** Undefined when help was asked for. Throws a sentence for what it does not know. */
export function readOptions(): Options | undefined {
  const flag = { type: 'boolean', default: false } as const
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    options: {
      registrations: flag, calls: flag, media: flag, ceiling: flag, overload: flag, profile: flag, help: flag,
      flatness: flag, encryption: flag, b2bua: flag, phones: text, 'phones-tls': text, beside: { type: 'string', multiple: true, default: [] as string[] }, runs: text, seconds: text, rate: text, 'call-rate': text, 'media-calls': text,
    },
  })
  if (values.help) return undefined
  const number = (name: 'runs' | 'seconds' | 'rate' | 'call-rate' | 'media-calls' | 'phones' | 'phones-tls', most: number): number | undefined => {
    const given = values[name]
    if (given === undefined) return undefined
    const value = Number(given)
    if (!Number.isInteger(value) || value < 1 || value > most) throw new Error(`--${name} is a whole number from 1 to ${most}.`)
    return value
  }
  const beside = values.beside.map((name) => BESIDE.find((known) => known === name))
  if (beside.includes(undefined)) throw new Error(`--beside knows ${BESIDE.join(' and ')} only.`)
  const phones = number('phones', 10_000) ?? 0
  const phonesTls = number('phones-tls', 4_000) ?? 0
  const all = !values.registrations && !values.calls && !values.media && !values.flatness && !values.encryption && !values.b2bua && phones + phonesTls === 0
  return {
    registrations: all || values.registrations, calls: all || values.calls, media: all || values.media, ceiling: values.ceiling, overload: values.overload, profile: values.profile,
    phones, phonesTls, beside: beside as BesideName[], flatness: values.flatness, encryption: values.encryption, b2bua: values.b2bua,
    runs: number('runs', 20) ?? 1, seconds: number('seconds', 120), rate: number('rate', 5_000) ?? 200, callRate: number('call-rate', 1_000) ?? 30, mediaCalls: number('media-calls', PHONES / 2) ?? 100,
  }
}
