/** Figures of one or several runs, as a plain table. */

/** One line: what it is, what was measured in each run, and what FreeSWITCH needs for the same on such a machine. */
export interface Figure {
  what: string
  values: number[]
  unit: string
  digits: number
  reference?: string
}

export interface Section {
  title: string
  figures: Figure[]
  /** Reasons of failures and warnings about the measuring itself. */
  notes: string[]
}

export function figure(what: string, value: number, unit: string, digits: number, reference?: string): Figure {
  return { what, values: [value], unit, digits, ...(reference === undefined ? {} : { reference }) }
}

/** The same section of another run beside this one. */
export function joinRuns(first: Section, again: Section): Section {
  return {
    title: first.title,
    figures: first.figures.map((one) => ({ ...one, values: [...one.values, ...(again.figures.find(({ what }) => what === one.what)?.values ?? [])] })),
    notes: [...first.notes, ...again.notes],
  }
}

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return sorted.length % 2 === 1 ? (sorted[Math.floor(middle)] ?? NaN) : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2
}

function valueOf({ values, digits, unit }: Figure): [value: string, spread: string] {
  const text = (value: number): string => (Number.isNaN(value) ? '–' : value.toFixed(digits))
  const spread = values.length > 1 ? `${text(Math.min(...values))} to ${text(Math.max(...values))}` : ''
  return [`${text(median(values))} ${unit}`, spread]
}

/** Median, then the least and the most when there were several runs, then the reference. */
export function tableOf(sections: readonly Section[]): string {
  const rows = sections.flatMap(({ figures }) => figures.map((one) => [one.what, ...valueOf(one), one.reference ?? '']))
  const width = (column: number): number => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0))
  const [labels, values, spreads] = [width(0), width(1), width(2)]
  const line = (what: string, value: string, spread: string, reference: string): string =>
    `  ${what.padEnd(labels)}  ${value.padStart(values)}${spreads > 0 ? `  ${spread.padEnd(spreads)}` : ''}  ${reference}`.trimEnd()
  const head = line('', 'Dialplane', spreads > 0 ? 'of all runs' : '', 'FreeSWITCH')
  return sections
    .map(({ title, figures, notes }) => [title, head, ...figures.map((one) => line(one.what, ...valueOf(one), one.reference ?? '')), ...notes.map((note) => `  ! ${note}`), ''].join('\n'))
    .join('\n')
}
