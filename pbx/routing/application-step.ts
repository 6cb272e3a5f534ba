/** Ask a program of the tenant's what to do with the call, and do that. */
export interface ApplicationStep {
  kind: 'application'
  applicationId: string
  /** It had the call put through before, and nobody took it: to whom, and how often it was asked by then. */
  after?: { to: string; rounds: number }
  reason: string
}
