import type { Clock } from '../../config/clock.ts'
import type { Database } from '../../config/database/index.ts'
import type { Logger } from '../../config/logger.ts'
import { openTollCalls } from '../directory/toll-calls.ts'
import type { Directory } from '../directory/types.ts'
import { openRates, type RateRoom } from '../rates/rates.ts'
import { createCharges, type Charges } from './charges.ts'
import { dayIn } from './spend.ts'

/** What calls cost, and what was spent on them before this process began. `close` writes down what is left. */
export async function openCharges({ database, directory, logger, home, clock }: { database: Database; directory: Directory; logger: Logger; home: string; clock: Clock }): Promise<{ charges: Charges; rates: RateRoom; close(): Promise<void> }> {
  const calls = await openTollCalls({ database, logger, home })
  const rates = await openRates({ database, directory, logger })
  return {
    charges: createCharges(calls.past, calls.keep, clock, { spent: calls.spent, dayOf: (id, at) => dayIn(directory.snapshot().tenant(id)?.timeZone ?? 'UTC', at) }),
    rates,
    close() {
      rates.close()
      return calls.close()
    },
  }
}
