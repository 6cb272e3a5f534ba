import type { DirectorySnapshot, SnapshotExtension } from '../directory/types.ts'
import type { VoicemailAction } from './feature-actions.ts'
import { internal, type Meant } from './meant.ts'
import type { Step, VoicemailStep } from './plan.ts'
import type { CallRequest } from './request.ts'

export function leaveMessage(extension: Pick<SnapshotExtension, 'id'>, greeting: VoicemailStep['greeting'], reason: string): VoicemailStep {
  return { kind: 'voicemail', what: 'leave', extensionId: extension.id, greeting, reason }
}

/** A blocked caller who may leave a message and rings nobody. */
export function intoMailbox(reason: string, extension: SnapshotExtension | undefined): Step {
  if (extension?.enabled && extension.voicemail) return leaveMessage(extension, 'unavailable', `${reason}, and may leave ${extension.number} (${extension.name}) a message`)
  return { kind: 'refuse', refusal: 'caller-blocked', reason: `${reason}, and nobody is called who has a mailbox` }
}

/** What was dialled leads to a mailbox. */
export function toMailbox(code: string, action: VoicemailAction, argument: string, { request: { tenantId, caller }, snapshot }: { request: CallRequest; snapshot: DirectorySnapshot }): Meant {
  if (action === 'voicemail-any') return internal([{ kind: 'voicemail', what: 'listen', extensionId: null, greeting: 'unavailable', reason: `${code} asks whose messages are to be played` }])
  const extension = action === 'voicemail-own' ? snapshot.extension(caller.extensionId) : snapshot.extensionByNumber(tenantId, argument)
  if (extension?.voicemail !== true || !extension.enabled) {
    const whose = extension ? `Extension ${extension.number} (${extension.name}) has` : action === 'voicemail-own' ? 'The caller has' : `There is no extension ${argument} that could have`
    return internal([{ kind: 'announcement', prompt: 'voicemail-none', refusal: 'no-mailbox', reason: `${whose} no mailbox` }])
  }
  if (action === 'voicemail-own') return internal([{ kind: 'voicemail', what: 'listen', extensionId: extension.id, greeting: 'unavailable', reason: `${code} plays the caller's own messages` }], extension)
  return internal([leaveMessage(extension, 'unavailable', `${code} leads to the mailbox of ${extension.number} (${extension.name})`)], extension)
}
