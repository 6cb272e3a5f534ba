import { Refusal } from '../../config/errors.ts'
import type { Guard } from '../shield/shield.ts'
import type { Step } from './visit.ts'

/**
 * Keeps out who is banned. The embedded engine has not let them this far but for what was on its way already. A drachtio-server
 * lets everybody through, and a request it handed on must be answered: there scanners and floods are looked for here, and get a bare 403.
 */
export function createGuard(shield: Guard): Step {
  return ({ request }) => {
    const { address } = request.source
    if (!shield.gated) {
      shield.strike(address, 'flood', `${request.method} and others`)
      const agent = request.userAgent ?? ''
      const scanner = shield.scannerIn(`${agent}\n${request.header('from') ?? ''}`)
      if (scanner !== undefined) {
        shield.strike(address, 'scanner', agent || scanner)
        throw new Refusal('forbidden', 'Forbidden')
      }
    }
    if (shield.refuses(address)) throw new Refusal('forbidden', 'Forbidden')
  }
}
