import { z } from 'zod'
import { defineRoute } from '../http/define-route.ts'
import { one } from '../http/envelope.ts'
import { instant, isoOf, orNull } from '../http/fields.ts'
import type { Certificates as CertificatesOfPbx } from '../../pbx/index.ts'

export const Certificate = z
  .object({
    source: z.string().meta({ description: 'The file it was read from.' }),
    own: z.boolean().meta({ description: 'Made, and renewed, by Dialplane itself.' }),
    names: z.array(z.string()).meta({ description: 'Domains and addresses it is for.' }),
    issuer: z.string(),
    notBefore: instant,
    notAfter: instant,
    state: z.enum(['good', 'ending', 'ended']).meta({ description: 'ending: within 21 days.' }),
  })
  .meta({ id: 'Certificate' })

export const Certificates = z
  .object({
    served: z.boolean().meta({ description: 'False when SIP is not served over TLS by this server.' }),
    certificates: z.array(Certificate).meta({ description: 'The one for phones that ask for no name first.' }),
    problems: z.array(z.string()).meta({ description: 'What is wrong with the files; those read before stay in use.' }),
    authority: z.string().nullable().meta({ description: 'PEM of the authority that issued our own certificate, for phones to trust.' }),
    renewal: orNull(z.object({ domains: z.array(z.string()), next: instant.meta({ description: 'When it is looked at, or tried, again.' }), problem: z.string().nullable().meta({ description: 'Why there is no new one; null: nothing is wrong.' }) }).meta({ id: 'CertificateRenewal' })).meta({ description: 'Of the certificate that an authority makes and renews by itself (ACME); null: none does.' }),
  })
  .meta({ id: 'Certificates' })

function present({ served, certificates, problems, authority, renewal }: CertificatesOfPbx): z.input<typeof Certificates> {
  return {
    served, problems, authority, renewal: renewal && { ...renewal, next: isoOf(renewal.next) },
    certificates: certificates.map(({ notBefore, notAfter, ...rest }) => ({ ...rest, notBefore: isoOf(notBefore), notAfter: isoOf(notAfter) })),
  }
}

const getCertificates = defineRoute({
  method: 'get',
  path: '/system/certificates',
  operationId: 'getCertificates',
  summary: 'The certificates that phones and browsers are shown',
  tag: 'System',
  permission: 'system.read',
  response: one(Certificates),
  handle: async ({ world, actor }) => ({ data: present(world.pbx.certificates.list(actor)) }),
})

const readCertificates = defineRoute({
  method: 'post',
  path: '/system/certificates/read',
  operationId: 'readCertificates',
  summary: 'Read the certificate files again now',
  description: 'They are looked at every minute anyway. Connections there are go on.',
  tag: 'System',
  permission: 'system.write',
  response: one(Certificates),
  handle: async ({ world, actor }) => ({ data: present(await world.pbx.certificates.read(actor)) }),
})

export const certificateRoutes = [getCertificates, readCertificates]
