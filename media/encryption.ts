/** How legs are encrypted, as the contract of the media engines says it. */

/** How the audio of a leg may be encrypted. */
export interface LegEncryption {
  /** `off`: never; `offer`: by phones that can; `require`: a peer that will not is refused (`unprocessable`). */
  policy: 'off' | 'offer' | 'require'
  /**
   * Others may read the signalling, and keys in it (SDES): none are offered, and those of a peer that offers nothing else
   * are taken only where encryption is not required.
   */
  readable: boolean
  /** The peer is a browser: our offers are DTLS-SRTP with ICE (RFC 8827), whatever the policy. */
  browser: boolean
}

/** What the audio of a leg is encrypted with, for people. */
export interface LegSecurity {
  keying: 'sdes' | 'dtls'
  /** Name of the suite as in RFC 4568, e.g. `AES_CM_128_HMAC_SHA1_80`. */
  suite: string
}
