/** Steps about a call of somebody else. */

/** Give the phone a call that rings elsewhere. Which one is seen when it dials: what rings is no matter of routing. */
export interface PickUpStep {
  kind: 'pick-up'
  /** Calls that ring there; null: in the pickup group of the caller. */
  extensionId: string | null
  reason: string
}

/** Let the caller listen to the call that this extension is in. Which one is seen when it dials. */
export interface SuperviseStep {
  kind: 'supervise'
  extensionId: string
  reason: string
}
