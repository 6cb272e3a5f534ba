/** The table that `npm run settings` prints. */
import { checkSettings } from './check.ts'
import { findSettings, type Environment } from './source.ts'
import { settingRows, type SettingRow } from './table.ts'

/** Columns for values. */
const NOW_MAX = 44

/**
 * Every setting with its value now, where that came from, its default and its meaning; secrets as
 * `[set]`. Bad values are listed at the end, in the words the start would refuse them with.
 *
 * @param width columns of the terminal
 */
export function settingsTable(env: Environment = process.env, width = 100): { text: string; ok: boolean } {
  const found = findSettings(env)
  const { problems } = checkSettings(found)
  const rows: readonly SettingRow[] = settingRows
  const cells = rows.map((row) => {
    const value = found.values.get(row.name as (typeof settingRows)[number]['name'])
    const text = value?.text === undefined ? '-' : row.secret === true ? '[set]' : value.text
    // A long default stands in the line below in full.
    const short = value?.from === 'default' && text.length > NOW_MAX && text === row.default ? 'the default' : text
    return { name: row.name, now: short, from: value?.text === undefined ? '' : value.from, row }
  })
  const nameWidth = Math.max(...cells.map((cell) => cell.name.length))
  const nowWidth = Math.min(NOW_MAX, Math.max(...cells.map((cell) => cell.now.length)))
  const lines = [`Settings file: ${found.file}`, '', `${'setting'.padEnd(nameWidth)}  ${'now'.padEnd(nowWidth)}  from`]
  for (const { name, now, from, row } of cells) {
    lines.push(`${name.padEnd(nameWidth)}  ${now.padEnd(nowWidth)}  ${from}`.trimEnd())
    lines.push(...wrap(`${row.meaning}${allowed(row)}${row.default === '' ? '' : ` Default: ${row.default}.`}`, width - 4).map((line) => `    ${line}`))
  }
  if (problems.length > 0) lines.push('', 'These stop the start:', ...problems.map((problem) => `  ${problem.message}`))
  return { text: lines.join('\n'), ok: problems.length === 0 }
}

function allowed(row: SettingRow): string {
  if (row.choices !== undefined) return ` One of: ${row.choices.join(', ')}.`
  return row.min === undefined ? '' : ` From ${row.min} to ${row.max}.`
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}
