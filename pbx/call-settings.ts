/** Settings of calls that are sent on, and of wake-up calls. */
import type { Actor } from '../config/actor.ts'
import { wrongField } from '../config/errors.ts'
import type { Directory } from './directory/types.ts'
import type { CallSettings, CallSettingsDoor } from './door.ts'

export function createCallSettingsDoor(directory: Directory): CallSettingsDoor {
  const settings = ({ tenantId }: Actor): CallSettings => {
    const snapshot = directory.snapshot()
    return { timeZone: snapshot.tenant(tenantId)?.timeZone ?? 'UTC', ...snapshot.callSettingsOf(tenantId) }
  }
  return {
    settings,
    async configure(actor, input) {
      const { wakeUpDesk } = input
      if (typeof wakeUpDesk === 'string' && !directory.snapshot().extensionByNumber(actor.tenantId, wakeUpDesk)) throw wrongField('wakeUpDesk', `There is no extension ${wakeUpDesk}.`)
      await directory.callSettings.configure(actor, input)
      return settings(actor)
    },
  }
}
