import { z } from 'zod'
import { pageQuery } from '../http/envelope.ts'
import { instant, line } from '../http/fields.ts'

const name = line(300).meta({ description: '`carrier.example`, or what a SIP URI says: `sip:carrier.example;transport=tcp`.' })

export const SipTarget = z
  .object({
    transport: z.string(),
    address: z.string(),
    port: z.number().int(),
    srv: z.string().meta({ description: 'The SRV name that led to it; empty for a host that was asked for its addresses only.' }),
    host: z.string(),
    priority: z.number().int(),
    weight: z.number().int(),
    share: z.number().meta({ description: 'How many of the requests try it first as things are, 0 to 1.' }),
    state: z.enum(['good', 'set-aside', 'probing']).meta({ description: 'set-aside: it failed and is tried last. probing: the next request decides whether it is well again.' }),
    failures: z.number().int().meta({ description: 'In a row.' }),
    until: instant.nullable().meta({ description: 'Until when it is set aside.' }),
    cause: z.string().nullable().meta({ description: 'How it failed last.' }),
  })
  .meta({ id: 'SipTarget' })

export const SipName = z
  .object({
    name: z.string(),
    host: z.string(),
    foundAt: instant,
    until: instant.nullable().meta({ description: 'When it is looked up anew.' }),
    naptr: z.array(z.object({ order: z.number().int(), preference: z.number().int(), service: z.string(), replacement: z.string() })),
    targets: z.array(SipTarget).meta({ description: 'Best first.' }),
    trouble: z.array(z.string()).meta({ description: 'What the name servers did wrong.' }),
    stale: z.boolean().meta({ description: 'The name servers fail, so this is older than it should be.' }),
    failure: z.string().nullable().meta({ description: 'Why it leads nowhere.' }),
  })
  .meta({ id: 'SipName' })

export const SipTargetQuery = z.strictObject({ ...pageQuery, name: name.optional() })

export const SipTargetLookUp = z.strictObject({ name }).meta({ id: 'SipTargetLookUp' })
