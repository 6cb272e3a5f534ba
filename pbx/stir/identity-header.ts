/** The Identity header (RFC 8224 §4): a signature, and where the certificate of whoever made it is. */

export interface IdentityHeader {
  token: string
  info: string
  alg: string | undefined
  ppt: string | undefined
}

/** More than any call that was sent on by somebody has. */
const MOST = 10

export function writeIdentity(token: string, info: string): string {
  return `${token};info=<${info}>;alg=ES256;ppt=shaken`
}

/** Those of a call; a sentence when one cannot be read. */
export function readIdentities(text: string): IdentityHeader[] | string {
  const values = splitOutside(text, ',')
  if (values.length > MOST) return `The call carries more than ${MOST} signatures.`
  const read: IdentityHeader[] = []
  for (const value of values) {
    const [token = '', ...params] = splitOutside(value, ';')
    const byName = new Map<string, string>()
    for (const param of params) {
      const [, name = '', content = ''] = /^([A-Za-z0-9-]+)\s*=\s*(.*)$/s.exec(param) ?? []
      if (name === '' || byName.has(name.toLowerCase())) return 'The Identity header is malformed.'
      byName.set(name.toLowerCase(), content.trim().replace(/^"(.*)"$/, '$1'))
    }
    const info = /^<([^<>\s]+)>$/.exec(byName.get('info') ?? '')?.[1]
    if (token === '' || info === undefined) return 'The Identity header is malformed: it has no signature, or no info with the place of the certificate.'
    read.push({ token, info, alg: byName.get('alg'), ppt: byName.get('ppt') })
  }
  return read
}

/** Parts between separators that stand in no quotes and in no brackets. */
function splitOutside(text: string, separator: string): string[] {
  const parts: string[] = []
  let [part, inside] = ['', '']
  for (const sign of text) {
    if (inside === '' && sign === separator) {
      parts.push(part.trim())
      part = ''
      continue
    }
    if (inside === '' ? sign === '<' || sign === '"' : sign === (inside === '<' ? '>' : '"')) inside = inside === '' ? sign : ''
    part += sign
  }
  return [...parts, part.trim()]
}
