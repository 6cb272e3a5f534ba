/** The tones of networks by country (ITU-T E.180 supplement 2, and national standards). */

export const networkTones = ['dial', 'ringing', 'busy', 'congestion'] as const
export type NetworkTone = (typeof networkTones)[number]

export interface Tone {
  /** Hz, sounding together. */
  frequencies: readonly number[]
  /** On, off, on, off … in milliseconds. One entry: without a pause. */
  cadenceMs: readonly number[]
}

type Row = Readonly<Record<NetworkTone, Tone>>

const tone = (frequencies: readonly number[], ...cadenceMs: number[]): Tone => ({ frequencies, cadenceMs: cadenceMs.length === 0 ? [1000] : cadenceMs })

/** Countries by their ISO 3166 code. */
export const tonesByCountry: Readonly<Record<string, Row>> = {
  us: { dial: tone([350, 440]), ringing: tone([440, 480], 2000, 4000), busy: tone([480, 620], 500, 500), congestion: tone([480, 620], 250, 250) },
  gb: { dial: tone([350, 440]), ringing: tone([400, 450], 400, 200, 400, 2000), busy: tone([400], 375, 375), congestion: tone([400], 400, 350, 225, 525) },
  au: { dial: tone([413, 438]), ringing: tone([413, 438], 400, 200, 400, 2000), busy: tone([425], 375, 375), congestion: tone([425], 375, 375) },
  at: { dial: tone([420]), ringing: tone([420], 1000, 5000), busy: tone([420], 400, 400), congestion: tone([420], 200, 200) },
  be: { dial: tone([425]), ringing: tone([425], 1000, 3000), busy: tone([425], 500, 500), congestion: tone([425], 167, 167) },
  br: { dial: tone([425]), ringing: tone([425], 1000, 4000), busy: tone([425], 250, 250), congestion: tone([425], 250, 250, 750, 250) },
  ch: { dial: tone([425]), ringing: tone([425], 1000, 4000), busy: tone([425], 500, 500), congestion: tone([425], 200, 200) },
  de: { dial: tone([425]), ringing: tone([425], 1000, 4000), busy: tone([425], 480, 480), congestion: tone([425], 240, 240) },
  es: { dial: tone([425]), ringing: tone([425], 1500, 3000), busy: tone([425], 200, 200), congestion: tone([425], 200, 200, 200, 200, 200, 600) },
  fr: { dial: tone([440]), ringing: tone([440], 1500, 3500), busy: tone([440], 500, 500), congestion: tone([440], 250, 250) },
  it: { dial: tone([425], 200, 200, 600, 1000), ringing: tone([425], 1000, 4000), busy: tone([425], 500, 500), congestion: tone([425], 200, 200) },
  jp: { dial: tone([400]), ringing: tone([384, 416], 1000, 2000), busy: tone([400], 500, 500), congestion: tone([400], 500, 500) },
  nl: { dial: tone([425]), ringing: tone([425], 1000, 4000), busy: tone([425], 500, 500), congestion: tone([425], 250, 250) },
  se: { dial: tone([425]), ringing: tone([425], 1000, 5000), busy: tone([425], 250, 250), congestion: tone([425], 250, 750) },
}

/** The tone of this name where `country` is; what is not in the table sounds as in the United States. */
export function networkTone(country: string, name: NetworkTone): Tone {
  return (tonesByCountry[country] ?? tonesByCountry['us']!)[name]
}
