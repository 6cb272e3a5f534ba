import { readdir } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, normalize } from 'node:path'
import { Refusal } from '../../config/errors.ts'

/** A path of the database never leads out of the recordings folder. */
export function inside(root: string, relative: string): string {
  const clean = normalize(relative)
  if (relative === '' || isAbsolute(clean) || clean.startsWith('..')) throw new Refusal('not-found', 'There is no recording with this id.')
  return join(root, clean)
}

/** The recorder's files of a recording, in order: `x.wav`, `x.2.wav` and so on. */
export async function partsOf(path: string): Promise<string[]> {
  const name = basename(path, '.wav')
  const found = (await readdir(dirname(path)).catch(() => [])).flatMap((file) => {
    const [, number = '1'] = (file.startsWith(name) && /^(?:\.(\d+))?\.wav$/.exec(file.slice(name.length))) || ['', 'none']
    return number === 'none' ? [] : [{ file, number: Number(number) }]
  })
  return found.sort((a, b) => a.number - b.number).map(({ file }) => join(dirname(path), file))
}
