/** What the browser does with passkeys, with its refusals in words. */
import { startAuthentication, startRegistration, type PublicKeyCredentialCreationOptionsJSON, type PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/browser'
import { ApiError } from '../../app/api-error.ts'
import type { NewPasskey, PasskeyCreationOptions, PasskeyProof, PasskeyRequestOptions } from '../../client/index.ts'
import { t } from '../../words/translate.ts'

const words: Record<string, string> = {
  NotAllowedError: t('No key answered: it was cancelled, or it took too long. Try again.'),
  AbortError: t('No key answered: it was cancelled. Try again.'),
  InvalidStateError: t('This key is one of yours already.'),
  NotSupportedError: t('This key cannot do what is needed. Try another one.'),
  SecurityError: t('The browser uses no passkeys at this address. Open the panel at its own name, over https.'),
}

async function inWords<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked
  } catch (error) {
    const { name, cause } = error as Error
    const known = words[cause instanceof Error ? cause.name : name] ?? words[name]
    throw new ApiError(0, 'passkey', known ?? t('The browser could not use a passkey. Try again, or use another browser.'))
  }
}

/** Has the browser make a passkey. */
export async function makePasskey(options: PasskeyCreationOptions): Promise<NewPasskey> {
  return (await inWords(startRegistration({ optionsJSON: options as unknown as PublicKeyCredentialCreationOptionsJSON }))) as unknown as NewPasskey
}

/** Has the browser ask for a passkey. */
export async function askPasskey(options: PasskeyRequestOptions): Promise<PasskeyProof> {
  return (await inWords(startAuthentication({ optionsJSON: options as unknown as PublicKeyCredentialRequestOptionsJSON }))) as unknown as PasskeyProof
}
