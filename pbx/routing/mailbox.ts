import type { SnapshotExtension } from '../directory/types.ts'
import type { Step, VoicemailStep } from './plan.ts'

export function leaveMessage(extension: Pick<SnapshotExtension, 'id'>, greeting: VoicemailStep['greeting'], reason: string): VoicemailStep {
  return { kind: 'voicemail', what: 'leave', extensionId: extension.id, greeting, reason }
}

/** A blocked caller who may leave a message and rings nobody. */
export function intoMailbox(reason: string, extension: SnapshotExtension | undefined): Step {
  if (extension?.enabled && extension.voicemail) return leaveMessage(extension, 'unavailable', `${reason}, and may leave ${extension.number} (${extension.name}) a message`)
  return { kind: 'refuse', refusal: 'caller-blocked', reason: `${reason}, and nobody is called who has a mailbox` }
}
