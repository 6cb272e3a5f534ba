/** Who withholds the number (RFC 3323 §4.1): as carriers write it. */
export const ANONYMOUS = { number: 'anonymous', name: 'Anonymous' } as const
/** Where such a caller is, for want of a domain that says nothing. */
export const NOWHERE = 'anonymous.invalid'
