import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { createUser, deleteUser, endOwnSession, endUserSession, listOwnSessions, listRoles, listUsers, listUserSessions, resetSecondFactor, updateUser, type UserCreate, type UserUpdate } from '../../client/index.ts'
import { keys } from '../../app/keys.ts'
import { queryClient, rereading } from '../../app/query-client.ts'

export interface UserFilter {
  search?: string
  page?: number
  limit?: number
  sort?: 'created_at' | 'name' | 'email' | 'last_login_at'
  order?: 'asc' | 'desc'
}

export function useUsers(query: UserFilter) {
  return useQuery({
    queryKey: [...keys.users, query],
    queryFn: async () => (await listUsers({ query, throwOnError: true })).data,
    placeholderData: keepPreviousData,
  })
}

export function useRoles() {
  return useQuery({
    queryKey: keys.roles,
    queryFn: async () => (await listRoles({ throwOnError: true })).data.data,
    staleTime: 60_000,
  })
}

const changed = rereading(keys.users)

export const addUser = (body: UserCreate) => changed(createUser({ body, throwOnError: true }))

export async function changeUser(id: string, body: UserUpdate): Promise<void> {
  await changed(updateUser({ path: { id }, body, throwOnError: true }))
  // It may have been one's own name or roles.
  void queryClient.invalidateQueries({ queryKey: keys.session })
}

export const providersChanged = rereading(keys.signInProviders)

export const resetUserFactor = (id: string) => changed(resetSecondFactor({ path: { id }, throwOnError: true }))

export const removeUser = (id: string) => changed(deleteUser({ path: { id }, throwOnError: true }))

/** @param userId absent: one's own */
export function useSessions(userId: string | undefined) {
  return useQuery({
    queryKey: [...keys.sessions, userId],
    queryFn: async () => {
      const query = { limit: 100 }
      return (userId === undefined ? await listOwnSessions({ query, throwOnError: true }) : await listUserSessions({ path: { id: userId }, query, throwOnError: true })).data
    },
  })
}

const ended = rereading(keys.sessions)

export const endSession = (id: string, userId: string | undefined) =>
  ended(userId === undefined ? endOwnSession({ path: { id }, throwOnError: true }) : endUserSession({ path: { id }, throwOnError: true }))
