import type { DirectorySnapshot, SnapshotDevice } from './types.ts'

/** Why what a device was once allowed is over, as RFC 6665 §4.1.3 names it: it is gone, switched off, has another password, or is somebody else's now and may ask anew. Undefined while it is not. */
export function whyOver(snapshot: DirectorySnapshot, before: SnapshotDevice): 'rejected' | 'noresource' | 'deactivated' | undefined {
  const now = snapshot.device(before.id)
  if (!now) return 'noresource'
  if (now.extensionId !== before.extensionId) return 'deactivated'
  return now.enabled && now.credentialsChangedAt === before.credentialsChangedAt && snapshot.extension(now.extensionId)?.enabled === true ? undefined : 'rejected'
}
