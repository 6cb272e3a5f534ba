/** Takes out of a SIP message what must not be shown or stored: digest answers and SRTP keys. */

const HIDDEN = '[hidden]'
// Header names are matched at the start of a line; folded lines begin with a blank.
const CREDENTIALS = /^((?:Proxy-)?(?:Authorization|Authenticate)|WWW-Authenticate|(?:Proxy-)?Authentication-Info)([ \t]*:)([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)/gim
const SECRET_PARAM = /\b(response|nonce|cnonce|nextnonce|rspauth|opaque)(\s*=\s*)("(?:[^"\\]|\\.)*"?|[^\s,]*)/gi
const INLINE_KEY = /\b(inline:)[^\s|;]+/gi
const KEY_LINE = /^(k=|a=key-mgmt:)[^\r\n]*/gim
const IDENTITY_PASSWORD = /(\bsips?:[^\s:@<>"]+):[^\s@<>"/]+@/gi

/** The same message with the values of secrets replaced by `[hidden]`. Cheap when it holds none. */
export function maskSecrets(text: string): string {
  let masked = text
  if (/auth/i.test(masked)) {
    masked = masked.replace(CREDENTIALS, (_line, name: string, colon: string, value: string) =>
      `${name}${colon}${/^\s*digest\b/i.test(value) ? value.replace(SECRET_PARAM, `$1$2"${HIDDEN}"`) : ` ${HIDDEN}`}`)
  }
  masked = masked.replace(INLINE_KEY, `$1${HIDDEN}`)
  if (masked.includes('\nk=') || masked.includes('key-mgmt')) masked = masked.replace(KEY_LINE, `$1${HIDDEN}`)
  return masked.includes('@') ? masked.replace(IDENTITY_PASSWORD, `$1:${HIDDEN}@`) : masked
}
