/** The settings, read once at the start and checked as a whole. Nothing else reads the environment. */
import { Refusal } from '../errors.ts'
import { checkSettings } from './check.ts'
import { isRolesOption } from './roles.ts'
import type { Settings } from './settings.ts'
import { findSettings, type Environment } from './source.ts'

export type { Settings } from './settings.ts'
export { ROLES_HELP, rolesOf, type Role } from './roles.ts'
export { settingsTable } from './print.ts'

export interface SettingsInput {
  /** Absent: the environment of this process. */
  env?: Environment
  /** Arguments after the script's name; none are settings, so any but `--settings` and `--roles=` is refused. */
  argv?: readonly string[]
}

/**
 * Environment over settings file over default.
 * Throws one Refusal `unprocessable`: a sentence for each setting that is wrong, one a line.
 */
export function loadSettings(input: SettingsInput = {}): Settings {
  const found = findSettings(input.env ?? process.env)
  const { settings, problems } = checkSettings(found)
  for (const argument of input.argv ?? []) {
    if (argument !== '--settings' && !isRolesOption(argument)) {
      problems.push({ field: argument, message: `${argument} is not an option. Settings come from the environment or ${found.file}; \`npm run settings\` lists them.` })
    }
  }
  if (settings === undefined || problems.length > 0) {
    throw new Refusal('unprocessable', problems.map((problem) => problem.message).join('\n'), { details: problems })
  }
  return settings
}

/**
 * From here on `process.env` is a plain object. drachtio-srf reads it for every header of every message, and
 * the real one is a call into the C library each time: a twentieth of the main thread.
 */
export function detachEnvironment(): void {
  process.env = { ...process.env }
}
