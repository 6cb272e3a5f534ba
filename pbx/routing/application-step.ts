/** Ask a program of the tenant's what to do with the call, and do that. */
export interface ApplicationStep {
  kind: 'application'
  applicationId: string
  /** It had the call put through before, and nobody took it there. */
  after?: { to: string }
  reason: string
}
