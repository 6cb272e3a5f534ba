/** Steps about calls that the caller's extension had. */

/** Say who called the caller's extension last, and call back or block that number. */
export interface LastCallerStep {
  kind: 'last-caller'
  /** `block`: for the company; `block-own`: for the extension alone. */
  what: 'call' | 'block' | 'block-own'
  reason: string
}

/** Call the number again that the caller's extension called last. */
export interface RedialStep {
  kind: 'redial'
  reason: string
}

/** Call the caller's extension when the one that it called last is free, or not any more. */
export interface CompletionStep {
  kind: 'completion'
  what: 'ask' | 'cancel'
  reason: string
}
