import type { DirectorySnapshot } from '../directory/types.ts'
import { codeFor } from '../routing/feature-codes.ts'
import { helpFormsOf } from '../routing/help.ts'
import { dialledAs } from '../routing/speed-dial.ts'

/** Everything that calls for help at any tenant, as phones dial it: in its countries, with the digits for an outside line, and behind the code that withholds the number, or by a speed dial. */
export function alwaysServed(snapshot: DirectorySnapshot): string[] {
  const all = snapshot.tenants().flatMap(({ id }) => {
    const forms = helpFormsOf(snapshot, id)
    const changed = snapshot.changedCodesOf(id)
    const code = codeFor(changed, 'withhold-number')
    const speedDials = [...snapshot.speedDialsOf(id), ...snapshot.extensionsOf(id).flatMap((extension) => extension.speedDials)].flatMap(({ number, target }) => (forms.includes(target) ? dialledAs(changed, number) : []))
    return [...forms, ...speedDials, ...(code === undefined ? [] : forms.map((form) => code + form))]
  })
  return [...new Set(all)]
}
