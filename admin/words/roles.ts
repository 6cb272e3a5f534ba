import type { Role } from '../app/types.ts'
import { t } from './translate.ts'

const builtIn: Record<string, string> = { admin: t('Administrator'), user: t('User') }

/** A role that comes with the system in the panel's words, another by the name it was given. */
export const roleName = (role: Pick<Role, 'key' | 'name' | 'builtIn'>): string => (role.builtIn ? builtIn[role.key] ?? role.name : role.name)
