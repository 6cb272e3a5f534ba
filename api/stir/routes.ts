/** Signatures of calls (STIR/SHAKEN): what they are made with. */
import { z } from 'zod'
import type { StirSettings as StirSettingsOfPbx } from '../../pbx/index.ts'
import { defineRoute } from '../http/define-route.ts'
import { one } from '../http/envelope.ts'
import { given, instant, isoOf, orNull } from '../http/fields.ts'

const tag = 'Trunks'
const pem = z.string().max(40_000)

const StirCertificate = z
  .object({
    subject: z.string(), issuer: z.string(), notBefore: instant, notAfter: instant,
    state: z.enum(['good', 'ending', 'ended']).meta({ description: 'ending: within three weeks.' }),
    codes: z.array(z.string()).meta({ description: 'Codes of the service provider (SPC), each for all of its numbers.' }),
    numbers: z.array(z.string()).meta({ description: 'Numbers that it is for, in words.' }),
  })
  .meta({ id: 'StirCertificate' })

const StirSettings = z
  .object({
    certificate: z.string().nullable().meta({ description: 'PEM: what calls are signed with, followed by the certificates of its authorities.' }),
    about: orNull(StirCertificate).meta({ description: 'What stands in the certificate.' }),
    certificateUrl: z.string().nullable().meta({ description: 'Where the certificate is published instead of here. Null: here.' }),
    url: z.string().nullable().meta({ description: 'Where whoever checks a signature finds the certificate. Null: nowhere.' }),
    authorities: z.string().nullable().meta({ description: 'PEM: authorities whose certificates are believed when calls of others are verified. Null: none is.' }),
    trusted: z.array(z.object({ subject: z.string(), notAfter: instant, state: StirCertificate.shape.state }).meta({ id: 'StirAuthority' })).meta({ description: 'The same, read.' }),
    trouble: z.string().nullable().meta({ description: 'Why calls are not signed, or soon will not be, with what to do.' }),
  })
  .meta({ id: 'StirSettings', description: 'What calls are signed with, and whose signatures are believed (STIR/SHAKEN). The key is never shown.' })

export const StirSettingsUpdate = z
  .strictObject({
    certificate: pem.nullable().optional().meta({ description: 'PEM, the certificate for calls first. Entered together with key; null takes both away.' }),
    key: pem.nullable().optional().meta({ description: 'PEM, without a passphrase. Never shown again.' }),
    certificateUrl: z.string().max(300).nullable().optional(),
    authorities: z.string().max(90_000).nullable().optional(),
  })
  .meta({ id: 'StirSettingsUpdate' })

function present({ about, trusted, ...settings }: StirSettingsOfPbx): z.input<typeof StirSettings> {
  return { ...settings, trusted: trusted.map((one) => ({ ...one, notAfter: isoOf(one.notAfter) })), about: about && { ...about, notBefore: isoOf(about.notBefore), notAfter: isoOf(about.notAfter) } }
}

const getStirSettings = defineRoute({
  method: 'get', path: '/stir/settings', operationId: 'getStirSettings', summary: 'What calls are signed with', tag, permission: 'trunks.read', response: one(StirSettings),
  handle: ({ world, actor }) => Promise.resolve({ data: present(world.pbx.stir.settings(actor)) }),
})

const updateStirSettings = defineRoute({
  method: 'patch', path: '/stir/settings', operationId: 'updateStirSettings', summary: 'Change what calls are signed with', tag, permission: 'trunks.write', body: StirSettingsUpdate, response: one(StirSettings),
  handle: async ({ world, actor, body }) => ({ data: present(await world.pbx.stir.configure(actor, given(body))) }),
})

export const stirRoutes = [getStirSettings, updateStirSettings]
