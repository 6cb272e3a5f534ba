/** Signing in and out. */
import { beginRequiredEnrolment, changePassword, completeSetup, confirmRequiredEnrolment, getSession, getSetup, login, logout, verifySignIn, type AuthenticatorSecret, type SignInStep } from '../client/index.ts'
import { ApiError } from './api-error.ts'
import { rememberCsrfToken } from './client.ts'
import { keys } from './keys.ts'
import { queryClient } from './query-client.ts'
import type { Session } from './types.ts'

/** Who is signed in; null when nobody is. */
export async function readSession(): Promise<Session | null> {
  try {
    const { data } = await getSession({ throwOnError: true })
    rememberCsrfToken(data.data.csrfToken)
    return data.data
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error
    rememberCsrfToken(undefined)
    return null
  }
}

export async function readSetup(): Promise<{ needed: boolean }> {
  const { data } = await getSetup({ throwOnError: true })
  return data.data
}

/** Signs in, or says what is asked for besides the password. */
export async function signIn(email: string, password: string): Promise<SignInStep | undefined> {
  const answer = (await login({ body: { email, password }, throwOnError: true })).data.data
  if ('next' in answer) return answer
  enter(answer)
  return undefined
}

/** The second step: a code of the authenticator app, or a recovery code. */
export async function signInWithCode(challenge: string, code: string): Promise<void> {
  enter((await verifySignIn({ body: { challenge, code }, throwOnError: true })).data.data)
}

export async function beginRequiredFactor(challenge: string): Promise<AuthenticatorSecret> {
  return (await beginRequiredEnrolment({ body: { challenge }, throwOnError: true })).data.data
}

/** Confirms the app that had to be set up. One is signed in by `proceed`, when the recovery codes were seen. */
export async function confirmRequiredFactor(challenge: string, code: string): Promise<{ recoveryCodes: string[]; proceed: () => void }> {
  const { session, recoveryCodes } = (await confirmRequiredEnrolment({ body: { challenge, code }, throwOnError: true })).data.data
  return { recoveryCodes, proceed: () => enter(session) }
}

export async function createFirstAdministrator(input: { token: string; name: string; email: string; password: string }): Promise<void> {
  const { data } = await completeSetup({ body: input, throwOnError: true })
  queryClient.setQueryData(keys.setup, { needed: false })
  enter(data.data)
}

/** Ends every other session of the person; this one goes on under a new CSRF token. */
export async function changeOwnPassword(current: string, next: string): Promise<void> {
  enter((await changePassword({ body: { current, next }, throwOnError: true })).data.data)
}

export async function signOut(): Promise<void> {
  let signOutUrl: string | null = null
  try {
    signOutUrl = (await logout({ throwOnError: true })).data.signOutUrl
  } catch (error) {
    // A session that is already over needs no ending.
    if (!(error instanceof ApiError) || error.status !== 401) throw error
  }
  leave()
  // At the provider too: else its button would open without a question.
  if (signOutUrl !== null) window.location.assign(signOutUrl)
}

const NEXT = 'dialplane.next'

/** Where one wanted to go, kept while the browser is at a provider. */
export function rememberNext(next: string | null): void {
  if (next === null) sessionStorage.removeItem(NEXT)
  else sessionStorage.setItem(NEXT, next)
}

export const rememberedNext = (): string | null => sessionStorage.getItem(NEXT)

/** The panel of this person. */
export function enter(session: Session): void {
  rememberCsrfToken(session.csrfToken)
  queryClient.setQueryData(keys.session, session)
}

/** Nothing of one person's data stays in the page for the next. */
function leave(): void {
  rememberCsrfToken(undefined)
  queryClient.setQueryData(keys.session, null)
  queryClient.removeQueries({ predicate: (query) => query.queryKey[0] !== keys.session[0] && query.queryKey[0] !== keys.setup[0] })
}
