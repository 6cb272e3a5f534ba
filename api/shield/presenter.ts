import type { z } from 'zod'
import { isoOf, isoOrNull } from '../http/fields.ts'
import type { AllowedNetwork as AllowedNetworkOfPbx, BanView } from '../../pbx/index.ts'
import type { AllowedNetwork, Ban } from './schemas.ts'

/** The same shape over HTTP and in live events. */
export function presentBan(ban: BanView): z.input<typeof Ban> {
  const { id, network, reason, detail, since, until, hits, level, by } = ban
  return { id, network, reason, detail, since: isoOf(since), until: isoOrNull(until), hits, level, by }
}

export function presentAllowed({ id, network, note, by, createdAt }: AllowedNetworkOfPbx): z.input<typeof AllowedNetwork> {
  return { id, network, note, by, createdAt: isoOf(createdAt) }
}
