/** Short numbers, of which none leads to another. */
import { wrongField } from '../config/errors.ts'
import type { Directory } from './directory/types.ts'
import type { SpeedDials } from './door.ts'
import { wrongSpeedDials } from './routing/speed-dial.ts'

export function guardSpeedDials(directory: Directory): SpeedDials {
  const { speedDials } = directory
  const refuse = (tenantId: string, { number = '', target }: { number?: string; target?: string }): void => {
    const why = target === undefined ? undefined : wrongSpeedDials(directory.snapshot().changedCodesOf(tenantId), [{ number, target }])
    if (why !== undefined) throw wrongField('target', why)
  }
  return {
    ...speedDials,
    create(actor, input) {
      refuse(actor.tenantId, input)
      return speedDials.create(actor, input)
    },
    update(actor, id, input, version) {
      refuse(actor.tenantId, input)
      return speedDials.update(actor, id, input, version)
    },
    async import(actor, lines, trial) {
      const changed = directory.snapshot().changedCodesOf(actor.tenantId)
      const errors = lines.flatMap(({ line, input: { number, target } }) => {
        const message = target === undefined ? undefined : wrongSpeedDials(changed, [{ number, target }])
        return message === undefined ? [] : [{ line, field: 'target', message }]
      })
      const report = await speedDials.import(actor, lines, trial || errors.length > 0)
      return errors.length === 0 ? report : { created: 0, updated: 0, unchanged: 0, errors: [...errors, ...report.errors].toSorted((a, b) => a.line - b.line) }
    },
  }
}
