/** Settings of the generated API client: same origin, CSRF token on writes, one kind of error, and what happens when the session ends. */
import { client } from '../client/client.gen.ts'
import { noteServerTime } from '../live/clock.ts'
import { toApiError } from './api-error.ts'
import { keys } from './keys.ts'
import { queryClient } from './query-client.ts'

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/** The token of the current session; every write must carry it. */
let csrfToken: string | undefined

export function rememberCsrfToken(token: string | undefined): void {
  csrfToken = token
}

/** Paths whose 401 means "wrong password" or "nobody is signed in", not "your session ended". */
function isAboutSigningIn(url: string): boolean {
  return /\/api\/v1\/(auth\/(login|session|provider\/(begin|finish)|passkeys\/sign-in|mfa\/(verify|passkey|enrol)(\/.*)?)|setup)$/.test(new URL(url).pathname)
}

export function setUpClient(): void {
  client.setConfig({ credentials: 'same-origin' })
  client.interceptors.request.use((request) => {
    if (!SAFE_METHODS.has(request.method) && csrfToken !== undefined) request.headers.set('X-CSRF-Token', csrfToken)
    return request
  })
  client.interceptors.response.use((response, request) => {
    const date = response.headers.get('date')
    if (date !== null && response.headers.get('age') === null) noteServerTime(Date.parse(date), 1000)
    // Dropping the session sends the person to the sign-in page, and back here afterwards.
    if (response.status === 401 && !isAboutSigningIn(request.url)) queryClient.setQueryData(keys.session, null)
    return response
  })
  client.interceptors.error.use((error, response) => toApiError(error, response))
}
