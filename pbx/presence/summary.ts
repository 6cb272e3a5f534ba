import { codeFor } from '../routing/feature-codes.ts'
import type { DirectorySnapshot, SnapshotExtension } from '../directory/types.ts'
import type { MessageCounts } from '../door.ts'
import { messageSummary } from './documents.ts'

/**
 * What a mailbox holds (RFC 3842), and where it is heard: at the code for it, else at the extension.
 *
 * @param host where no domain is configured; undefined: the phone knows where it listens
 */
export function summaryOf(snapshot: DirectorySnapshot, { id, tenantId, number }: Pick<SnapshotExtension, 'id' | 'tenantId' | 'number'>, host: string | undefined, messages: (mailboxId: string) => MessageCounts): string {
  const domain = snapshot.tenant(tenantId)?.domains[0] ?? host
  return messageSummary(domain === undefined ? undefined : `sip:${codeFor(snapshot.changedCodesOf(tenantId), 'voicemail-own') ?? number}@${domain}`, messages(id))
}
