import { QueryClient } from '@tanstack/react-query'
import { ApiError } from './api-error.ts'

/** Reads are tried twice more only when no answer came; an answer, however unwelcome, is final. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnWindowFocus: true,
      retry: (failures, error) => failures < 2 && error instanceof ApiError && (error.status === 0 || error.status >= 502),
    },
    mutations: { retry: false },
  },
})

/**
 * For the writes of a screen: what is shown under this key is read again after each. After a refusal too: it may say that
 * someone else was faster. Not awaited: a form closes when its write is done, not when every list is read again.
 */
export function rereading(queryKey: readonly unknown[]): <T>(writing: Promise<T>) => Promise<T> {
  return async (writing) => {
    try {
      return await writing
    } finally {
      void queryClient.invalidateQueries({ queryKey })
    }
  }
}
