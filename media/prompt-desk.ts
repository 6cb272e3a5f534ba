/** What the house says, and what tenants say instead. */
export interface PromptDesk {
  /** Every sentence, by name. */
  readonly sentences: readonly { name: string; text: string }[]
  /** A WAV file with what this tenant's callers hear. Refuses `not-found`. */
  file(name: string, tenantId: string): Promise<string>
  /**
   * From now on the tenant's callers hear this: a WAV file, Opus in Ogg, or a text that is spoken. Returns its length in seconds.
   * Refuses `unprocessable` for what is no sound, is silent or too long, `too-large`, and `not-found` for a name that is none.
   */
  replace(name: string, tenantId: string, by: { sound: Uint8Array } | { text: string }): Promise<number>
  /** The standard again. */
  revert(name: string, tenantId: string): Promise<void>
  /** A WAV file with this text spoken, for listening to it first. */
  preview(text: string): Promise<string>
  /** Sounds of a tenant that are no sentence of the house, such as greetings. A name has small letters, digits and dashes. */
  readonly own: {
    /** As `replace` takes it. Returns its length in seconds. */
    keep(name: string, tenantId: string, by: { sound: Uint8Array } | { text: string }): Promise<number>
    find(name: string, tenantId: string): Promise<string | undefined>
    remove(name: string, tenantId: string): Promise<void>
  }
}
