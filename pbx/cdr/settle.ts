import type { Journal } from '../../config/database/journal.ts'

/** Rows on their way to the database. */
export type Pending = Pick<Journal<unknown>, 'pending' | 'flush'>

/** Every call that is over is in the history afterwards. */
export async function settle(journal: Pending | undefined): Promise<void> {
  if (journal && journal.pending > 0) await journal.flush()
}
