import type { DirectorySnapshot } from '../directory/types.ts'
import { codeFor } from '../routing/feature-codes.ts'
import { helpFormsOf } from '../routing/help.ts'

/** Everything that calls for help at any tenant, as phones dial it: in its countries, with the digits for an outside line, and behind the code that withholds the number. */
export function alwaysServed(snapshot: DirectorySnapshot): string[] {
  const all = snapshot.tenants().flatMap(({ id }) => {
    const forms = helpFormsOf(snapshot, id)
    const code = codeFor(snapshot.changedCodesOf(id), 'withhold-number')
    return code === undefined ? forms : [...forms, ...forms.map((form) => code + form)]
  })
  return [...new Set(all)]
}
