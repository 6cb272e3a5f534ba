/** A wish to call somebody, whoever had it: a phone's INVITE or, later, a click in a CRM. */
export interface CallRequest {
  tenantId: string
  caller: { extensionId: string; deviceId: string; number: string; name: string | null }
  /** The user part of the Request-URI as dialled. */
  dialled: string
}
