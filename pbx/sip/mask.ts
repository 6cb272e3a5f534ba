/** Takes out of a SIP message what must not be shown or stored: digest answers, SRTP keys, passwords of ICE and digits that were pressed. */

const HIDDEN = '[hidden]'
// Header names are matched at the start of a line; folded lines begin with a blank.
const CREDENTIALS = /^((?:Proxy-)?(?:Authorization|Authenticate)|WWW-Authenticate|(?:Proxy-)?Authentication-Info)([ \t]*:)([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)/gim
const SECRET_PARAM = /\b(response|nonce|cnonce|nextnonce|rspauth|opaque)(\s*=\s*)("(?:[^"\\]|\\.)*"?|[^\s,]*)/gi
const INLINE_KEY = /\b(inline:)[^\s|;]+/gi
const KEY_LINE = /^(k=|a=key-mgmt:|a=ice-pwd:)[^\r\n]*/gim
// Bounded, because without an @ behind it every `sip:` would be read to the end of the line.
const IDENTITY_PASSWORD = /(\bsips?:[^\s:@<>"]{1,256}):[^\s@<>"/]{1,256}@/gi
const DIGITS_IN_BODY = /^(?:content-type|c)[ \t]*:[ \t]*application\/(?:dtmf|vnd\.nortelnetworks\.digits|kpml)/im

/** The same message with the values of secrets replaced by `[hidden]`. Cheap when it holds none. */
export function maskSecrets(text: string): string {
  let masked = DIGITS_IN_BODY.test(text) ? withoutBody(text) : text
  if (/auth/i.test(masked)) {
    masked = masked.replace(CREDENTIALS, (_line, name: string, colon: string, value: string) =>
      `${name}${colon}${/^\s*digest\b/i.test(value) ? value.replace(SECRET_PARAM, `$1$2"${HIDDEN}"`) : ` ${HIDDEN}`}`)
  }
  masked = masked.replace(INLINE_KEY, `$1${HIDDEN}`)
  if (masked.includes('\nk=') || masked.includes('key-mgmt') || masked.includes('ice-pwd')) masked = masked.replace(KEY_LINE, `$1${HIDDEN}`)
  return masked.includes('@') ? masked.replace(IDENTITY_PASSWORD, `$1:${HIDDEN}@`) : masked
}

/** What a person presses may be a PIN (INFO with application/dtmf-relay and its like). */
function withoutBody(text: string): string {
  const blank = /\r?\n\r?\n/.exec(text)
  if (!blank) return text
  const bodyStart = blank.index + blank[0].length
  return bodyStart < text.length ? `${text.slice(0, bodyStart)}${HIDDEN}` : text
}
