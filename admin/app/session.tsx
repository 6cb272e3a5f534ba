import { createContext, useContext } from 'react'
import type { PermissionName, Session } from './types.ts'

/** Who is signed in. Screens inside the shell always have one. */
export const SessionContext = createContext<Session | null>(null)

export function useSession(): Session {
  const session = useContext(SessionContext)
  if (session === null) throw new Error('useSession outside of the signed-in part of the panel')
  return session
}

/** Whether the person may do this; what they may not is not offered. The API checks again. */
export function useCan(): (permission: PermissionName) => boolean {
  const { permissions } = useSession()
  return (permission) => permissions.includes(permission)
}
