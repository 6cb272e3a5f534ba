/** What should happen to a call: steps in order, each with the reason for it in words. */
export interface Plan {
  direction: 'internal' | 'inbound' | 'outbound'
  /** The number after normalising, as history shows it. */
  number: string
  /** The extension that was meant, when there is one. */
  extensionId: string | null
  name: string | null
  steps: Step[]
  /** What led here without a decision of routing: a transfer. */
  before?: { step: string; reason: string }
}

export type Step = ExtensionStep | ConferenceStep | AnnouncementStep | RefuseStep

/** Ring every reachable contact of an extension at once. */
export interface ExtensionStep {
  kind: 'extension'
  extensionId: string
  ringSeconds: number
  reason: string
}

/** Answer, ask for the PIN where there is one, and take the caller in. */
export interface ConferenceStep {
  kind: 'conference'
  conferenceId: string
  reason: string
}

/** Play a prompt to the caller as early media, then refuse with a status. */
export interface AnnouncementStep {
  kind: 'announcement'
  prompt: string
  refusal: RouteRefusal
  reason: string
}

export interface RefuseStep {
  kind: 'refuse'
  refusal: RouteRefusal
  reason: string
}

/** Why routing says no. The SIP status and the words for people follow from it in calls/termination. */
export type RouteRefusal = 'unknown-number' | 'no-emergency-line' | 'extension-disabled' | 'conference-disabled'

/** A step in one phrase, for the panel and the log. */
export function describeStep(step: Step): string {
  switch (step.kind) {
    case 'extension':
      return `Ring the extension's phones for up to ${step.ringSeconds} seconds`
    case 'conference':
      return 'Take the caller into the conference room'
    case 'announcement':
      return `Play the announcement "${step.prompt}" and end the call`
    case 'refuse':
      return 'Refuse the call'
  }
}
