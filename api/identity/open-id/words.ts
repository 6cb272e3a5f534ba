/** What went wrong with a provider, for people: cause and cure. */
import { AuthorizationResponseError, ResponseBodyError, WWWAuthenticateChallengeError } from 'openid-client'

const mismatch: Record<string, string> = {
  iss: 'Its answer names another issuer. Enter the issuer as the provider writes it, in its openid-configuration.',
  aud: 'Its answer is for another application. Compare the client ID with the one at the provider.',
  azp: 'Its answer is for another application. Compare the client ID with the one at the provider.',
  nonce: 'Its answer belongs to another sign-in. Begin again.',
}

const codes: Record<string, string> = {
  OAUTH_JWT_TIMESTAMP_CHECK_FAILED: 'Its answer is too old or from the future. See that the clocks of this machine and of the provider are right, and begin again.',
  OAUTH_KEY_SELECTION_FAILED: 'Its answer is signed with a key that it does not publish. Begin again; if that does not help, its keys (jwks_uri) are not in order.',
  OAUTH_MISSING_SERVER_METADATA: 'It does not publish all that is needed (authorization_endpoint, token_endpoint, jwks_uri). Is the issuer right?',
  OAUTH_HTTP_REQUEST_FORBIDDEN: 'It publishes an address without TLS. Only https is used, but for loopback that SIGN_IN_NETWORKS opens.',
  OAUTH_RESPONSE_IS_NOT_CONFORM: 'It answered with an error instead. Is the issuer right? Its openid-configuration must be under it.',
  OAUTH_RESPONSE_IS_NOT_JSON: 'It answered with something else than JSON. Is the issuer right? Its openid-configuration must be under it.',
  OAUTH_PARSE_ERROR: 'It answered with something else than JSON. Is the issuer right?',
  OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED: 'It publishes another issuer than the one entered. Enter it as the provider writes it, to the last slash.',
  OAUTH_UNSUPPORTED_OPERATION: 'It signs in a way that is not accepted here. Have it sign ID tokens with RS256, ES256 or EdDSA.',
  OAUTH_TIMEOUT: 'It did not answer in time. Try again; if that does not help, see whether this machine reaches it.',
}

const asked: Record<string, string> = {
  access_denied: 'It did not let you in, or you cancelled. Ask whoever manages it whether you may use this application.',
  login_required: 'You are not signed in there. Begin again.',
  invalid_scope: 'It does not know one of the scopes that are set. An administrator takes it out.',
  unauthorized_client: 'This application is not allowed to sign people in there. Its registration must allow authorization codes.',
}

const answered: Record<string, string> = {
  invalid_client: 'It does not accept the client ID and secret. An administrator enters the ones of the provider again; a secret may have expired.',
  invalid_grant: 'The code was used before or came too late. Begin again.',
  unauthorized_client: 'This application is not allowed to sign people in there. Its registration must allow authorization codes.',
}

/** The reason behind an error, however deeply wrapped. */
function root(error: unknown): Error & { code?: string } {
  let at = error as Error & { code?: string; cause?: unknown }
  while (at.cause instanceof Error) at = at.cause as typeof at
  return at
}

/** @param name of the provider, as on its button */
export function providerWords(name: string, error: unknown): string {
  return `${name}: ${reason(error)}`
}

function reason(error: unknown): string {
  if (error instanceof AuthorizationResponseError) return asked[error.error] ?? `It answered ${error.error}${error.error_description === undefined ? '' : ` (${shown(error.error_description)})`}.`
  if (error instanceof ResponseBodyError) return answered[error.error] ?? `It answered ${error.error}${error.error_description === undefined ? '' : ` (${shown(error.error_description)})`}.`
  if (error instanceof WWWAuthenticateChallengeError) return answered['invalid_client'] ?? ''
  const { code, cause } = error as { code?: string; cause?: { cause?: { claim?: string; attribute?: string } } }
  if (cause?.cause?.attribute === 'sub') return 'It tells of two different people. Begin again; if that does not help, its userinfo_endpoint is not in order.'
  if (code === 'OAUTH_JWT_CLAIM_COMPARISON_FAILED') return mismatch[cause?.cause?.claim ?? ''] ?? 'Its answer does not fit what was asked. Begin again.'
  if (code !== undefined && codes[code] !== undefined) return codes[code]
  if (code === 'OAUTH_INVALID_RESPONSE') return `Its answer is not as it should be: ${shown(root(error).message)}. Begin again.`
  const why = root(error)
  if (why.code === 'ENOTFOUND' || why.code === 'EAI_AGAIN') return 'Its name was not found. Is the issuer right?'
  if (why.code === 'ECONNREFUSED') return 'Nothing listens there. Is the issuer right, and is it running?'
  if (why.name === 'TimeoutError' || why.name === 'AbortError') return codes['OAUTH_TIMEOUT'] ?? ''
  if (/certificate|self.signed/i.test(why.message)) return `Its certificate is not trusted: ${shown(why.message)}.`
  return shown(why.message)
}

const shown = (text: string): string => text.replace(/[\p{Cc}\p{Cs}]+/gu, ' ').trim().slice(0, 300)
