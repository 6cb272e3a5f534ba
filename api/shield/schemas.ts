import { z } from 'zod'
import { order, pageQuery, search } from '../http/envelope.ts'
import { instant, line } from '../http/fields.ts'

const reason = z.enum(['flood', 'garbage', 'scanner', 'unknown-domain', 'wrong-passwords', 'by-hand'])

const network = z.string().trim().min(2).max(60).meta({ description: 'An address, or a network like 192.0.2.0/24. An IPv6 address means its /64.' })

export const Ban = z
  .object({
    id: z.uuid(),
    network: z.string().meta({ description: 'An IPv4 address, the /64 of an IPv6 address, or a network with its prefix.' }),
    reason,
    detail: z.string().meta({ description: 'What gave it away, or the note of whoever added it.' }),
    since: instant,
    until: instant.nullable().meta({ description: 'Null: until it is lifted.' }),
    hits: z.number().int().meta({ description: 'Messages and connections it tried meanwhile.' }),
    level: z.number().int().meta({ description: 'How often in a row it was banned; each time is longer.' }),
    by: z.string().nullable().meta({ description: 'Who added it; null for Dialplane.' }),
  })
  .meta({ id: 'Ban' })

export const BanQuery = z.strictObject({
  ...pageQuery,
  search,
  reason: reason.optional(),
  sort: z.enum(['since', 'until', 'hits', 'network']).default('since'),
  order: order('desc'),
})

export const BanCreate = z
  .strictObject({
    network,
    note: line(200),
    until: instant.nullable().optional().meta({ description: 'Null or absent: until it is lifted.' }),
  })
  .meta({ id: 'BanCreate' })

export const AllowedNetwork = z
  .object({ id: z.uuid(), network: z.string(), note: z.string(), by: z.string(), createdAt: instant })
  .meta({ id: 'AllowedNetwork' })

export const AllowedNetworkQuery = z.strictObject(pageQuery)

export const AllowedNetworkCreate = z.strictObject({ network, note: line(200) }).meta({ id: 'AllowedNetworkCreate' })
